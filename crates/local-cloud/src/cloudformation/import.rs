//! Taking up resources that exist already.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::stack::{Deployed, Stack};
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

/// A resource that exists, and the logical name that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) logical: String,
    pub(super) resource_type: String,
    /// The values of its primary identifier.
    pub(super) identifier: BTreeMap<String, String>,
}

impl Import {
    /// What `Ref` gives of it: the last part of the identifier, or all of it where its type says so.
    pub(super) fn physical(&self) -> String {
        let schema = Schema::of(&self.resource_type);
        let names = schema.map_or(&[][..], Schema::primary_identifier);
        let values: Vec<&str> = names
            .iter()
            .filter_map(|name| self.identifier.get(name).map(String::as_str))
            .collect();
        match self.resource_type.as_str() {
            "AWS::Cognito::ManagedLoginBranding" | "AWS::Cognito::UserPoolResourceServer" => {
                values.join("|")
            }
            _ => values.last().copied().unwrap_or_default().to_owned(),
        }
    }

    fn read(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        Self {
            logical: text("LogicalResourceId"),
            resource_type: text("ResourceType"),
            identifier: identifier(&entry["ResourceIdentifier"]),
        }
    }
}

/// The list of a request.
pub(super) fn read(entries: &[Value]) -> Vec<Import> {
    entries.iter().map(Import::read).collect()
}

/// A map as the query protocol has it.
fn identifier(value: &Value) -> BTreeMap<String, String> {
    let entries: Vec<&Value> = match &value["entry"] {
        Value::Array(entries) => entries.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        _ => Vec::new(),
    };
    let pair = |entry: &&Value| {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        Some((text("key")?, text("value")?))
    };
    entries.iter().filter_map(pair).collect()
}

/// Refuses what an import cannot do.
pub(super) fn check(
    stacks: &[Stack],
    stack: &Stack,
    wanted: &Deployed,
    imports: &[Import],
) -> Result<(), AwsError> {
    if imports.is_empty() {
        return Err(refused(
            "At least one resource to import must be specified.",
        ));
    }
    let outputs = stack
        .deployed
        .as_ref()
        .map(|before| &before.template.outputs);
    if outputs.map_or(!wanted.template.outputs.is_empty(), |outputs| {
        *outputs != wanted.template.outputs
    }) {
        return Err(refused(
            "As part of the import operation, you cannot modify or add [Outputs]",
        ));
    }
    let resources = &wanted.template.resources;
    let is_there = |name: &str| {
        stack
            .resources
            .get(name)
            .is_some_and(super::stack::Resource::exists)
    };
    let missing: Vec<&str> = resources
        .keys()
        .map(String::as_str)
        .filter(|name| !is_there(name) && !imports.iter().any(|import| import.logical == *name))
        .collect();
    if !missing.is_empty() {
        return Err(refused(format!(
            "Resources [{}] is missing from ResourceToImport list",
            missing.join(", ")
        )));
    }
    for import in imports {
        let name = &import.logical;
        let Some(declared) = resources.get(name) else {
            return Err(refused(format!(
                "Resource [{name}] to import is not in the template."
            )));
        };
        if is_there(name) {
            return Err(refused(format!(
                "Resource [{name}] already exists in the stack."
            )));
        }
        if declared.resource_type != import.resource_type {
            return Err(refused(format!(
                "ResourceType of [{name}] does not match the template."
            )));
        }
        if !declared.has_deletion_policy {
            return Err(refused(format!(
                "Following resources to import [{name}] must have DeletionPolicy attribute \
                 specified in the template."
            )));
        }
        check_identifier(import)?;
        let physical = import.physical();
        let holder = stacks.iter().find(|other| {
            !other.is_deleted()
                && other.region == stack.region
                && other.resources.values().any(|resource| {
                    resource.resource_type == import.resource_type
                        && resource.exists()
                        && resource.physical.as_deref() == Some(&physical)
                })
        });
        if let Some(holder) = holder {
            return Err(refused(format!(
                "{physical} already exists in stack {}",
                holder.id
            )));
        }
    }
    Ok(())
}

fn check_identifier(import: &Import) -> Result<(), AwsError> {
    let schema = Schema::of(&import.resource_type);
    let names = schema.map_or(&[][..], Schema::primary_identifier);
    let given: Vec<&str> = import.identifier.keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    wanted.sort_unstable();
    if wanted.is_empty() || given != wanted {
        return Err(refused(format!(
            "Resource identifier of [{}] must have exactly the properties [{}]",
            import.logical,
            names.join(", ")
        )));
    }
    Ok(())
}

fn refused(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ValidationError", message)
}
