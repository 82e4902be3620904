//! Operations that change nothing.

use serde_json::{Value, json};

use super::super::stack::Stack;
use super::super::template::Template;
use super::super::{CloudFormation, describe};
use super::{existing, invalid};
use crate::aws::input::Input;
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

pub(super) fn stacks(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let mut stacks = cloudformation.lock();
    let shown: Vec<Value> = match input.text("StackName") {
        Some(name) => {
            let stack = existing(&mut stacks, region, name)?;
            stack.seen = stack.seen.saturating_add(1);
            let stale = stack.stale.take();
            vec![stale.unwrap_or_else(|| describe::stack(stack))]
        }
        None => stacks
            .iter()
            .filter(|stack| stack.region == region && !stack.is_deleted())
            .map(describe::stack)
            .collect(),
    };
    Ok(json!({ "Stacks": shown }))
}

pub(super) fn list_stacks(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Value {
    let wanted = input.texts("StackStatusFilter");
    let stacks = cloudformation.lock();
    let summaries: Vec<Value> = stacks
        .iter()
        .filter(|stack| stack.region == region)
        .filter(|stack| wanted.is_empty() || wanted.contains(&stack.status.to_string().as_str()))
        .map(describe::summary)
        .collect();
    json!({ "StackSummaries": summaries })
}

pub(super) fn events(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    with_stack(cloudformation, region, input, |stack| {
        Ok(json!({ "StackEvents": describe::events(stack) }))
    })
}

pub(super) fn resource(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let name = input.required("LogicalResourceId")?;
    with_stack(cloudformation, region, input, |stack| {
        let resource = stack.resources.get(name).ok_or_else(|| {
            invalid(format!(
                "Resource {name} does not exist for stack {}",
                stack.name
            ))
        })?;
        Ok(json!({ "StackResourceDetail": describe::resource_detail(stack, resource) }))
    })
}

pub(super) fn resources(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let logical = input.text("LogicalResourceId");
    with_stack(cloudformation, region, input, |stack| {
        let resources: Vec<Value> = stack
            .resources
            .values()
            .filter(|resource| logical.is_none_or(|name| name == resource.logical))
            .map(|resource| describe::resource(stack, resource))
            .collect();
        Ok(json!({ "StackResources": resources }))
    })
}

pub(super) fn list_resources(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    with_stack(cloudformation, region, input, |stack| {
        let resources: Vec<Value> = stack
            .resources
            .values()
            .map(describe::resource_summary)
            .collect();
        Ok(json!({ "StackResourceSummaries": resources }))
    })
}

pub(super) fn template(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    with_stack(cloudformation, region, input, |stack| {
        let text = match input.text("ChangeSetName") {
            Some(name) => stack
                .change_sets
                .iter()
                .find(|set| set.name == name || set.id == name)
                .map(|set| set.wanted.template.text.clone()),
            // A stack in review has no template yet; the real service answers an empty one.
            None => Some(
                stack
                    .deployed
                    .as_ref()
                    .map(|deployed| deployed.template.text.clone())
                    .unwrap_or_default(),
            ),
        };
        let text =
            text.ok_or_else(|| super::change_sets::not_found(input.text("ChangeSetName")))?;
        Ok(json!({ "TemplateBody": text, "StagesAvailable": ["Original", "Processed"] }))
    })
}

/// The schema of a resource type, as far as it is kept.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html>
pub(super) fn resource_type(input: Input<'_>) -> Result<Value, AwsError> {
    let name = input.required("TypeName")?;
    match (input.text("Type"), Schema::of(name)) {
        (Some("RESOURCE"), Some(schema)) => Ok(json!({
            "Type": "RESOURCE",
            "TypeName": name,
            "Visibility": "PUBLIC",
            "ProvisioningType": "FULLY_MUTABLE",
            "Schema": schema.text(),
        })),
        _ => Err(AwsError::new(
            404,
            "TypeNotFoundException",
            format!("The type '{name}' cannot be found."),
        )),
    }
}

pub(super) fn summary(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    match (input.text("TemplateBody"), input.text("StackName")) {
        (Some(body), _) => Ok(describe::template(&Template::parse(body)?)),
        (None, Some(_)) => with_stack(cloudformation, region, input, |stack| {
            let deployed = stack.deployed.as_ref();
            Ok(deployed.map_or_else(
                || json!({}),
                |deployed| describe::template(&deployed.template),
            ))
        }),
        (None, None) => Err(invalid(
            "Either Template URL or Template Body must be specified.",
        )),
    }
}

fn with_stack(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
    read: impl FnOnce(&Stack) -> Result<Value, AwsError>,
) -> Result<Value, AwsError> {
    let name = input.required("StackName")?;
    let mut stacks = cloudformation.lock();
    read(existing(&mut stacks, region, name)?)
}
