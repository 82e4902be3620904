//! `/mfa`, `/mfaSetup`, the choices before them and `/changePassword`: what may follow the password.

use axum::response::Response;

use super::forgot::change_form;
use super::log_in::Code;
use super::qr_code::{self, QrCode};
use super::visit::{Frame, Submitted, Visit, code};
use crate::base::error::AwsError;
use crate::cognito::browsers::Step;
use crate::cognito::oauth::params::Params;
use crate::cognito::pool::Pool;
use crate::cognito::settings::FirstFactor;
use crate::cognito::users::Status;
use crate::cognito::users::password::PasswordHash;
use crate::cognito::users::sign_in::{self, SecondFactor};
use crate::cognito::users::totp::TotpSecret;
use crate::cognito::{errors, messages};

/// What Cognito says when a challenge has taken too long.
pub(super) const TOO_LATE: &str = "Invalid session for the user, session is expired.";

#[derive(askama::Template)]
#[template(path = "cognito/totp.html")]
struct SetUp {
    frame: Frame,
    secret: String,
    /// The same for an app on this device.
    uri: String,
    /// The same for an app on another one.
    qr_code: Option<QrCode>,
}

/// Where the code is: the person has shown the first factor, and is told medium and masked address.
fn lead(pool: &Pool, sub: &str, factor: SecondFactor) -> String {
    let Some(contact) = factor.contact() else {
        return "Enter the code that your authenticator app shows.".to_owned();
    };
    let user = pool.users.find(&pool.settings, sub);
    let to = user.and_then(|user| user.attribute(contact.attribute()));
    let where_to = messages::sent_to(contact, to.unwrap_or_default());
    format!("We have sent a code {where_to}.")
}

fn form(visit: &Visit, error: Option<&AwsError>, sub: &str, factor: SecondFactor) -> Response {
    visit.form(error, |pool, frame| Code {
        frame: frame.asking_for(&["code"]),
        action: "/mfa",
        lead: lead(pool, sub, factor),
        sent: factor != SecondFactor::Totp,
    })
}

pub(super) async fn show(visit: Visit) -> Response {
    match visit.step() {
        Some(Step::Challenge { sub, factor, .. }) => form(&visit, None, &sub, factor),
        _ => visit.go("/login"),
    }
}

pub(super) async fn submit(Submitted(visit, entered): Submitted) -> Response {
    let Some(Step::Challenge { sub, factor, new }) = visit.step() else {
        return visit.go_failing("/login", TOO_LATE);
    };
    let answered = visit.with_pool(|pool| {
        sign_in::answer_challenge(pool, &sub, factor, &code(&entered), visit.now())?;
        if new && let Some(user) = pool.users.find_mut(&pool.settings, &sub) {
            user.factors.activate(factor, true);
        }
        Ok(())
    });
    match answered {
        Ok(()) => visit.sign_in(&sub).await,
        Err(error) => form(&visit, Some(&error), &sub, factor),
    }
}

/// Which factor it is to be.
#[derive(askama::Template)]
#[template(path = "cognito/choose.html")]
struct Choose {
    frame: Frame,
    action: &'static str,
    title: &'static str,
    lead: &'static str,
    factors: Vec<(&'static str, &'static str)>,
}

/// What somebody chooses for.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// The factor to be asked for now: several are turned on and none is preferred.
    Challenge,
    /// The factor to be asked for from now on: one is required and none is set up.
    SetUp,
}

impl Choice {
    /// The person who has to make it, and among what.
    fn open(self, visit: &Visit) -> Option<(String, Vec<SecondFactor>)> {
        let ((Self::Challenge, Some(Step::Choose { sub }))
        | (Self::SetUp, Some(Step::ChooseSetUp { sub }))) = (self, visit.step())
        else {
            return None;
        };
        let factors = visit.with_pool(|pool| {
            let user = pool.users.find(&pool.settings, &sub);
            let user = user.ok_or_else(errors::no_user)?;
            Ok(match self {
                Self::Challenge => sign_in::own_factors(pool, user),
                Self::SetUp => sign_in::possible_factors(pool, user),
            })
        });
        Some((sub, factors.ok()?))
    }

    fn show(self, visit: &Visit) -> Response {
        match self.open(visit) {
            Some((_, factors)) => choose_form(visit, None, self, &factors),
            None => visit.go("/login"),
        }
    }

