//! Resource servers.

use serde_json::{Value, json};

use super::Call;
use super::pools::page;
use crate::base::error::AwsError;
use crate::cognito::errors::{invalid, not_found};
use crate::cognito::resource_server::ResourceServer;
use crate::cognito::state::State;

/// Most resource servers of a pool, as long as Amazon has not raised it
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html>).
const MOST: usize = 25;

pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let server = ResourceServer::create(call.input)?;
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let mut others = pool.resource_servers.iter();
    if others.any(|other| other.identifier == server.identifier) {
        return Err(invalid(format!(
            "{} already exists in user pool {}.",
            server.identifier, pool.id
        )));
    }
    if pool.resource_servers.len() >= MOST {
        return Err(AwsError::bad_request(
            "LimitExceededException",
            format!("The user pool already has the maximum number of resource servers: {MOST}."),
        ));
    }
    let answer = json!({ "ResourceServer": server.describe(&pool.id) });
    pool.resource_servers.push(server);
    Ok(answer)
}

pub(super) fn describe(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let server = &pool.resource_servers[position(&pool.resource_servers, call)?];
    Ok(json!({ "ResourceServer": server.describe(&pool.id) }))
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let position = position(&pool.resource_servers, call)?;
    let server = &mut pool.resource_servers[position];
    server.update(call.input)?;
    Ok(json!({ "ResourceServer": server.describe(&pool.id) }))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let position = position(&pool.resource_servers, call)?;
    pool.resource_servers.remove(position);
    Ok(json!({}))
}

pub(super) fn list(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let servers = pool.resource_servers.iter();
    let servers = servers.map(|server| server.describe(&pool.id)).collect();
    page(servers, call, "MaxResults", "NextToken", "ResourceServers")
}

fn position(servers: &[ResourceServer], call: &Call) -> Result<usize, AwsError> {
    let identifier = call.text("Identifier");
    let position = servers
        .iter()
        .position(|server| server.identifier == identifier);
    position.ok_or_else(|| not_found(format!("Resource server {identifier} does not exist.")))
}
