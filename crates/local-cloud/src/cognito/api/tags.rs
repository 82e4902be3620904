//! Tags of user pools.

use serde_json::{Value, json};

use super::Call;
use crate::base::error::AwsError;
use crate::cognito::errors::not_found;
use crate::cognito::pool::Pool;
use crate::cognito::state::State;

pub(super) fn add(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = find(state, call)?;
    for (key, value) in call.input["Tags"].as_object().into_iter().flatten() {
        pool.tags.insert(key.clone(), value.clone());
    }
    Ok(json!({}))
}

pub(super) fn remove(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = find(state, call)?;
    let keys = call.input["TagKeys"].as_array().into_iter().flatten();
    for key in keys.filter_map(Value::as_str) {
        pool.tags.shift_remove(key);
    }
    Ok(json!({}))
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": find(state, call)?.tags }))
}

fn find<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Pool, AwsError> {
    let arn = call.text("ResourceArn");
    state
        .pools
        .values_mut()
        .find(|pool| pool.arn() == arn && pool.region == call.region)
        .ok_or_else(|| not_found(format!("Resource {arn} does not exist.")))
}