    fn make(self, visit: &Visit, entered: &Params) -> Response {
        let Some((sub, factors)) = self.open(visit) else {
            return visit.go_failing("/login", TOO_LATE);
        };
        let chosen = factors
            .iter()
            .find(|factor| factor.name() == entered.field("factor"));
        let outcome = match (self, chosen) {
            (_, None) => Err(errors::challenge_mismatch()),
            (Self::SetUp, Some(SecondFactor::Totp)) => visit.set_up_app(&sub),
            (Self::SetUp, Some(factor)) => visit.challenge(&sub, *factor, true),
            (Self::Challenge, Some(factor)) => visit.challenge(&sub, *factor, false),
        };
        outcome.unwrap_or_else(|error| choose_form(visit, Some(&error), self, &factors))
    }
}

fn choose_form(
    visit: &Visit,
    error: Option<&AwsError>,
    choice: Choice,
    factors: &[SecondFactor],
) -> Response {
    let (action, title, lead) = match choice {
        Choice::Challenge => (
            "/selectMfa",
            "Choose how to go on",
            "You have set up more than one way to prove that it is you.",
        ),
        Choice::SetUp => (
            "/selectMfaSetup",
            "Set up a second step",
            "From now on signing in takes a second step. Choose which one it is to be.",
        ),
    };
    visit.form(error, |_, frame| Choose {
        frame: frame.asking_for(&[]),
        action,
        title,
        lead,
        factors: factors
            .iter()
            .map(|factor| match factor {
                SecondFactor::Totp => (factor.name(), "Authenticator app"),
                SecondFactor::Sms => (factor.name(), "Code by text message"),
                SecondFactor::Email => (factor.name(), "Code by e-mail"),
            })
            .collect(),
    })
}

pub(super) async fn show_choice(visit: Visit) -> Response {
    Choice::Challenge.show(&visit)
}

pub(super) async fn choose(Submitted(visit, entered): Submitted) -> Response {
    Choice::Challenge.make(&visit, &entered)
}

pub(super) async fn show_setup_choice(visit: Visit) -> Response {
    Choice::SetUp.show(&visit)
}

pub(super) async fn choose_setup(Submitted(visit, entered): Submitted) -> Response {
    Choice::SetUp.make(&visit, &entered)
}

fn setup_form(visit: &Visit, error: Option<&AwsError>, sub: &str, secret: &TotpSecret) -> Response {
    visit.form(error, |pool, frame| {
        let secret = secret.base32();
        let user = pool.users.find(&pool.settings, sub);
        let account = user.map_or("", |user| user.shown_name(&pool.settings));
        let uri = qr_code::key_uri(pool.name(), account, &secret);
        SetUp {
            frame,
            qr_code: QrCode::of(&uri),
            secret,
            uri,
        }
    })
}

pub(super) async fn show_setup(visit: Visit) -> Response {
    match visit.step() {
        Some(Step::SetUpTotp { sub, secret }) => setup_form(&visit, None, &sub, &secret),
        _ => visit.go("/login"),
    }
}

pub(super) async fn set_up(Submitted(visit, entered): Submitted) -> Response {
    let Some(Step::SetUpTotp { sub, mut secret }) = visit.step() else {
        return visit.go_failing("/login", TOO_LATE);
    };
    if secret.accept(&code(&entered), visit.now()).is_err() {
        return setup_form(&visit, Some(&errors::app_not_enabled()), &sub, &secret);
    }
    let stored = visit.with_pool(|pool| {
        let user = pool
            .users
            .find_mut(&pool.settings, &sub)
            .ok_or_else(errors::no_user)?;
        user.totp = Some(secret);
        user.factors.activate(SecondFactor::Totp, true);
        Ok(())
    });
    match stored {
        Ok(()) => visit.sign_in(&sub).await,
        Err(error) => visit.go_failing("/login", &error.message),
    }
}

pub(super) async fn show_password(visit: Visit) -> Response {
    match visit.step() {
        Some(Step::NewPassword { .. }) => change_form(&visit, None),
        _ => visit.go("/login"),
    }
}

pub(super) async fn change_password(Submitted(visit, entered): Submitted) -> Response {
    let Some(Step::NewPassword { sub }) = visit.step() else {
        return visit.go_failing("/login", TOO_LATE);
    };
    let outcome = match replace_password(&visit, &sub, entered.field("password")) {
        Ok(()) => visit.advance(&sub, FirstFactor::Password).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| change_form(&visit, Some(&error)))
}

fn replace_password(visit: &Visit, sub: &str, password: &str) -> Result<(), AwsError> {
    visit.with_pool(|pool| {
        if let Some(violation) = pool.settings.policies.password_policy.violation(password) {
            return Err(errors::invalid_password(violation));
        }
        let user = pool
            .users
            .find_mut(&pool.settings, sub)
            .ok_or_else(errors::no_user)?;
        user.password = Some(PasswordHash::new(password));
        user.status = Status::Confirmed;
        Ok(())
    })
}
