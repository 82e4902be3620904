//! `/login`: user name and password, or a one-time code.

use axum::response::Response;

use super::fields::{self, Field};
use super::second_factor::TOO_LATE;
use super::visit::{Frame, Submitted, Visit, code};
use crate::base::error::AwsError;
use crate::cognito::browsers::Step;
use crate::cognito::errors;
use crate::cognito::settings::{Contact, FirstFactor};
use crate::cognito::users::attributes::is_phone_number;
use crate::cognito::users::sign_in;

#[derive(askama::Template)]
#[template(path = "cognito/login.html")]
struct LogIn {
    frame: Frame,
    username: Field,
    self_sign_up: bool,
    email_code: bool,
    sms_code: bool,
}

/// A form that asks for a code and nothing else.
#[derive(askama::Template)]
#[template(path = "cognito/code.html")]
pub(super) struct Code {
    pub(super) frame: Frame,
    pub(super) action: &'static str,
    pub(super) lead: String,
    /// Whether the code comes as a message, so that another one can be asked for.
    pub(super) sent: bool,
}

fn form(visit: &Visit, error: Option<&AwsError>, entered: &str) -> Response {
    visit.form(error, |pool, frame| {
        let offers = |factor| sign_in::offers(pool, visit.client_id(), factor);
        let settings = &pool.settings;
        LogIn {
            frame,
            username: fields::username(settings, entered),
            self_sign_up: !settings
                .admin_create_user_config
                .allow_admin_create_user_only,
            email_code: offers(FirstFactor::EmailOtp),
            sms_code: offers(FirstFactor::SmsOtp),
        }
    })
}

pub(super) async fn show(visit: Visit) -> Response {
    form(&visit, None, &visit.login_hint())
}

pub(super) async fn submit(Submitted(visit, entered): Submitted) -> Response {
    let shown = entered.field("username").trim();
    let username = match visit.name_in(&entered) {
        Ok(username) => username,
        Err(error) => return form(&visit, Some(&error), shown),
    };
    let password = entered.field("password");
    let outcome = match entered.field("factor") {
        "EMAIL_OTP" => send_code(&visit, &username, FirstFactor::EmailOtp),
        "SMS_OTP" => send_code(&visit, &username, FirstFactor::SmsOtp),
        _ => match instead_of_password(&visit, &username, password) {
            Some(factor) => send_code(&visit, &username, factor),
            None => check_password(&visit, &username, password).await,
        },
    };
    outcome.unwrap_or_else(|error| form(&visit, Some(&error), shown))
}

/// The code to send to whoever presses Enter with a name and no password: the browser presses the first
/// button of the form then, which is that of the password.
fn instead_of_password(visit: &Visit, username: &str, password: &str) -> Option<FirstFactor> {
    if username.is_empty() || !password.is_empty() {
        return None;
    }
    let by_text_message = [FirstFactor::SmsOtp, FirstFactor::EmailOtp];
    let by_email = [FirstFactor::EmailOtp, FirstFactor::SmsOtp];
    let order = if is_phone_number(username) {
        by_text_message
    } else {
        by_email
    };
    let offered = visit.with_pool(|pool| {
        let offers = |factor: &FirstFactor| sign_in::offers(pool, visit.client_id(), *factor);
        Ok(order.into_iter().find(offers))
    });
    offered.ok().flatten()
}

async fn check_password(
    visit: &Visit,
    username: &str,
    password: &str,
) -> Result<Response, AwsError> {
    let checked = visit.with_pool(|pool| {
        sign_in::password(pool, visit.client_id(), username, password, visit.now())
    });
    match checked {
        Ok(sub) => visit.advance(&sub, FirstFactor::Password).await,
        Err(error) if error == errors::not_confirmed() => {
            let step = Step::Confirm {
                username: username.to_owned(),
                proven: Some(visit.now()),
            };
            Ok(visit.go_on("/confirmUser", step, super::confirm::SECONDS))
        }
        Err(error) => Err(error),
    }
}

/// The page that asks for a one-time code, which is on its way if there is an account.
pub(super) fn send_code(
    visit: &Visit,
    username: &str,
    factor: FirstFactor,
) -> Result<Response, AwsError> {
    let contact = match factor {
        FirstFactor::SmsOtp => Contact::PhoneNumber,
        _ => Contact::Email,
    };
    let seconds = visit.with_pool(|pool| {
        if username.is_empty() || !sign_in::offers(pool, visit.client_id(), factor) {
            return Err(errors::wrong_password());
        }
        sign_in::send_one_time(pool, username, contact, visit.shared());
        Ok(pool
            .client(visit.client_id())?
            .settings
            .lifetimes
            .challenge_seconds())
    })?;
    let step = Step::OneTimeCode {
        username: username.to_owned(),
        factor,
    };
    Ok(visit.go_on("/oneTimeCode", step, seconds))
}

fn code_form(visit: &Visit, error: Option<&AwsError>) -> Response {
    visit.form(error, |_, frame| Code {
        frame: frame.asking_for(&["code"]),
        action: "/oneTimeCode",
        lead: "If there is an account, a code is on its way to it.".to_owned(),
        sent: true,
    })
}

pub(super) async fn show_code(visit: Visit) -> Response {
    match visit.step() {
        Some(Step::OneTimeCode { .. }) => code_form(&visit, None),
        _ => visit.go("/login"),
    }
}

pub(super) async fn submit_code(Submitted(visit, entered): Submitted) -> Response {
    let Some(Step::OneTimeCode { username, factor }) = visit.step() else {
        return visit.go_failing("/login", TOO_LATE);
    };
    let checked =
        visit.with_pool(|pool| sign_in::one_time(pool, &username, &code(&entered), visit.now()));
    let outcome = match checked {
        Ok(sub) => visit.advance(&sub, factor).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| code_form(&visit, Some(&error)))
}
