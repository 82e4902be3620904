//! What a person does with their own access or refresh token.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::errors::{disabled, invalid, not_authorized};
use crate::cognito::state::State;
use crate::cognito::tokens::{ADMIN_SCOPE, Access, Rejected, recognise};

pub(super) fn get_user(state: &State, call: &Call) -> Result<Value, AwsError> {
    let access = authorize(state, call)?;
    let settings = &access.client.settings;
    let mut answer = json!({
        "Username": access.user.username,
        "UserAttributes": access.user.attribute_list(|name| settings.reads(name)),
    });
    access.user.factors.describe(&mut answer);
    Ok(answer)
}

pub(super) fn global_sign_out(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let access = authorize(state, call)?;
    let (region, pool, sub) = (
        access.pool.region.clone(),
        access.pool.id.clone(),
        access.user.sub().to_owned(),
    );
    state.pool_mut(&region, &pool)?.grants.revoke_all(&sub);
    Ok(json!({}))
}

pub(super) fn revoke(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let client_id = call.text("ClientId");
    let pool = state
        .pool_of_client(client_id)
        .ok_or_else(|| crate::cognito::errors::no_client(client_id))?;
    let client = pool.client(client_id)?;
    let secret = call.optional("ClientSecret");
    if client.has_secret() && !secret.is_some_and(|secret| client.knows_secret(secret)) {
        return Err(not_authorized(format!(
            "Unable to verify secret for client {client_id}"
        )));
    }
    if !client.settings.enable_token_revocation {
        return Err(AwsError::bad_request(
            "UnsupportedOperationException",
            "Token revocation is not enabled for this app client.",
        ));
    }
    if call.text("Token").split('.').count() == 3 {
        return Err(AwsError::bad_request(
            "UnsupportedTokenTypeException",
            "Only refresh tokens can be revoked.",
        ));
    }
    if pool.grants.revoke(call.text("Token"), client_id) {
        Ok(json!({}))
    } else {
        Err(invalid("The token was not issued to this client."))
    }
}

pub(super) fn authorize<'a>(state: &'a State, call: &Call) -> Result<Access<'a>, AwsError> {
    let access = recognise(state, call.text("AccessToken"), call.now).map_err(|why| match why {
        Rejected::Invalid => not_authorized("Invalid Access Token"),
        Rejected::Expired => not_authorized("Access Token has expired"),
        Rejected::Revoked => not_authorized("Access Token has been revoked"),
        Rejected::Disabled => disabled(),
    })?;
    if access.has_scope(ADMIN_SCOPE) {
        Ok(access)
    } else {
        Err(not_authorized("Access Token does not have required scopes"))
    }
}
