//! Signing in: the first factor, and which second one must follow.

use jiff::Timestamp;

use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::cognito::errors;
use crate::cognito::messages;
use crate::cognito::pool::Pool;
use crate::cognito::settings::{Contact, FirstFactor, Mfa};
use crate::cognito::users::code::Purpose;
use crate::cognito::users::totp::Unaccepted;
use crate::cognito::users::{Status, User, Users, factors};

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondFactor {
    Totp,
    Sms,
    Email,
}

impl SecondFactor {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Totp => "SOFTWARE_TOKEN_MFA",
            Self::Sms => "SMS_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// The kind of address to which its codes are sent; none of an authenticator app.
    pub(crate) fn contact(self) -> Option<Contact> {
        match self {
            Self::Totp => None,
            Self::Sms => Some(Contact::PhoneNumber),
            Self::Email => Some(Contact::Email),
        }
    }
}

/// What a person who has shown the first factor has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing: signed in.
    SignedIn,
    /// Enter a code of this factor.
    Challenge(SecondFactor),
    /// Choose among several factors.
    Choose,
    /// Choose which of several factors to set up.
    ChooseSetUp,
    /// Set an authenticator app up.
    SetUpTotp,
    /// Replace the temporary password.
    NewPassword,
}

/// Checks a password and returns the subject. With `PreventUserExistenceErrors` a stranger and a
/// wrong password are told apart neither by words nor by time.
pub(crate) fn password(
    pool: &mut Pool,
    client_id: &str,
    username: &str,
    password: &str,
    now: Timestamp,
) -> Result<String, AwsError> {
    let silent = pool.client(client_id)?.settings.hides_users();
    let Some(user) = pool.users.find_mut(&pool.settings, username) else {
        if !silent {
            return Err(errors::no_user());
        }
        let stranger = pool.users.stranger(&pool.settings, username);
        if stranger.lockout.locked(now) {
            return Err(errors::attempts_exceeded());
        }
        Users::decoy(password);
        stranger.lockout.fail(now);
        return Err(errors::wrong_password());
    };
    if user.lockout.locked(now) {
        return Err(errors::attempts_exceeded());
    }
    let right = if let Some(hash) = &user.password {
        hash.matches(password)
    } else {
        Users::decoy(password);
        false
    };
    if !right {
        user.lockout.fail(now);
        return Err(errors::wrong_password());
    }
    if !user.enabled {
        return Err(if silent {
            errors::wrong_password()
        } else {
            errors::disabled()
        });
    }
    user.lockout.succeed();
    if user.status == Status::Unconfirmed {
        return Err(errors::not_confirmed());
    }
    Ok(user.sub().to_owned())
}

/// What must follow the first factor.
///
/// Where a second one is required, it is demanded from the first sign-in on, also of whoever has just
/// confirmed an account. Cognito's guide says that the first sign-in gives tokens without one
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>); the
/// stage asks for more rather than less.
pub(crate) fn next(pool: &Pool, user: &User, first: FirstFactor) -> Result<Next, AwsError> {
    if user.status == Status::ForceChangePassword {
        return Ok(Next::NewPassword);
    }
    let mode = pool.settings.mfa_configuration;
    // A one-time code is no first factor where a second is required.
    if mode == Mfa::Off || first != FirstFactor::Password {
        return Ok(Next::SignedIn);
    }
    match (user.factors.preferred(), asked_for(pool, user).as_slice()) {
        (Some(preferred), asked_for) if asked_for.contains(&preferred) => {
            return Ok(Next::Challenge(preferred));
        }
        (_, [only]) => return Ok(Next::Challenge(*only)),
        (_, [_, _, ..]) => return Ok(Next::Choose),
        (_, []) => {}
    }
    if mode == Mfa::Optional {
        return Ok(Next::SignedIn);
    }
    match possible_factors(pool, user).as_slice() {
        [] => Err(errors::undeliverable(SecondFactor::Sms)),
        [SecondFactor::Totp] => Ok(Next::SetUpTotp),
        _ => Ok(Next::ChooseSetUp),
    }
}

/// The second factors of a person: those that they have chosen and, where one is required, the only one
/// that there can be for them. Nobody has any where the pool has none.
pub(crate) fn asked_for(pool: &Pool, user: &User) -> Vec<SecondFactor> {
    let own = own_factors(pool, user);
    match pool.settings.mfa_configuration {
        Mfa::Off => Vec::new(),
        Mfa::On if own.is_empty() && user.totp.is_some() => vec![SecondFactor::Totp],
        Mfa::On if own.is_empty() => match possible_factors(pool, user).as_slice() {
            [only] if *only != SecondFactor::Totp => vec![*only],
            _ => Vec::new(),
        },
        Mfa::Optional | Mfa::On => own,
    }
}

/// The factors that a person could set up: those of the pool, a message only where there is an
/// address for it.
///
/// The API names all of them to whoever has none (`MFAS_CAN_SETUP` of the challenge `MFA_SETUP`, in
/// [RespondToAuthChallenge](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html)),
/// and calls an address that is there already set up. Whether managed login then still lets its owner
/// choose an app instead has not been tried on AWS.
pub(crate) fn possible_factors(pool: &Pool, user: &User) -> Vec<SecondFactor> {
    [SecondFactor::Sms, SecondFactor::Totp, SecondFactor::Email]
        .into_iter()
        .filter(|factor| factors::offered(pool, *factor))
        .filter(|factor| match factor {
            SecondFactor::Totp => true,
            SecondFactor::Sms => user.attribute("phone_number").is_some(),
            SecondFactor::Email => user.attribute("email").is_some(),
        })
        .collect()
}

