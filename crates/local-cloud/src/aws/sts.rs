//! STS: who is calling.

use serde_json::{Value, json};

use super::protocol::query;
use crate::{ACCOUNT_ID, AwsError};

/// The query API.
pub(crate) fn call(action: &str) -> Result<Value, AwsError> {
    match action {
        "GetCallerIdentity" => Ok(json!({
            "Arn": format!("arn:aws:iam::{ACCOUNT_ID}:user/local"),
            "UserId": "AIDALOCALSTAGE000USER",
            "Account": ACCOUNT_ID,
        })),
        unknown => Err(query::unknown_action(query::STS, unknown)),
    }
}
