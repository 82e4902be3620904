//! What callers may set of a configuration, and what Lambda refuses.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Deserialize;

use super::configuration::{Configuration, Logging};
use super::error::{constraint, invalid_parameter};
use super::variables;
use crate::base::error::AwsError;

/// The runtimes whose functions are a `bootstrap` of their own.
const RUNTIMES: [&str; 2] = ["provided.al2023", "provided.al2"];
/// What Alexa, API Gateway and the console show when nothing was said.
const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
const DEFAULT_MEMORY_MEGABYTES: u32 = 128;

/// The members that `CreateFunction` and `UpdateFunctionConfiguration` have in common.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) region: String,
    pub(super) function_name: String,
    revision_id: Option<String>,
    role: Option<String>,
    runtime: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<i64>,
    memory_size: Option<i64>,
    environment: Option<Environment>,
    ephemeral_storage: Option<EphemeralStorage>,
    tracing_config: Option<TracingConfig>,
    logging_config: Option<LoggingConfig>,
    architectures: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EphemeralStorage {
    size: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TracingConfig {
    mode: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LoggingConfig {
    log_format: Option<String>,
    application_log_level: Option<String>,
    system_log_level: Option<String>,
    log_group: Option<String>,
}

impl Settings {
    /// The revision that the caller believes to be current.
    pub(super) fn revision_id(&self) -> Option<&str> {
        self.revision_id.as_deref()
    }

    /// A new function's configuration, with Lambda's defaults.
    pub(super) fn create(self, name: &str) -> Result<Configuration, AwsError> {
        if self.role.is_none() {
            return Err(missing("role"));
        }
        if self.runtime.is_none() || self.handler.is_none() {
            return Err(invalid_parameter(
                "Runtime and Handler are mandatory parameters for functions created with \
                 deployment packages.",
            ));
        }
        self.apply(Configuration {
            runtime: String::new(),
            handler: String::new(),
            role: String::new(),
            description: String::new(),
            timeout_seconds: DEFAULT_TIMEOUT_SECONDS,
            memory_megabytes: DEFAULT_MEMORY_MEGABYTES,
            architecture: "x86_64".to_owned(),
            variables: BTreeMap::new(),
            ephemeral_storage_megabytes: 512,
            tracing_mode: "PassThrough".to_owned(),
            logging: Logging {
                group: format!("/aws/lambda/{name}"),
                json: false,
                application_level: None,
                system_level: None,
            },
        })
    }

    /// `configuration` with what was said changed, and nothing else.
    pub(super) fn apply(self, mut configuration: Configuration) -> Result<Configuration, AwsError> {
        if let Some(role) = self.role {
            configuration.role = role_arn(role)?;
        }
        if let Some(runtime) = self.runtime {
            configuration.runtime = known_runtime(runtime)?;
        }
        if let Some(handler) = self.handler {
            configuration.handler = handler_name(handler)?;
        }
        if let Some(description) = self.description {
            configuration.description = within_length(description, "description", 256)?;
        }
        if let Some(seconds) = self.timeout {
            configuration.timeout_seconds = in_range(seconds, "timeout", 1..=900)?;
        }
        if let Some(megabytes) = self.memory_size {
            configuration.memory_megabytes = in_range(megabytes, "memorySize", 128..=10_240)?;
        }
        if let Some(environment) = self.environment {
            configuration.variables = variables::check(environment.variables)?;
        }
        if let Some(storage) = self.ephemeral_storage {
            configuration.ephemeral_storage_megabytes =
                in_range(storage.size, "ephemeralStorage.size", 512..=10_240)?;
        }
        if let Some(tracing) = self.tracing_config {
            configuration.tracing_mode = one_of(
                tracing.mode,
                "tracingConfig.mode",
                &["PassThrough", "Active"],
            )?;
        }
        if let Some(architectures) = self.architectures {
            configuration.architecture = architecture(&architectures)?;
        }
        if let Some(logging) = self.logging_config {
            logging.apply(&mut configuration.logging)?;
        }
        Ok(configuration)
    }
}

impl LoggingConfig {
    fn apply(self, logging: &mut Logging) -> Result<(), AwsError> {
        const APPLICATION: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        const SYSTEM: [&str; 3] = ["DEBUG", "INFO", "WARN"];
        if let Some(format) = self.log_format {
            logging.json = one_of(format, "loggingConfig.logFormat", &["JSON", "Text"])? == "JSON";
        }
        if let Some(group) = self.log_group {
            logging.group = group;
        }
        let levels = self.application_log_level.is_some() || self.system_log_level.is_some();
        if levels && !logging.json {
            return Err(invalid_parameter(
                "To use log levels, set LogFormat to JSON: the Text format has none.",
            ));
        }
        if let Some(level) = self.application_log_level {
            let level = one_of(level, "loggingConfig.applicationLogLevel", &APPLICATION)?;
            logging.application_level = Some(level);
        }
        if let Some(level) = self.system_log_level {
            let level = one_of(level, "loggingConfig.systemLogLevel", &SYSTEM)?;
            logging.system_level = Some(level);
        }
        Ok(())
    }
}

fn missing(member: &str) -> AwsError {
    AwsError::bad_request(
        "ValidationException",
        format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
             Member must not be null"
        ),
    )
}

fn in_range(value: i64, member: &str, range: RangeInclusive<u32>) -> Result<u32, AwsError> {
    if let Ok(value) = u32::try_from(value)
        && range.contains(&value)
    {
        return Ok(value);
    }
    let rule = if value < i64::from(*range.start()) {
        format!(
            "Member must have value greater than or equal to {}",
            range.start()
        )
    } else {
        format!(
            "Member must have value less than or equal to {}",
            range.end()
        )
    };
    Err(constraint(&value.to_string(), member, &rule))
}

fn one_of(value: String, member: &str, allowed: &[&str]) -> Result<String, AwsError> {
    if allowed.contains(&value.as_str()) {
        return Ok(value);
    }
    let rule = format!(
        "Member must satisfy enum value set: [{}]",
        allowed.join(", ")
    );
    Err(constraint(&value, member, &rule))
}

/// Refuses a text that is too long.
pub(super) fn within_length(
    value: String,
    member: &str,
    longest: usize,
) -> Result<String, AwsError> {
    if value.chars().count() <= longest {
        return Ok(value);
    }
    let rule = format!("Member must have length less than or equal to {longest}");
    Err(constraint(&value, member, &rule))
}

/// `arn:aws:iam::123456789012:role/path/name`.
fn role_arn(role: String) -> Result<String, AwsError> {
    let well_formed = role.strip_prefix("arn:aws:iam::").is_some_and(|rest| {
        rest.split_once(":role/").is_some_and(|(account, name)| {
            account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_/".contains(&b))
        })
    });
    if well_formed {
        return Ok(role);
    }
    Err(constraint(
        &role,
        "role",
        "Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ))
}

fn known_runtime(runtime: String) -> Result<String, AwsError> {
    if RUNTIMES.contains(&runtime.as_str()) {
        return Ok(runtime);
    }
    Err(invalid_parameter(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum \
         value set: [{}] or be a valid ARN",
        RUNTIMES.join(", ")
    )))
}

fn handler_name(handler: String) -> Result<String, AwsError> {
    let handler = within_length(handler, "handler", 128)?;
    if !handler.is_empty() && !handler.contains(char::is_whitespace) {
        return Ok(handler);
    }
    Err(constraint(
        &handler,
        "handler",
        "Member must satisfy regular expression pattern: [^\\s]+",
    ))
}

/// A function has exactly one architecture, in a list.
pub(super) fn architecture(architectures: &[String]) -> Result<String, AwsError> {
    match architectures {
        [one] => one_of(one.clone(), "architectures", &["x86_64", "arm64"]),
        _ => Err(constraint(
            &format!("[{}]", architectures.join(", ")),
            "architectures",
            "Member must have length less than or equal to 1",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn created(extra: &Value) -> Result<Configuration, AwsError> {
        let mut input = json!({
            "Region": "us-east-1",
            "FunctionName": "greeter",
            "Role": "arn:aws:iam::000000000000:role/greeter",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
        });
        for (key, value) in extra.as_object().unwrap() {
            input[key] = value.clone();
        }
        super::super::error::parse::<Settings>(input)?.create("greeter")
    }

    #[test]
    fn lambdas_defaults() {
        let mut shown = json!({});
        created(&json!({})).unwrap().show(&mut shown);
        assert_eq!(shown["Timeout"], 3);
        assert_eq!(shown["MemorySize"], 128);
        assert_eq!(shown["Architectures"], json!(["x86_64"]));
        assert_eq!(
            shown["LoggingConfig"],
            json!({ "LogFormat": "Text", "LogGroup": "/aws/lambda/greeter" })
        );
        assert!(shown.get("Environment").is_none());
    }

    #[test]
    fn an_update_changes_only_what_it_names() {
        let before = created(&json!({ "Timeout": 8, "MemorySize": 256 })).unwrap();
        let settings = Settings {
            timeout: Some(9),
            ..Settings::default()
        };
        let after = settings.apply(before.clone()).unwrap();
        assert_eq!(after.timeout_seconds, 9);
        assert_eq!(after.memory_megabytes, 256);
        assert!(!after.runs_like(&before));
    }

    #[test]
    fn a_description_does_not_make_a_version_different() {
        let before = created(&json!({})).unwrap();
        let after = created(&json!({ "Description": "words" })).unwrap();
        assert_ne!(before, after);
        assert!(after.runs_like(&before));
    }

    #[test]
    fn each_rule_is_enforced_in_lambdas_words() {
        for (extra, expected) in [
            (
                json!({ "Timeout": 901 }),
                "'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
            ),
            (json!({ "Timeout": 0 }), "greater than or equal to 1"),
            (json!({ "MemorySize": 64 }), "greater than or equal to 128"),
            (
                json!({ "MemorySize": 10_241 }),
                "less than or equal to 10240",
            ),
            (json!({ "Architectures": ["riscv"] }), "[x86_64, arm64]"),
            (
                json!({ "Architectures": ["arm64", "x86_64"] }),
                "'architectures'",
            ),
            (json!({ "Role": "greeter" }), "'role'"),
            (json!({ "Runtime": "cobol" }), "at 'runtime'"),
            (json!({ "Handler": "a b" }), "'handler'"),
            (json!({ "Description": "x".repeat(257) }), "'description'"),
            (
                json!({ "TracingConfig": { "Mode": "Loud" } }),
                "'tracingConfig.mode'",
            ),
            (
                json!({ "LoggingConfig": { "SystemLogLevel": "WARN" } }),
                "LogFormat",
            ),
            (json!({ "VpcConfig": { "SubnetIds": [] } }), "VpcConfig"),
        ] {
            let error = created(&extra).unwrap_err();
            assert!(error.message.contains(expected), "{extra}: {error}");
        }
    }
}