/// The factors that a person has chosen, as far as the pool still has them; an authenticator app
/// goes on to be asked for
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html>).
pub(crate) fn own_factors(pool: &Pool, user: &User) -> Vec<SecondFactor> {
    let active = user.factors.active().iter().copied();
    let kept = |own: &SecondFactor| *own == SecondFactor::Totp || factors::offered(pool, *own);
    active.filter(kept).collect()
}

/// Sends the code of a second factor; an authenticator app needs none. Refuses a person without an
/// address for it, to whom nothing could be sent.
pub(crate) fn send_challenge(
    pool: &mut Pool,
    sub: &str,
    factor: SecondFactor,
    shared: &Shared,
) -> Result<(), AwsError> {
    let Some(contact) = factor.contact() else {
        return Ok(());
    };
    if send(pool, sub, Purpose::Mfa, contact, shared) {
        return Ok(());
    }
    Err(errors::undeliverable(factor))
}

/// Checks the code of a second factor.
pub(crate) fn answer_challenge(
    pool: &mut Pool,
    sub: &str,
    factor: SecondFactor,
    code: &str,
    now: Timestamp,
) -> Result<(), AwsError> {
    let user = pool
        .users
        .find_mut(&pool.settings, sub)
        .ok_or_else(errors::no_user)?;
    if user.lockout.locked(now) {
        return Err(errors::attempts_exceeded());
    }
    let outcome = match factor {
        SecondFactor::Totp => user
            .totp
            .as_mut()
            .ok_or_else(errors::app_code_mismatch)
            .and_then(|totp| {
                totp.accept(code, now).map_err(|why| match why {
                    Unaccepted::Wrong => errors::app_code_mismatch(),
                    Unaccepted::Used => errors::app_code_used(),
                })
            }),
        SecondFactor::Sms | SecondFactor::Email => user
            .codes
            .redeem(Purpose::Mfa, code.trim(), now)
            .map(drop)
            .map_err(challenge_error),
    };
    match outcome {
        Ok(()) => user.lockout.succeed(),
        Err(_) => user.lockout.fail(now),
    }
    outcome
}

/// Whether the client and the pool let people begin with this factor.
pub(crate) fn offers(pool: &Pool, client_id: &str, factor: FirstFactor) -> bool {
    let factors = &pool
        .settings
        .policies
        .sign_in_policy
        .allowed_first_auth_factors;
    factor == FirstFactor::Password
        || (factors.contains(&factor)
            && pool
                .clients
                .get(client_id)
                .is_some_and(|client| client.settings.allows("ALLOW_USER_AUTH")))
}

/// Sends a one-time code to sign in with. Strangers are told nothing: the page looks the same.
pub(crate) fn send_one_time(pool: &mut Pool, username: &str, contact: Contact, shared: &Shared) {
    let confirmed = pool
        .users
        .find(&pool.settings, username)
        .filter(|user| user.enabled && user.status == Status::Confirmed)
        .map(|user| user.sub().to_owned());
    if let Some(sub) = confirmed {
        send(pool, &sub, Purpose::SignIn, contact, shared);
    } else {
        // Nobody is sent this code.
        let stranger = pool.users.stranger(&pool.settings, username);
        let now = shared.clock.now();
        stranger.codes.issue(Purpose::SignIn, contact, now);
    }
}

/// Checks a one-time code that stands in for a password, and returns the subject.
pub(crate) fn one_time(
    pool: &mut Pool,
    username: &str,
    code: &str,
    now: Timestamp,
) -> Result<String, AwsError> {
    let (codes, lockout, sub) = match pool.users.find_mut(&pool.settings, username) {
        Some(user) if user.enabled && user.status == Status::Confirmed => {
            let sub = user.sub().to_owned();
            (&mut user.codes, &mut user.lockout, Some(sub))
        }
        _ => {
            let stranger = pool.users.stranger(&pool.settings, username);
            (&mut stranger.codes, &mut stranger.lockout, None)
        }
    };
    if lockout.locked(now) {
        return Err(errors::attempts_exceeded());
    }
    let redeemed = codes.redeem(Purpose::SignIn, code.trim(), now);
    match (redeemed, sub) {
        (Ok(_), Some(sub)) => {
            lockout.succeed();
            Ok(sub)
        }
        (outcome, _) => {
            lockout.fail(now);
            Err(outcome
                .err()
                .map_or_else(errors::challenge_mismatch, challenge_error))
        }
    }
}

/// A challenge has a sentence of its own for a wrong code.
fn challenge_error(error: AwsError) -> AwsError {
    if error == errors::code_mismatch() {
        errors::challenge_mismatch()
    } else {
        error
    }
}

/// Whether a code was sent: there is an address for it. There is a code to guess in any case.
fn send(pool: &mut Pool, sub: &str, purpose: Purpose, contact: Contact, shared: &Shared) -> bool {
    let now = shared.clock.now();
    let Some(user) = pool.users.find_mut(&pool.settings, sub) else {
        return false;
    };
    let code = user.codes.issue(purpose, contact, now);
    let Some(to) = user.attribute(contact.attribute()).map(str::to_owned) else {
        return false;
    };
    messages::send_code(
        &shared.outbox,
        &pool.settings,
        purpose,
        contact,
        &to,
        &code,
        now,
    );
    true
}
