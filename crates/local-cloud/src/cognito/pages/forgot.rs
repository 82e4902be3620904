//! `/forgotPassword` and `/confirmForgotPassword`.

use axum::response::Response;

use super::fields::{self, Field};
use super::visit::{Frame, Submitted, Visit, code};
use crate::base::error::AwsError;
use crate::cognito::browsers::Step;
use crate::cognito::errors;
use crate::cognito::users::code::Purpose;
use crate::cognito::users::recovery;

/// How long a browser remembers who has forgotten the password: as long as the code is valid.
const SECONDS: i64 = Purpose::Recovery.life().as_secs();

#[derive(askama::Template)]
#[template(path = "cognito/forgot.html")]
struct Forgot {
    frame: Frame,
    username: Field,
}

/// A form for a new password.
#[derive(askama::Template)]
#[template(path = "cognito/password.html")]
struct NewPassword {
    frame: Frame,
    action: &'static str,
    title: &'static str,
    /// Whether a code is asked for besides.
    code: bool,
    rules: Vec<String>,
}

fn form(visit: &Visit, error: Option<&AwsError>, entered: &str) -> Response {
    visit.form(error, |pool, frame| Forgot {
        frame,
        username: fields::username(&pool.settings, entered),
    })
}

/// The form that answers a reset code.
fn reset_form(visit: &Visit, error: Option<&AwsError>) -> Response {
    visit.form(error, |pool, frame| NewPassword {
        frame: frame.asking_for(&["code", "password"]),
        action: "/confirmForgotPassword",
        title: "Reset your password",
        code: true,
        rules: fields::password_rules(&pool.settings.policies.password_policy),
    })
}

/// The form that replaces a temporary password.
pub(super) fn change_form(visit: &Visit, error: Option<&AwsError>) -> Response {
    visit.form(error, |pool, frame| NewPassword {
        frame: frame.asking_for(&["password"]),
        action: "/changePassword",
        title: "Change your password",
        code: false,
        rules: fields::password_rules(&pool.settings.policies.password_policy),
    })
}

pub(super) async fn show(visit: Visit) -> Response {
    form(&visit, None, "")
}

pub(super) async fn submit(Submitted(visit, entered): Submitted) -> Response {
    let sent = (visit.name_in(&entered)).and_then(|username| send(&visit, &username));
    sent.unwrap_or_else(|error| form(&visit, Some(&error), entered.field("username").trim()))
}

/// The page that asks for a reset code, which is on its way.
pub(super) fn send(visit: &Visit, username: &str) -> Result<Response, AwsError> {
    visit.with_pool(|pool| recovery::forgot(pool, visit.client_id(), username, visit.shared()))?;
    let username = username.to_owned();
    Ok(visit.go_on("/confirmForgotPassword", Step::Reset { username }, SECONDS))
}

pub(super) async fn show_reset(visit: Visit) -> Response {
    match visit.step() {
        Some(Step::Reset { .. }) => reset_form(&visit, None),
        _ => visit.go("/forgotPassword"),
    }
}

pub(super) async fn reset(Submitted(visit, entered): Submitted) -> Response {
    let Some(Step::Reset { username }) = visit.step() else {
        return visit.go_failing("/forgotPassword", &errors::code_expired().message);
    };
    let done = visit.with_pool(|pool| {
        let (code, password) = (code(&entered), entered.field("password"));
        recovery::reset(
            pool,
            visit.client_id(),
            &username,
            &code,
            password,
            visit.shared(),
        )
    });
    match done {
        Ok(()) => visit.go_saying(
            "/login",
            "Your password has been changed. You can sign in now.",
        ),
        Err(error) => reset_form(&visit, Some(&error)),
    }
}
