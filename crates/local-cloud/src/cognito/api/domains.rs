//! Domains of the sign-in pages.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::domain::Domain;
use crate::cognito::errors::{invalid, not_found};
use crate::cognito::pool::Pool;
use crate::cognito::state::State;

pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    let domain = Domain::create(call.input, pool.settings.user_pool_tier, call.shared)?;
    let same_kind = |other: &Domain| other.is_custom() == domain.is_custom();
    if pool.domains.iter().any(same_kind) {
        return Err(invalid("User pool already has a domain configured."));
    }
    if state.domain(call.region, &domain.name).is_some() {
        return Err(invalid("Domain already associated with another user pool."));
    }
    let answer = domain.created();
    state
        .pool_mut(call.region, call.pool_id())?
        .domains
        .push(domain);
    Ok(answer)
}

/// A domain that does not exist is described as an empty one, as by the real service.
pub(super) fn describe(state: &State, call: &Call) -> Value {
    let description = state.domain(call.region, call.text("Domain")).map_or_else(
        || json!({}),
        |(pool, domain)| domain.describe(&pool.id, &pool.region),
    );
    json!({ "DomainDescription": description })
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let (pool, position) = find(state, call)?;
    let tier = pool.settings.user_pool_tier;
    pool.domains[position].update(call.input, tier, call.shared)?;
    Ok(pool.domains[position].created())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let (pool, position) = find(state, call)?;
    pool.domains.remove(position);
    Ok(json!({}))
}

fn find<'a>(state: &'a mut State, call: &Call) -> Result<(&'a mut Pool, usize), AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let name = call.text("Domain");
    pool.domains
        .iter()
        .position(|domain| domain.name == name)
        .map(|position| (pool, position))
        .ok_or_else(|| not_found("No such domain or user pool exists."))
}
