//! `/confirmUser`: the code that proves an address. `/resendcode`: another code, of whatever kind.

use axum::response::Response;
use jiff::Timestamp;

use super::fields::{self, Field};
use super::second_factor::TOO_LATE;
use super::visit::{Frame, Submitted, Visit, code};
use super::{forgot, log_in};
use crate::base::error::AwsError;
use crate::cognito::browsers::{Step, still_proven};
use crate::cognito::messages;
use crate::cognito::oauth::params::Params;
use crate::cognito::pool::Pool;
use crate::cognito::settings::FirstFactor;
use crate::cognito::users::code::Purpose;
use crate::cognito::users::sign_up;

/// How long a browser remembers whom it is confirming: as long as the code is valid.
pub(super) const SECONDS: i64 = Purpose::SignUp.life().as_secs();

/// Said where nobody is to learn whether there is an account.
const TO_WHOM_IT_IS: &str = "If there is an account, a new code is on its way to it.";
const IF_IT_WAITS: &str = "If the account waits for its confirmation, a new code is on its way.";

#[derive(askama::Template)]
#[template(path = "cognito/confirm.html")]
struct Confirm {
    frame: Frame,
    /// Asked for when the browser does not know who is confirming.
    username: Option<Field>,
    lead: String,
}

#[derive(askama::Template)]
#[template(path = "cognito/resend.html")]
struct Resend {
    frame: Frame,
    username: Field,
}

/// Whose account this browser is confirming, and whether the password was shown here.
struct Confirming {
    username: String,
    proven: Option<Timestamp>,
}

impl Confirming {
    fn here(visit: &Visit) -> Option<Self> {
        match visit.step() {
            Some(Step::Confirm { username, proven }) => Some(Self { username, proven }),
            _ => None,
        }
    }

    fn named(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            proven: None,
        }
    }

    /// Where the code is. Whoever has shown the password is told medium and masked address, everybody
    /// else nothing about the account.
    fn lead(&self, pool: &Pool, now: Timestamp) -> String {
        if self.proven.is_none() {
            return "If the account waits for its confirmation, a code was sent to its address. \
                    Enter it here."
                .to_owned();
        }
        if pool.settings.auto_verified_attributes.is_empty() {
            return "An administrator has to confirm this account.".to_owned();
        }
        let user = pool.users.find(&pool.settings, &self.username);
        let sent = user.and_then(|user| {
            let contact = user.codes.pending(Purpose::SignUp, now)?;
            let to = user.attribute(contact.attribute())?;
            Some(messages::sent_to(contact, to))
        });
        match sent {
            Some(where_to) => {
                format!("We have sent a code {where_to}. Enter it here within 24 hours.")
            }
            None => "There is no valid code for this account. Send a new one, and enter it here."
                .to_owned(),
        }
    }
}

fn form(visit: &Visit, error: Option<&AwsError>, entered: &str) -> Response {
    let confirming = Confirming::here(visit);
    let now = visit.now();
    let asked: &[&str] = match confirming {
        Some(_) => &["code"],
        None => &["username", "code"],
    };
    visit.form(error, |pool, frame| Confirm {
        frame: frame.asking_for(asked),
        lead: confirming.as_ref().map_or_else(
            || "Enter the code that you were sent to confirm your account.".to_owned(),
            |confirming| confirming.lead(pool, now),
        ),
        username: (confirming.is_none()).then(|| fields::username(&pool.settings, entered)),
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
    let Confirming { username, proven } = match Confirming::here(visit) {
        Some(confirming) => confirming,
        None => Confirming::named(&visit.name_in(entered)?),
    };
    let sub = visit.with_pool(|pool| {
        let code = code(entered);
        sign_up::confirm(pool, visit.client_id(), &username, &code, visit.shared())
    })?;
    if proven.is_some_and(|shown| still_proven(shown, visit.now())) {
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
    let entered = Confirming::here(&visit).map(|confirming| confirming.username);
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
        _ => return visit.go_failing("/login", TOO_LATE),
    };
    match asked {
        None => resend_confirmation(&visit, &entered),
        Some(Ok((page, notice))) => {
            visit.leave_notice(notice);
            page
        }
        Some(Err(error)) => visit.go_failing("/login", &error.message),
    }
}

fn resend_confirmation(visit: &Visit, entered: &Params) -> Response {
    let named = match visit.name_in(entered) {
        Ok(named) => named,
        Err(error) => return resend_form(visit, Some(&error), entered.field("username")),
    };
    // Only the browser that showed the password may go on without showing it again.
    let confirming = Confirming::here(visit)
        .filter(|confirming| named.is_empty() || named == confirming.username)
        .unwrap_or_else(|| Confirming::named(&named));
    let Confirming { username, proven } = confirming;
    let sent =
        visit.with_pool(|pool| sign_up::resend(pool, visit.client_id(), &username, visit.shared()));
    match (sent, proven) {
        (Err(error), _) => return resend_form(visit, Some(&error), &username),
        (Ok(Some((contact, to))), Some(_)) => visit.leave_notice(&format!(
            "A new code is on its way {}.",
            messages::sent_to(contact, &to)
        )),
        (Ok(None), Some(_)) => {
            return visit.go_failing(
                "/confirmUser",
                "No code was sent: the account is confirmed already, or has no address for one.",
            );
        }
        (Ok(_), None) => visit.leave_notice(IF_IT_WAITS),
    }
    visit.go_on("/confirmUser", Step::Confirm { username, proven }, SECONDS)
}
