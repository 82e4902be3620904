//! Creating an account without the pages.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::errors::{self, not_authorized};
use crate::cognito::messages;
use crate::cognito::pool::Pool;
use crate::cognito::state::State;
use crate::cognito::users::sign_up;

pub(super) fn sign_up(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = authorize(state, call)?;
    let attributes = attribute_pairs(call.input, "UserAttributes");
    let request = sign_up::Request {
        username: call.text("Username"),
        password: call.optional("Password"),
        attributes,
    };
    let signed_up = sign_up::sign_up(pool, call.text("ClientId"), &request, call.shared)?;
    let mut answer = json!({ "UserConfirmed": false, "UserSub": signed_up.sub });
    if let Some((contact, to)) = signed_up.delivery {
        answer["CodeDeliveryDetails"] = messages::delivery(contact, &to);
    }
    Ok(answer)
}

pub(super) fn confirm(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = authorize(state, call)?;
    sign_up::confirm(
        pool,
        call.text("ClientId"),
        call.text("Username"),
        call.text("ConfirmationCode"),
        call.shared,
    )?;
    Ok(json!({}))
}

pub(super) fn resend(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = authorize(state, call)?;
    let delivery = sign_up::resend(
        pool,
        call.text("ClientId"),
        call.text("Username"),
        call.shared,
    )?;
    let mut answer = json!({});
    if let Some((contact, to)) = delivery {
        answer["CodeDeliveryDetails"] = messages::delivery(contact, &to);
    }
    Ok(answer)
}

/// The pool of the client, which proves itself with a hash when it has a secret.
fn authorize<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Pool, AwsError> {
    let client_id = call.text("ClientId");
    let username = call.text("Username");
    let pool = state
        .pool_of_client(client_id)
        .ok_or_else(|| errors::no_client(client_id))?;
    let client = pool.client(client_id)?;
    match call.optional("SecretHash") {
        None if client.has_secret() => Err(not_authorized(format!(
            "Client {client_id} is configured with secret but SECRET_HASH was not received"
        ))),
        Some(_) if !client.has_secret() => Err(not_authorized(format!(
            "Client {client_id} is not configured for secret but secret hash was received"
        ))),
        Some(hash) if !client.knows_secret_hash(username, hash) => Err(not_authorized(format!(
            "Unable to verify secret hash for client {client_id}"
        ))),
        _ => Ok(pool),
    }
}

/// Name and value of each attribute of a list.
pub(super) fn attribute_pairs<'a>(input: &'a Value, list: &str) -> Vec<(&'a str, &'a str)> {
    input[list]
        .as_array()
        .into_iter()
        .flatten()
        .map(|attribute| {
            (
                attribute["Name"].as_str().unwrap_or_default(),
                attribute["Value"].as_str().unwrap_or_default(),
            )
        })
        .collect()
}
