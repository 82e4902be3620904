//! The operations of the API.

mod change_sets;
mod read;
mod stacks;

use serde_json::Value;

use super::CloudFormation;
use super::stack::Stack;
use crate::aws::input::Input;
use crate::aws::protocol::query;
use crate::base::error::AwsError;

pub(super) fn call(
    cloudformation: &CloudFormation,
    region: &str,
    action: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    let input = Input(input);
    match action {
        "CreateChangeSet" => change_sets::create(cloudformation, region, input),
        "DescribeChangeSet" => change_sets::describe(cloudformation, region, input),
        "ExecuteChangeSet" => change_sets::execute(cloudformation, region, input),
        "DeleteChangeSet" => change_sets::delete(cloudformation, region, input),
        "ListChangeSets" => change_sets::list(cloudformation, region, input),
        "ContinueUpdateRollback" => stacks::continue_rollback(cloudformation, region, input),
        "DeleteStack" => stacks::delete(cloudformation, region, input),
        "UpdateTerminationProtection" => stacks::protect(cloudformation, region, input),
        "DescribeStacks" => read::stacks(cloudformation, region, input),
        "ListStacks" => Ok(read::list_stacks(cloudformation, region, input)),
        "DescribeStackEvents" => read::events(cloudformation, region, input),
        "DescribeStackResource" => read::resource(cloudformation, region, input),
        "DescribeStackResources" => read::resources(cloudformation, region, input),
        "ListStackResources" => read::list_resources(cloudformation, region, input),
        "DescribeType" => read::resource_type(input),
        "GetTemplate" => read::template(cloudformation, region, input),
        "GetTemplateSummary" | "ValidateTemplate" => read::summary(cloudformation, region, input),
        unknown => Err(query::unknown_action(query::CLOUDFORMATION, unknown)),
    }
}

/// The stack that a name or an ARN means. A deleted stack is found by its ARN only.
fn find<'stacks>(
    stacks: &'stacks mut [Stack],
    region: &str,
    name: &str,
) -> Option<&'stacks mut Stack> {
    stacks.iter_mut().find(|stack| {
        stack.region == region && (stack.id == name || (stack.name == name && !stack.is_deleted()))
    })
}

/// [`find`], refused as reads refuse it.
pub(super) fn existing<'stacks>(
    stacks: &'stacks mut [Stack],
    region: &str,
    name: &str,
) -> Result<&'stacks mut Stack, AwsError> {
    find(stacks, region, name)
        .ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))
}

/// The role that CloudFormation works with: the one that a request names, or the one that the stack
/// has been worked on with before.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html>
fn service_role(
    cloudformation: &CloudFormation,
    input: Input<'_>,
    before: Option<&str>,
) -> Result<Option<String>, AwsError> {
    let Some(role) = input.text("RoleARN").or(before) else {
        return Ok(None);
    };
    let iam = &cloudformation.services.iam;
    if iam.assumable(role, "cloudformation.amazonaws.com") {
        return Ok(Some(role.to_owned()));
    }
    Err(invalid(format!(
        "Role {role} is invalid or cannot be assumed"
    )))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ValidationError", message)
}
