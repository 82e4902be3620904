//! Branding styles of managed login.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::branding::Branding;
use crate::cognito::errors::not_found;
use crate::cognito::pool::Pool;
use crate::cognito::state::State;

pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let client_id = &pool.client(call.text("ClientId"))?.id;
    if pool
        .brandings
        .iter()
        .any(|style| style.client_id == *client_id)
    {
        return Err(AwsError::bad_request(
            "ManagedLoginBrandingExistsException",
            format!("Managed login branding already exists for app client {client_id}."),
        ));
    }
    let style = Branding::create(client_id, call.input, call.now)?;
    let answer = json!({ "ManagedLoginBranding": style.describe(&pool.id) });
    pool.brandings.push(style);
    Ok(answer)
}

pub(super) fn describe(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let style = &pool.brandings[position(pool, call)?];
    Ok(json!({ "ManagedLoginBranding": style.describe(&pool.id) }))
}

pub(super) fn describe_by_client(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let client = pool.client(call.text("ClientId"))?;
    pool.brandings
        .iter()
        .find(|style| style.client_id == client.id)
        .map(|style| json!({ "ManagedLoginBranding": style.describe(&pool.id) }))
        .ok_or_else(|| {
            not_found(format!(
                "Managed login branding does not exist for app client {}.",
                client.id
            ))
        })
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let position = position(pool, call)?;
    let style = &mut pool.brandings[position];
    style.update(call.input, call.now)?;
    Ok(json!({ "ManagedLoginBranding": style.describe(&pool.id) }))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let position = position(pool, call)?;
    pool.brandings.remove(position);
    Ok(json!({}))
}

fn position(pool: &Pool, call: &Call) -> Result<usize, AwsError> {
    let id = call.text("ManagedLoginBrandingId");
    pool.brandings
        .iter()
        .position(|style| style.id == id)
        .ok_or_else(|| not_found(format!("Managed login branding {id} does not exist.")))
}
