//! A function's own environment variables.

use std::collections::BTreeMap;

use serde_json::json;

use super::error::{constraint, invalid_parameter};
use crate::base::error::AwsError;

/// Names that Lambda sets itself and lets nobody override.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub(super) const RESERVED: [&str; 21] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// The bytes of all of them as one JSON object.
const LARGEST: usize = 4096;

/// Refuses what Lambda refuses.
pub(super) fn check(
    variables: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let reserved: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|name| RESERVED.contains(name))
        .collect();
    if !reserved.is_empty() {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided contains reserved keys that are currently not supported \
             for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    if let Some(name) = variables.keys().find(|name| !is_name(name)) {
        return Err(constraint(
            name,
            "environment.variables",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: \
             [a-zA-Z]([a-zA-Z0-9_])+]",
        ));
    }
    let measured = json!(variables).to_string();
    if measured.len() > LARGEST {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(variables)
}

fn is_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, value: &str) -> Result<BTreeMap<String, String>, AwsError> {
        check(BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn reserved_names_are_refused_by_name() {
        for name in RESERVED {
            let error = checked(name, "x").unwrap_err();
            assert!(
                error.message.ends_with(&format!("request: {name}")),
                "{error}"
            );
        }
        assert!(checked("AWS_LAMBDA_LOG_LEVEL", "info").is_ok());
    }

    #[test]
    fn names_are_limited() {
        for name in ["1A", "A", "A-B", "", "É1"] {
            assert!(checked(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn four_kilobytes_are_measured_as_json() {
        let around = r#"{"KEY":""}"#.len();
        assert!(checked("KEY", &"x".repeat(4096 - around)).is_ok());
        let error = checked("KEY", &"x".repeat(4097 - around)).unwrap_err();
        let measured = r#"exceeded the 4KB limit. String measured: {"KEY":"xxx"#;
        assert!(error.message.contains(measured), "{error}");
        // A quotation mark takes two bytes, and so does a letter beyond ASCII.
        for letter in ["\"", "ü"] {
            assert!(checked("KEY", &letter.repeat((4096 - around) / 2)).is_ok());
            assert!(checked("KEY", &letter.repeat((4096 - around) / 2 + 1)).is_err());
        }
    }
}
