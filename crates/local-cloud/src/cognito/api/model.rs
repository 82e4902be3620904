//! What the published service model says about an input: names, types, enums, lengths, patterns.
//!
//! The facts are in `model.json`, reduced from Amazon's own model; the wording of a refusal is
//! that of the service.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fancy_regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;

#[derive(Debug, Deserialize)]
struct Model {
    operations: BTreeMap<String, String>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    r#type: String,
    required: Vec<String>,
    members: BTreeMap<String, String>,
    member: String,
    key: String,
    value: String,
    r#enum: Vec<String>,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    sensitive: bool,
}

static MODEL: LazyLock<Result<Model, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("model.json")).map_err(|error| error.to_string())
});

/// Checks an operation's input against the model; `Region` is the protocol layer's own and passes.
pub(crate) fn check(operation: &str, input: &Value) -> Result<(), AwsError> {
    let model = MODEL
        .as_ref()
        .map_err(|error| AwsError::new(500, "InternalErrorException", error))?;
    let Some(shape) = model.operations.get(operation) else {
        return Err(AwsError::bad_request(
            "UnknownOperationException",
            format!("Amazon Cognito on this stage has no operation {operation}"),
        ));
    };
    let mut checker = Checker {
        model,
        violations: Vec::new(),
    };
    checker.value(shape, input, "")?;
    if checker.violations.is_empty() {
        return Ok(());
    }
    let count = checker.violations.len();
    let noun = if count == 1 { "error" } else { "errors" };
    Err(invalid(format!(
        "{count} validation {noun} detected: {}",
        checker.violations.join("; ")
    )))
}

#[cfg(test)]
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    MODEL
        .iter()
        .flat_map(|model| model.operations.keys().map(String::as_str))
}

#[cfg(test)]
pub(crate) fn members(operation: &str) -> impl Iterator<Item = &'static str> {
    let model = MODEL.as_ref().ok();
    let shape = model.and_then(|model| model.shapes.get(model.operations.get(operation)?));
    shape
        .into_iter()
        .flat_map(|shape| shape.members.keys().map(String::as_str))
}

struct Checker<'a> {
    model: &'a Model,
    violations: Vec<String>,
}

impl Checker<'_> {
    /// Wrong types and unknown names end the check at once, as a parser's errors do; everything
    /// else is collected.
    fn value(&mut self, shape: &str, value: &Value, path: &str) -> Result<(), AwsError> {
        let Some(shape) = self.model.shapes.get(shape) else {
            return Ok(());
        };
        match (shape.r#type.as_str(), value) {
            ("structure", Value::Object(members)) => self.members(shape, members, path),
            ("list", Value::Array(items)) => {
                self.length(shape, items.len(), value, path);
                for (index, item) in items.iter().enumerate() {
                    // The service counts list members from one.
                    let path = format!("{path}.{}.member", index + 1);
                    self.value(&shape.member, item, &path)?;
                }
                Ok(())
            }
            ("map", Value::Object(entries)) => {
                self.length(shape, entries.len(), value, path);
                for (key, value) in entries {
                    self.value(&shape.key, &Value::from(key.as_str()), path)?;
                    self.value(&shape.value, value, &join(path, key))?;
                }
                Ok(())
            }
            ("string" | "blob", Value::String(text)) => {
                self.text(shape, text, value, path);
                Ok(())
            }
            ("document", _) | ("boolean", Value::Bool(_)) => Ok(()),
            ("integer" | "long", Value::Number(number)) if number.is_i64() => {
                self.range(shape, number.as_i64().unwrap_or_default(), path);
                Ok(())
            }
            (expected, _) => Err(AwsError::bad_request(
                "SerializationException",
                format!("{path} must be of type {expected}"),
            )),
        }
    }

    fn members(
        &mut self,
        shape: &Shape,
        members: &Map<String, Value>,
        path: &str,
    ) -> Result<(), AwsError> {
        for (name, value) in members {
            if path.is_empty() && name == "Region" {
                continue;
            }
            let Some(member) = shape.members.get(name) else {
                return Err(unknown_member(path, name, shape));
            };
            if !value.is_null() {
                self.value(member, value, &join(path, &lower_first(name)))?;
            }
        }
        for name in &shape.required {
            if members.get(name).is_none_or(Value::is_null) {
                self.violate(
                    "null",
                    &join(path, &lower_first(name)),
                    "Member must not be null",
                );
            }
        }
        Ok(())
    }

    fn text(&mut self, shape: &Shape, text: &str, value: &Value, path: &str) {
        self.length(shape, text.chars().count(), value, path);
        let shown = shown(shape, text);
        if !shape.r#enum.is_empty() && !shape.r#enum.iter().any(|allowed| allowed == text) {
            let set = shape.r#enum.join(", ");
            self.violate(
                &shown,
                path,
                &format!("Member must satisfy enum value set: [{set}]"),
            );
        }
        if let Some(pattern) = &shape.pattern
            && !matches(pattern, text)
        {
            let rule = format!("Member must satisfy regular expression pattern: {pattern}");
            self.violate(&shown, path, &rule);
        }
    }

    fn length(&mut self, shape: &Shape, length: usize, value: &Value, path: &str) {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let shown = match value {
            Value::String(text) => shown(shape, text),
            _ => shown(shape, &value.to_string()),
        };
        if let Some(min) = shape.min.filter(|min| length < *min) {
            let rule = format!("Member must have length greater than or equal to {min}");
            self.violate(&shown, path, &rule);
        }
        if let Some(max) = shape.max.filter(|max| length > *max) {
            let rule = format!("Member must have length less than or equal to {max}");
            self.violate(&shown, path, &rule);
        }
    }

    fn range(&mut self, shape: &Shape, number: i64, path: &str) {
        let shown = format!("'{number}'");
        if let Some(min) = shape.min.filter(|min| number < *min) {
            let rule = format!("Member must have value greater than or equal to {min}");
            self.violate(&shown, path, &rule);
        }
        if let Some(max) = shape.max.filter(|max| number > *max) {
            let rule = format!("Member must have value less than or equal to {max}");
            self.violate(&shown, path, &rule);
        }
    }

    fn violate(&mut self, shown: &str, path: &str, rule: &str) {
        let value = if shown.is_empty() {
            "Value".to_owned()
        } else {
            format!("Value {shown}")
        };
        self.violations.push(format!(
            "{value} at '{path}' failed to satisfy constraint: {rule}"
        ));
    }
}

