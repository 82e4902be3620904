//! STS: who is calling.

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};

use super::protocol::query;
use crate::base::error::AwsError;
use crate::base::keys::Principal;

/// The query API.
pub(crate) fn call(principal: &Principal, action: &str) -> Result<Value, AwsError> {
    match action {
        "GetCallerIdentity" => Ok(identity(principal)),
        unknown => Err(query::unknown_action(query::STS, unknown)),
    }
}

/// A function calls with the session of its role, which is called as the function is.
fn identity(principal: &Principal) -> Value {
    let (arn, id) = match principal {
        Principal::Deployer => (
            format!("arn:aws:iam::{ACCOUNT_ID}:user/local"),
            "AIDALOCALSTAGE000USER".to_owned(),
        ),
        Principal::Function { name, role, .. } => {
            let role = role.rsplit('/').next().unwrap_or_default();
            (
                format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role}/{name}"),
                format!("AROALOCALSTAGE000ROLE:{name}"),
            )
        }
    };
    json!({ "Arn": arn, "UserId": id, "Account": ACCOUNT_ID })
}
