//! Lambda's errors, in Lambda's words.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::error::AwsError;

/// A parameter that is well formed and still cannot be used.
pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("InvalidParameterValueException", message)
}

/// A parameter that breaks the API's own model.
pub(super) fn constraint(value: &str, member: &str, rule: &str) -> AwsError {
    AwsError::bad_request(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy \
             constraint: {rule}"
        ),
    )
}

pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}

pub(super) fn function_not_found(arn: &str) -> AwsError {
    not_found(format!("Function not found: {arn}"))
}

pub(super) fn conflict(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "ResourceConflictException", message)
}

/// Somebody else wrote since the caller read.
pub(super) fn stale_revision() -> AwsError {
    AwsError::new(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the \
         GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
}

/// Refuses a write whose `RevisionId` is not the current one.
pub(super) fn check_revision(wanted: Option<&str>, current: &str) -> Result<(), AwsError> {
    match wanted {
        Some(wanted) if wanted != current => Err(stale_revision()),
        _ => Ok(()),
    }
}

/// Reads an operation's input. A member that the stage does not know is refused by name rather
/// than ignored: a setting without effect is worse than none.
pub(super) fn parse<T: DeserializeOwned>(input: Value) -> Result<T, AwsError> {
    serde_json::from_value(input)
        .map_err(|error| AwsError::bad_request("ValidationException", error.to_string()))
}