/// Sensitive values are left out, as the service leaves them out.
fn shown(shape: &Shape, text: &str) -> String {
    if shape.sensitive {
        String::new()
    } else {
        format!("'{text}'")
    }
}

fn unknown_member(path: &str, name: &str, shape: &Shape) -> AwsError {
    let allowed: Vec<_> = shape.members.keys().map(String::as_str).collect();
    invalid(format!(
        "Unknown parameter in input: \"{}\", must be one of: {}",
        join(path, name),
        allowed.join(", ")
    ))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

fn matches(pattern: &str, text: &str) -> bool {
    compile(pattern).is_ok_and(|pattern| pattern.is_match(text).unwrap_or(false))
}

/// A pattern of the model describes the whole value.
fn compile(pattern: &str) -> Result<Regex, Box<fancy_regex::Error>> {
    Regex::new(&format!("^(?:{})$", pattern.replace("9-_", r"9\-_"))).map_err(Box::new)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(operation: &str, input: &Value) -> String {
        check(operation, input).unwrap_err().message
    }

    #[test]
    fn the_model_is_readable_and_complete() {
        let model = MODEL.as_ref().unwrap();
        for (name, shape) in &model.shapes {
            let used = shape
                .members
                .values()
                .chain([&shape.member, &shape.key, &shape.value]);
            for used in used.filter(|used| !used.is_empty()) {
                assert!(model.shapes.contains_key(used), "{name} uses {used}");
            }
            if let Some(pattern) = &shape.pattern {
                assert!(compile(pattern).is_ok(), "{name}: {pattern}");
            }
        }
    }

    #[test]
    fn refusals_are_worded_as_by_the_service() {
        assert_eq!(
            refusal(
                "CreateUserPool",
                &json!({"PoolName": "a", "MfaConfiguration": "MAYBE"})
            ),
            "1 validation error detected: Value 'MAYBE' at 'mfaConfiguration' failed to satisfy \
             constraint: Member must satisfy enum value set: [OFF, ON, OPTIONAL]"
        );
        assert_eq!(
            refusal("CreateUserPool", &json!({"Region": "eu-west-1"})),
            "1 validation error detected: Value null at 'poolName' failed to satisfy constraint: \
             Member must not be null"
        );
        assert_eq!(
            refusal("DescribeUserPool", &json!({"UserPoolId": "no pool"})),
            "1 validation error detected: Value 'no pool' at 'userPoolId' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"
        );
    }

    #[test]
    fn a_sensitive_value_is_not_repeated() {
        let message = refusal(
            "SignUp",
            &json!({"ClientId": "abc", "Username": "a@example.com", "Password": "hunter 2"}),
        );
        assert!(message.contains("Value at 'password'"), "{message}");
        assert!(!message.contains("hunter"), "{message}");
    }

    #[test]
    fn unknown_names_and_wrong_types_are_refused() {
        assert!(refusal("DescribeUserPool", &json!({"PoolId": "x"})).contains("\"PoolId\""));
        let error = check("DescribeUserPool", &json!({"UserPoolId": 1})).unwrap_err();
        assert_eq!(error.code, "SerializationException");
        let error = check("StartUserImportJob", &json!({})).unwrap_err();
        assert_eq!(error.code, "UnknownOperationException");
    }

    #[test]
    fn a_document_is_free() {
        check(
            "CreateManagedLoginBranding",
            &json!({"UserPoolId": "a_b", "ClientId": "c", "Settings": {"any": [1, {"thing": null}]}}),
        )
        .unwrap();
    }
}
