//! The entries of a template's sections.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::format_error;
use crate::base::error::AwsError;

/// What happens to a resource that leaves the stack, or is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum Policy {
    #[default]
    Delete,
    Retain,
    /// Like `Retain`, except when the operation that created the resource is rolled back.
    RetainExceptOnCreate,
}

#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ResourceDeclaration {
    pub(in super::super) resource_type: String,
    pub(in super::super) properties: Map<String, Value>,
    pub(in super::super) depends_on: Vec<String>,
    pub(in super::super) condition: Option<String>,
    pub(in super::super) deletion_policy: Policy,
    /// Whether the template says so itself.
    pub(in super::super) has_deletion_policy: bool,
    pub(in super::super) update_replace_policy: Policy,
    pub(in super::super) metadata: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ParameterDeclaration {
    pub(in super::super) parameter_type: String,
    pub(in super::super) default: Option<String>,
    pub(in super::super) description: Option<String>,
    pub(in super::super) no_echo: bool,
    pub(in super::super) allowed_values: Option<Vec<String>>,
    pub(in super::super) allowed_pattern: Option<String>,
    pub(in super::super) constraint: Option<String>,
    /// `MinLength`, `MaxLength`, `MinValue` and `MaxValue` as far as they are given.
    pub(in super::super) limits: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct OutputDeclaration {
    pub(in super::super) description: Option<String>,
    pub(in super::super) value: Value,
    pub(in super::super) condition: Option<String>,
}

/// Reads every entry of a section; none when the section is absent.
pub(super) fn section<T>(
    document: &Value,
    name: &str,
    parse: impl Fn(&str, &Value) -> Result<T, AwsError>,
) -> Result<IndexMap<String, T>, AwsError> {
    let entries = match document.get(name) {
        None => return Ok(IndexMap::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            return Err(format_error(&format!("{name} is not an object.")));
        }
    };
    entries
        .iter()
        .map(|(entry, value)| {
            let alphanumeric = entry.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !alphanumeric && name != "Mappings" {
                let kind = name.trim_end_matches('s');
                return Err(format_error(&format!(
                    "{kind} name {entry} is non alphanumeric."
                )));
            }
            Ok((entry.clone(), parse(entry, value)?))
        })
        .collect()
}

impl ResourceDeclaration {
    pub(super) fn parse(name: &str, value: &Value) -> Result<Self, AwsError> {
        let Some(members) = value.as_object() else {
            return Err(format_error(&format!("Resource {name} is not an object.")));
        };
        let known = [
            "Type",
            "Properties",
            "DependsOn",
            "Condition",
            "DeletionPolicy",
            "UpdateReplacePolicy",
            "Metadata",
        ];
        if let Some(unknown) = members.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!("Invalid template resource property '{unknown}'"),
            ));
        }
        let Some(resource_type) = value["Type"].as_str() else {
            return Err(format_error(&format!(
                "[/Resources/{name}] Every Resources object must contain a Type member."
            )));
        };
        let properties = match value.get("Properties") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(properties)) => properties.clone(),
            Some(_) => {
                return Err(format_error(&format!(
                    "[/Resources/{name}/Properties] Properties must be an object."
                )));
            }
        };
        Ok(Self {
            resource_type: resource_type.to_owned(),
            properties,
            depends_on: depends_on(name, &value["DependsOn"])?,
            condition: value["Condition"].as_str().map(str::to_owned),
            deletion_policy: policy(name, value, "DeletionPolicy")?,
            has_deletion_policy: value.get("DeletionPolicy").is_some(),
            update_replace_policy: policy(name, value, "UpdateReplacePolicy")?,
            metadata: value["Metadata"].clone(),
        })
    }
}

fn depends_on(name: &str, value: &Value) -> Result<Vec<String>, AwsError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(names) if names.iter().all(Value::is_string) => Ok(names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()),
        _ => Err(format_error(&format!(
            "[/Resources/{name}] DependsOn must be a string or list of strings."
        ))),
    }
}

fn policy(name: &str, value: &Value, attribute: &str) -> Result<Policy, AwsError> {
    match (&value[attribute], attribute) {
        (Value::Null, _) => Ok(Policy::Delete),
        (Value::String(text), _) if text == "Delete" => Ok(Policy::Delete),
        (Value::String(text), _) if text == "Retain" => Ok(Policy::Retain),
        (Value::String(text), "DeletionPolicy") if text == "RetainExceptOnCreate" => {
            Ok(Policy::RetainExceptOnCreate)
        }
        (other, _) => Err(format_error(&format!(
            "Unrecognized {attribute} {other} for resource {name}"
        ))),
    }
}

impl ParameterDeclaration {
    pub(super) fn parse(name: &str, value: &Value) -> Result<Self, AwsError> {
        let members = value.as_object();
        let known = [
            "Type",
            "Default",
            "Description",
            "NoEcho",
            "AllowedValues",
            "AllowedPattern",
            "ConstraintDescription",
            "MinLength",
            "MaxLength",
            "MinValue",
            "MaxValue",
        ];
        let unknown = members
            .into_iter()
            .flatten()
            .find(|(key, _)| !known.contains(&key.as_str()));
        if let Some((unknown, _)) = unknown {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!("Invalid template parameter property '{unknown}'"),
            ));
        }
        let Some(parameter_type) = value["Type"].as_str() else {
            return Err(format_error(&format!(
                "Every Parameters object must contain a Type member: {name}"
            )));
        };
        if !["String", "Number", "CommaDelimitedList", "List<Number>"].contains(&parameter_type) {
            return Err(format_error(&format!(
                "Unrecognized parameter type: {parameter_type}"
            )));
        }
        let limits = members
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.starts_with("Min") || key.starts_with("Max"));
        Ok(Self {
            parameter_type: parameter_type.to_owned(),
            default: value.get("Default").map(text),
            description: value["Description"].as_str().map(str::to_owned),
            no_echo: value["NoEcho"] == true || value["NoEcho"] == "true",
            allowed_values: value["AllowedValues"]
                .as_array()
                .map(|values| values.iter().map(text).collect()),
            allowed_pattern: value["AllowedPattern"].as_str().map(str::to_owned),
            constraint: value["ConstraintDescription"].as_str().map(str::to_owned),
            limits: limits
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        })
    }

    pub(in super::super) fn is_list(&self) -> bool {
        self.parameter_type != "String" && self.parameter_type != "Number"
    }
}

impl OutputDeclaration {
    pub(super) fn parse(name: &str, value: &Value) -> Result<Self, AwsError> {
        let known = ["Description", "Value", "Condition"];
        let members = value.as_object().into_iter().flatten();
        for (member, _) in members {
            if !known.contains(&member.as_str()) {
                // Exports among them: stacks of this project hand values over as parameters.
                return Err(format_error(&format!(
                    "Output {name}: {member} is not supported by the local stage"
                )));
            }
        }
        let Some(output) = value.get("Value") else {
            return Err(format_error(&format!(
                "Every Outputs member must contain a Value object: {name}"
            )));
        };
        Ok(Self {
            description: value["Description"].as_str().map(str::to_owned),
            value: output.clone(),
            condition: value["Condition"].as_str().map(str::to_owned),
        })
    }
}

/// A scalar as the text that CloudFormation makes of it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
