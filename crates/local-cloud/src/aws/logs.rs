//! CloudWatch Logs: groups, streams and events.

use serde_json::Value;

use crate::{AwsError, Shared};

/// Every log group of the account. Clones share it.
#[derive(Debug, Clone)]
pub struct Logs {}

impl Logs {
    /// No groups yet.
    pub fn new(_shared: Shared) -> Self {
        Self {}
    }

    /// The JSON 1.1 API (`Logs_20140328.*`), also used by CloudFormation.
    pub async fn call(&self, operation: &str, _input: Value) -> Result<Value, AwsError> {
        Err(AwsError::bad_request(
            "UnknownOperationException",
            operation,
        ))
    }

    /// One line of a function's output. The group is created when it is missing, as Lambda does.
    pub fn append(&self, _region: &str, _group: &str, _stream: &str, _message: &str) {}
}
