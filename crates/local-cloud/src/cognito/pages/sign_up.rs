//! `/signup`: a new account.
//!
//! "Managed login and the hosted UI always require passwords", also where people then sign in with
//! one-time codes: "Passwords at sign-up" of
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html>.

use axum::response::Response;

use super::fields::{self, Field};
use super::visit::{Frame, Submitted, Visit};
use crate::base::error::AwsError;
use crate::cognito::browsers::Step;
use crate::cognito::errors;
use crate::cognito::oauth::params::Params;
use crate::cognito::users::sign_up;

#[derive(askama::Template)]
#[template(path = "cognito/signup.html")]
struct SignUp {
    frame: Frame,
    fields: Vec<Field>,
    rules: Vec<String>,
}

fn form(visit: &Visit, error: Option<&AwsError>, entered: &Params) -> Response {
    let name = visit.with_pool(|pool| Ok(fields::sign_up_name(&pool.settings)));
    visit.form_of(name.unwrap_or("username"), error, |pool, frame| {
        let mut fields = fields::sign_up(pool);
        for field in &mut fields {
            entered.field(&field.name).clone_into(&mut field.value);
        }
        SignUp {
            frame,
            fields,
            rules: fields::password_rules(&pool.settings.policies.password_policy),
        }
    })
}

pub(super) async fn show(visit: Visit) -> Response {
    form(&visit, None, &Params::default())
}

pub(super) async fn submit(Submitted(visit, entered): Submitted) -> Response {
    create(&visit, &entered).unwrap_or_else(|error| form(&visit, Some(&error), &entered))
}

fn create(visit: &Visit, entered: &Params) -> Result<Response, AwsError> {
    let password = entered.field("password");
    if password.is_empty() {
        return Err(errors::password_required());
    }
    let (username, delivery) = visit.with_pool(|pool| {
        let name = fields::sign_up_name(&pool.settings);
        let asked = fields::sign_up(pool);
        let entered: Vec<_> = asked
            .iter()
            .map(|field| (field.name.as_str(), field.read(entered)))
            .collect();
        let (names, others): (Vec<_>, Vec<_>) =
            entered.iter().partition(|(field, _)| *field == name);
        let request = sign_up::Request {
            username: names.first().map_or("", |(_, value)| value),
            password: Some(password),
            attributes: others
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (*name, value.as_str()))
                .collect(),
        };
        let signed_up = sign_up::sign_up(pool, visit.client_id(), &request, visit.shared())?;
        Ok((request.username.to_owned(), signed_up.delivery))
    })?;
    if delivery.is_none() {
        return Ok(visit.go_saying(
            "/login",
            "Your account has been created. An administrator has to confirm it.",
        ));
    }
    let step = Step::Confirm {
        username,
        proven: Some(visit.now()),
    };
    Ok(visit.go_on("/confirmUser", step, super::confirm::SECONDS))
}
