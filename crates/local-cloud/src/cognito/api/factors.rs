//! What a person sets up as their own second factor, with their own access token.
//!
//! Managed login asks nobody to set up an optional factor: an application does it with these
//! (<https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>).

use serde_json::{Value, json};

use super::Call;
use super::tokens::authorize;
use crate::base::error::AwsError;
use crate::cognito::errors::{self, invalid};
use crate::cognito::pool::Pool;
use crate::cognito::state::State;
use crate::cognito::users::User;
use crate::cognito::users::factors::{self, Wish};
use crate::cognito::users::sign_in::SecondFactor;
use crate::cognito::users::totp::TotpSecret;

/// A new secret, which counts once the app has shown a code of it.
pub(super) fn associate(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let user = app_owner(state, call)?;
    let secret = TotpSecret::generate();
    let answer = json!({ "SecretCode": secret.base32() });
    user.new_totp = Some(secret);
    Ok(answer)
}

pub(super) fn verify(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let now = call.now;
    let user = app_owner(state, call)?;
    let Some(mut secret) = user.new_totp.clone() else {
        return Err(AwsError::bad_request(
            "SoftwareTokenMFANotFoundException",
            "Software Token MFA does not exist for the user.",
        ));
    };
    if secret.accept(call.text("UserCode"), now).is_err() {
        return Err(errors::app_not_enabled());
    }
    user.totp = Some(secret);
    user.new_totp = None;
    user.modified = now;
    Ok(json!({ "Status": "SUCCESS" }))
}

pub(super) fn choose(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    if !call.input["WebAuthnMfaSettings"].is_null() {
        return Err(invalid("Passkeys are not part of this stage."));
    }
    let wishes: Vec<_> = [
        ("SMSMfaSettings", SecondFactor::Sms),
        ("SoftwareTokenMfaSettings", SecondFactor::Totp),
        ("EmailMfaSettings", SecondFactor::Email),
    ]
    .into_iter()
    .filter(|(group, _)| call.input[*group].is_object())
    .map(|(group, factor)| Wish {
        factor,
        enabled: call.input[group]["Enabled"] == true,
        preferred: call.input[group]["PreferredMfa"] == true,
    })
    .collect();
    let (pool, sub) = owner(state, call)?;
    factors::choose(pool, &sub, &wishes)?;
    Ok(json!({}))
}

/// Whose access token it is, with their pool.
fn owner<'a>(state: &'a mut State, call: &Call) -> Result<(&'a mut Pool, String), AwsError> {
    let access = authorize(state, call)?;
    let (region, pool) = (access.pool.region.clone(), access.pool.id.clone());
    let sub = access.user.sub().to_owned();
    Ok((state.pool_mut(&region, &pool)?, sub))
}

/// The owner of the access token, if their pool has authenticator apps.
fn app_owner<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut User, AwsError> {
    if call.optional("AccessToken").is_none() {
        return Err(invalid(
            "This stage begins no sessions by API: AccessToken is needed.",
        ));
    }
    let (pool, sub) = owner(state, call)?;
    if !factors::offered(pool, SecondFactor::Totp) {
        return Err(AwsError::bad_request(
            "SoftwareTokenMFANotFoundException",
            "Software Token MFA has not been enabled by the userPool",
        ));
    }
    pool.users
        .find_mut(&pool.settings, &sub)
        .ok_or_else(errors::no_user)
}
