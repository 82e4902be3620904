//! App clients and their secrets.

use serde_json::{Value, json};

use super::Call;
use super::pools::page;
use crate::base::error::AwsError;
use crate::cognito::client::Client;
use crate::cognito::state::State;

pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let client = Client::create(pool, call.input, call.now)?;
    let answer = json!({ "UserPoolClient": client.describe(&pool.id) });
    pool.clients.insert(client.id.clone(), client);
    Ok(answer)
}

pub(super) fn describe(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let client = pool.client(call.text("ClientId"))?;
    Ok(json!({ "UserPoolClient": client.describe(&pool.id) }))
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let update = pool
        .client(call.text("ClientId"))?
        .plan_update(pool, call.input)?;
    let pool_id = pool.id.clone();
    let client = pool.client_mut(call.text("ClientId"))?;
    client.apply(update, call.now);
    Ok(json!({ "UserPoolClient": client.describe(&pool_id) }))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let id = pool.client(call.text("ClientId"))?.id.clone();
    pool.clients.shift_remove(&id);
    pool.brandings.retain(|branding| branding.client_id != id);
    Ok(json!({}))
}

pub(super) fn list(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let clients = pool
        .clients
        .values()
        .map(|client| client.summary(&pool.id))
        .collect();
    page(clients, call, "MaxResults", "NextToken", "UserPoolClients")
}

pub(super) fn add_secret(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let client = pool.client_mut(call.text("ClientId"))?;
    let descriptor = client.add_secret(call.optional("ClientSecret"), call.now)?;
    Ok(json!({ "ClientSecretDescriptor": descriptor }))
}

pub(super) fn list_secrets(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let client = pool.client(call.text("ClientId"))?;
    Ok(json!({ "ClientSecrets": client.list_secrets() }))
}

pub(super) fn delete_secret(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    state
        .pool_mut(call.region, call.pool_id())?
        .client_mut(call.text("ClientId"))?
        .delete_secret(call.text("ClientSecretId"))?;
    Ok(json!({}))
}
