//! What of a stack is no longer as its template says, and change sets that put it back.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::CloudFormation;
use super::resources::{Actual, Handler};
use super::stack::{Resource, Stack};
use super::{describe, operations};
use crate::aws::input::Input;
use crate::base::error::AwsError;

/// What is really there, by logical name, of the resources whose type can be read.
pub(super) type Reality = BTreeMap<String, Actual>;

/// Reads everything of a stack. The stacks are not locked meanwhile.
pub(super) async fn read(
    cloudformation: &CloudFormation,
    region: &str,
    stack_id: &str,
    resources: &[Resource],
) -> Result<Reality, AwsError> {
    let mut reality = Reality::new();
    for resource in resources {
        let Some(physical) = &resource.physical else {
            continue;
        };
        let handler = Handler {
            services: &cloudformation.services,
            failures: &cloudformation.failures,
            shared: &cloudformation.shared,
            region,
            stack_id,
            logical: resource.logical.clone(),
            resource_type: resource.resource_type.clone(),
        };
        let actual = handler
            .read(physical, &resource.properties)
            .await
            .map_err(|error| AwsError::bad_request("ValidationError", error.reason()))?;
        reality.insert(resource.logical.clone(), actual);
    }
    Ok(reality)
}

/// The resources of a stack that exist.
pub(super) fn existing(stack: &Stack) -> Vec<Resource> {
    let resources = stack.resources.values();
    resources
        .filter(|resource| resource.exists())
        .cloned()
        .collect()
}

/// Makes the stack believe what is really there; what it believed before.
pub(super) fn face(stack: &mut Stack, reality: &Reality) -> Vec<Resource> {
    let mut before = Vec::new();
    for (name, actual) in reality {
        let Some(resource) = stack.resources.get_mut(name) else {
            continue;
        };
        match actual {
            Actual::Unsupported => {}
            Actual::Gone => {
                before.push(resource.clone());
                resource.physical = None;
            }
            Actual::Properties(properties) => {
                before.push(resource.clone());
                resource.properties.clone_from(properties);
            }
        }
    }
    before
}

/// Takes [`face`] back.
pub(super) fn forget(stack: &mut Stack, before: Vec<Resource>) {
    for resource in before {
        stack.resources.insert(resource.logical.clone(), resource);
    }
}

/// `DetectStackResourceDrift`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackResourceDrift.html>
pub(super) async fn detect(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let stack_name = input.required("StackName")?;
    let logical = input.required("LogicalResourceId")?;
    let (stack_id, resource) = {
        let mut stacks = cloudformation.lock();
        let stack = operations::existing(&mut stacks, region, stack_name)?;
        let found = stack.resources.get(logical).filter(|one| one.exists());
        let resource = found.cloned().ok_or_else(|| {
            AwsError::bad_request(
                "ValidationError",
                format!("Resource {logical} does not exist for stack {stack_name}"),
            )
        })?;
        (stack.id.clone(), resource)
    };
    let mut reality = read(
        cloudformation,
        region,
        &stack_id,
        std::slice::from_ref(&resource),
    )
    .await?;
    let actual = reality.remove(logical).unwrap_or(Actual::Unsupported);
    let (status, actual) = match actual {
        Actual::Unsupported => {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!(
                    "Resource type {} is not supported for drift detection",
                    resource.resource_type
                ),
            ));
        }
        Actual::Gone => ("DELETED", None),
        Actual::Properties(actual) if actual == resource.properties => ("IN_SYNC", Some(actual)),
        Actual::Properties(actual) => ("MODIFIED", Some(actual)),
    };
    let differences = actual
        .as_ref()
        .map(|actual| differences(&resource.properties, actual));
    Ok(json!({
        "StackResourceDrift": {
            "StackId": stack_id,
            "LogicalResourceId": resource.logical,
            "PhysicalResourceId": resource.physical,
            "ResourceType": resource.resource_type,
            "ExpectedProperties": Value::Object(resource.properties.clone()).to_string(),
            "ActualProperties": actual.map(|actual| Value::Object(actual).to_string()),
            "PropertyDifferences": differences,
            "StackResourceDriftStatus": status,
            "Timestamp": describe::time(cloudformation.now()),
        }
    }))
}

fn differences(expected: &Map<String, Value>, actual: &Map<String, Value>) -> Vec<Value> {
    let mut found = Vec::new();
    compare("", expected, actual, &mut found);
    found
}

fn compare(
    path: &str,
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
    found: &mut Vec<Value>,
) {
    for (name, expected) in expected {
        let path = format!("{path}/{name}");
        match (expected, actual.get(name)) {
            (Value::Object(expected), Some(Value::Object(actual))) => {
                compare(&path, expected, actual, found);
            }
            (expected, Some(actual)) if expected == actual => {}
            (expected, actual) => found.push(json!({
                "PropertyPath": path,
                "ExpectedValue": as_text(expected),
                "ActualValue": actual.map_or_else(|| "null".to_owned(), as_text),
                "DifferenceType": if actual.is_some() { "NOT_EQUAL" } else { "REMOVE" },
            })),
        }
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
