//! `/confirmUser`: the code that proves an address. `/resendcode`: another code, of whatever kind.

use axum::response::Response;

use super::fields::{self, Field};
use super::second_factor::TOO_LATE;
use super::visit::{Frame, Submitted, Visit};
use super::{forgot, log_in};
use crate::AwsError;
use crate::cognito::browsers::Step;
use crate::cognito::oauth::params::Params;
use crate::cognito::settings::FirstFactor;
use crate::cognito::users::sign_up;

/// How long a browser remembers whom it is confirming.
pub(super) const SECONDS: i64 = 60 * 60;

/// Said where nobody is to learn whether there is an account.
const TO_WHOM_IT_IS: &str = "If there is an account, a new code is on its way to it.";

#[derive(askama::Template)]
#[template(path = "cognito/confirm.html")]
struct Confirm {
    frame: Frame,
    /// Asked for when the browser does not know who is confirming.
    username: Option<Field>,
}

#[derive(askama::Template)]
#[template(path = "cognito/resend.html")]
struct Resend {
    frame: Frame,
    username: Field,
}

/// Whose account this browser is confirming, and whether the password was shown here.
fn confirming(visit: &Visit) -> Option<(String, bool)> {
    match visit.step() {
        Some(Step::Confirm { username, proven }) => Some((username, proven)),
        _ => None,
    }
}

fn form(visit: &Visit, error: Option<&AwsError>, entered: &str) -> Response {
    let unknown = confirming(visit).is_none();
    visit.form(error, |pool, frame| Confirm {
        frame,
        username: unknown.then(|| fields::username(&pool.settings, entered)),
    })
}

pub(super) async fn show(visit: Visit) -> Response {
    form(&visit, None, "")
}

pub(super) async fn submit(Submitted(visit, entered): Submitted) -> Response {
    confirm(&visit, &entered)
        .await
        .unwrap_or_else(|error| form(&visit, Some(&error), entered.field("username")))
}

async fn confirm(visit: &Visit, entered: &Params) -> Result<Response, AwsError> {
    let (username, proven) =
        confirming(visit).unwrap_or_else(|| (entered.field("username").trim().to_owned(), false));
    let sub = visit.with_pool(|pool| {
        let code = entered.field("code");
        sign_up::confirm(pool, visit.client_id(), &username, code, visit.shared())
    })?;
    if proven {
        visit.advance(&sub, FirstFactor::Password).await
    } else {
        Ok(visit.go_saying(
            "/login",
            "Your account has been confirmed. You can sign in now.",
        ))
    }
}

fn resend_form(visit: &Visit, error: Option<&AwsError>, entered: &str) -> Response {
    visit.form(error, |pool, frame| Resend {
        frame,
        username: fields::username(&pool.settings, entered),
    })
}

pub(super) async fn show_resend(visit: Visit) -> Response {
    let entered = confirming(&visit).map(|(username, _)| username);
    resend_form(&visit, None, &entered.unwrap_or_default())
}

/// A new code in the place of the one that the page asks for which the button is on. Which of them
/// Cognito's own pages have, besides that of the confirmation, is not documented.
pub(super) async fn resend(Submitted(visit, entered): Submitted) -> Response {
    let asked = match visit.step() {
        // Somebody says for whom: that is the form above.
        _ if !entered.field("username").is_empty() => None,
        Some(Step::OneTimeCode { username, factor }) => {
            Some(log_in::send_code(&visit, &username, factor).map(|page| (page, TO_WHOM_IT_IS)))
        }
        Some(Step::Reset { username }) => {
            Some(forgot::send(&visit, &username).map(|page| (page, TO_WHOM_IT_IS)))
        }
        Some(Step::Challenge { sub, factor, new }) => Some(
            visit
                .challenge(&sub, factor, new)
                .map(|page| (page, "A new code is on its way.")),
        ),
        Some(Step::Confirm { .. }) => None,
        _ => return visit.go_saying("/login", TOO_LATE),
    };
    match asked {
        None => resend_confirmation(&visit, &entered),
        Some(Ok((page, notice))) => {
            visit.leave_notice(notice);
            page
        }
        Some(Err(error)) => visit.go_saying("/login", &error.message),
    }
}

fn resend_confirmation(visit: &Visit, entered: &Params) -> Response {
    // Only the browser that showed the password may go on without showing it again.
    let named = entered.field("username").trim();
    let (username, proven) = confirming(visit)
        .filter(|(username, _)| named.is_empty() || named == username)
        .unwrap_or_else(|| (named.to_owned(), false));
    let sent =
        visit.with_pool(|pool| sign_up::resend(pool, visit.client_id(), &username, visit.shared()));
    if let Err(error) = sent {
        return resend_form(visit, Some(&error), &username);
    }
    visit.leave_notice("If the account waits for its confirmation, a new code is on its way.");
    visit.go_on("/confirmUser", Step::Confirm { username, proven }, SECONDS)
}
