//! How stacks are shown.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::stack::{Resource, Stack};
use super::template::Template;

/// A time as the API writes it.
pub(super) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

pub(super) fn tags(tags: &[(String, String)]) -> Value {
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

pub(super) fn parameters(parameters: &Parameters) -> Value {
    parameters
        .iter()
        .map(|(key, parameter)| json!({ "ParameterKey": key, "ParameterValue": parameter.shown() }))
        .collect()
}

pub(super) fn stack(stack: &Stack) -> Value {
    let deployed = stack.deployed.as_ref();
    let outputs = stack.outputs.iter().map(|output| {
        json!({
            "OutputKey": output.key,
            "OutputValue": output.value,
            "Description": output.description,
        })
    });
    let outputs: Option<Vec<Value>> = (!stack.outputs.is_empty()).then(|| outputs.collect());
    json!({
        "StackId": stack.id,
        "StackName": stack.name,
        // What has deleted the stack, or its resources, was no change set.
        "ChangeSetId": stack.change_set_id.as_ref().filter(|_| stack.deletion.is_none()),
        "Description": deployed.and_then(|deployed| deployed.template.description.clone()),
        "Parameters": deployed.map(|deployed| parameters(&deployed.parameters)),
        "CreationTime": time(stack.created),
        "LastUpdatedTime": stack.updated.map(time),
        "DeletionTime": stack.deletion.map(time),
        "StackStatus": stack.status.to_string(),
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.disable_rollback,
        "Capabilities": stack.capabilities,
        "Outputs": outputs,
        "Tags": tags(stack.tags()),
        "EnableTerminationProtection": stack.termination_protection,
        "RoleARN": stack.role,
        "DriftInformation": { "StackDriftStatus": "NOT_CHECKED" },
    })
}

/// The entry of `ListStacks`.
pub(super) fn summary(stack: &Stack) -> Value {
    let deployed = stack.deployed.as_ref();
    json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": deployed.and_then(|deployed| deployed.template.description.clone()),
        "CreationTime": time(stack.created),
        "LastUpdatedTime": stack.updated.map(time),
        "DeletionTime": stack.deletion.map(time),
        "StackStatus": stack.status.to_string(),
        "StackStatusReason": stack.reason,
        "DriftInformation": { "StackDriftStatus": "NOT_CHECKED" },
    })
}

/// Newest first.
pub(super) fn events(stack: &Stack) -> Vec<Value> {
    let events = stack.events.iter().rev();
    events
        .map(|event| {
            json!({
                "StackId": stack.id,
                "EventId": event.id,
                "StackName": stack.name,
                "LogicalResourceId": event.logical,
                "PhysicalResourceId": event.physical,
                "ResourceType": event.resource_type,
                "Timestamp": time(event.at),
                "ResourceStatus": event.status.to_string(),
                "ResourceStatusReason": event.reason,
                "ClientRequestToken": event.token,
            })
        })
        .collect()
}

/// The entry of `ListStackResources`.
pub(super) fn resource_summary(resource: &Resource) -> Value {
    json!({
        "LogicalResourceId": resource.logical,
        "PhysicalResourceId": resource.physical,
        "ResourceType": resource.resource_type,
        "LastUpdatedTimestamp": time(resource.updated),
        "ResourceStatus": resource.status.to_string(),
        "ResourceStatusReason": resource.reason,
        "DriftInformation": { "StackResourceDriftStatus": "NOT_CHECKED" },
    })
}

/// The entry of `DescribeStackResources`.
pub(super) fn resource(stack: &Stack, resource: &Resource) -> Value {
    json!({
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical,
        "PhysicalResourceId": resource.physical,
        "ResourceType": resource.resource_type,
        "Timestamp": time(resource.updated),
        "ResourceStatus": resource.status.to_string(),
        "ResourceStatusReason": resource.reason,
        "DriftInformation": { "StackResourceDriftStatus": "NOT_CHECKED" },
    })
}

/// The answer of `DescribeStackResource`, which names the time differently.
pub(super) fn resource_detail(stack: &Stack, resource: &Resource) -> Value {
    let mut detail = resource_summary(resource);
    detail["StackName"] = json!(stack.name);
    detail["StackId"] = json!(stack.id);
    if !resource.metadata.is_null() {
        detail["Metadata"] = json!(resource.metadata.to_string());
    }
    detail
}

/// What `GetTemplateSummary` and `ValidateTemplate` say of a template.
pub(super) fn template(template: &Template) -> Value {
    let parameters: Vec<Value> = template
        .parameters
        .iter()
        .map(|(key, parameter)| {
            json!({
                "ParameterKey": key,
                "DefaultValue": parameter.default,
                "ParameterType": parameter.parameter_type,
                "NoEcho": parameter.no_echo,
                "Description": parameter.description,
            })
        })
        .collect();
    let mut types: Vec<&str> = template
        .resources
        .values()
        .map(|resource| resource.resource_type.as_str())
        .collect();
    types.sort_unstable();
    types.dedup();
    json!({
        "Parameters": parameters,
        "Description": template.description,
        "Capabilities": template.required_capability().into_iter().collect::<Vec<_>>(),
        "ResourceTypes": types,
    })
}
