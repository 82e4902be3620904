//! User pools and their MFA configuration.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::errors::invalid;
use crate::cognito::mfa::MfaConfig;
use crate::cognito::pool::Pool;
use crate::cognito::schema;
use crate::cognito::settings::DeletionProtection;
use crate::cognito::state::State;

pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = Pool::create(call.region, call.input, call.now)?;
    let answer = json!({ "UserPool": pool.describe() });
    state.pools.insert(pool.id.clone(), pool);
    Ok(answer)
}

pub(super) fn describe(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    Ok(json!({ "UserPool": pool.describe() }))
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    state
        .pool_mut(call.region, call.pool_id())?
        .update(call.input, call.now)?;
    Ok(json!({}))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool(call.region, call.pool_id())?;
    if pool.settings.deletion_protection == DeletionProtection::Active {
        return Err(invalid(
            "The user pool cannot be deleted because deletion protection is activated. Deletion \
             protection must be inactivated first.",
        ));
    }
    if !pool.domains.is_empty() {
        return Err(invalid(
            "User pool cannot be deleted. It has a domain configured that should be deleted \
             first.",
        ));
    }
    state.pools.shift_remove(call.pool_id());
    Ok(json!({}))
}

pub(super) fn list(state: &State, call: &Call) -> Result<Value, AwsError> {
    let pools = state
        .pools
        .values()
        .filter(|pool| pool.region == call.region)
        .map(Pool::summary)
        .collect();
    page(pools, call, "MaxResults", "NextToken", "UserPools")
}

pub(super) fn add_custom_attributes(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let mut attributes = pool.schema.clone();
    for attribute in call.input["CustomAttributes"]
        .as_array()
        .into_iter()
        .flatten()
    {
        schema::add_custom(&mut attributes, attribute)?;
    }
    pool.schema = attributes;
    Ok(json!({}))
}

pub(super) fn set_mfa(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = state.pool_mut(call.region, call.pool_id())?;
    let mut input = call.input.clone();
    let mut settings = pool.settings_with("MfaConfiguration", &mfa_mode(call.input))?;
    let sms = input["SmsMfaConfiguration"]["SmsConfiguration"].clone();
    if !sms.is_null() {
        settings = settings.and_with("SmsConfiguration", &sms)?;
    }
    if let Some(sms) = input["SmsMfaConfiguration"].as_object_mut() {
        sms.remove("SmsConfiguration");
    }
    let mfa = MfaConfig::from_input(&input, settings.parsed())?;
    pool.replace_settings(settings, call.now);
    pool.mfa = mfa;
    Ok(pool.describe_mfa())
}

fn mfa_mode(input: &Value) -> Value {
    match &input["MfaConfiguration"] {
        Value::Null => json!("OFF"),
        given => given.clone(),
    }
}

pub(super) fn get_mfa(state: &State, call: &Call) -> Result<Value, AwsError> {
    Ok(state.pool(call.region, call.pool_id())?.describe_mfa())
}

/// One page of a list; a token is the position of the next item.
pub(super) fn page(
    items: Vec<Value>,
    call: &Call,
    limit: &str,
    token: &str,
    name: &str,
) -> Result<Value, AwsError> {
    let start = match call.optional(token) {
        None => 0,
        Some(token) => token
            .parse::<usize>()
            .map_err(|_| invalid("Invalid pagination token."))?,
    };
    let limit = call.input[limit].as_u64().filter(|limit| *limit > 0);
    let limit = limit.map_or(60, |limit| usize::try_from(limit).unwrap_or(60));
    let total = items.len();
    let shown: Vec<_> = items.into_iter().skip(start).take(limit).collect();
    let next = start + shown.len();
    let mut answer = json!({ name: shown });
    if next < total {
        answer[token] = json!(next.to_string());
    }
    Ok(answer)
}
