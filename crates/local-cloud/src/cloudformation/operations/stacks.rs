//! Deleting, protecting and mending stacks.

use serde_json::{Value, json};

use super::super::status::{Operation, Phase, Status};
use super::super::{CloudFormation, engine};
use super::{existing, find, invalid, service_role};
use crate::aws::input::Input;
use crate::base::error::AwsError;

pub(super) fn delete(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let name = input.required("StackName")?;
    if !input.list("RetainResources").is_empty() {
        return Err(invalid(
            "RetainResources is not supported by the local stage",
        ));
    }
    let mut stacks = cloudformation.lock();
    // Deleting what is not there succeeds.
    let Some(stack) = find(&mut stacks, region, name).filter(|stack| !stack.is_deleted()) else {
        return Ok(json!({}));
    };
    if stack.termination_protection {
        return Err(invalid(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    let token = input.text("ClientRequestToken");
    // Asked again because the answer was lost.
    if stack.status == Status(Operation::Delete, Phase::InProgress) {
        return Ok(json!({}));
    }
    if stack.status.is_in_progress() {
        return Err(invalid(format!(
            "Stack [{}] cannot be deleted while in status {}",
            stack.id, stack.status
        )));
    }
    stack.role = service_role(cloudformation, input, stack.role.as_deref())?;
    stack.token = token.map(str::to_owned);
    engine::start_deletion(cloudformation, stack);
    Ok(json!({}))
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html>
pub(super) fn continue_rollback(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let name = input.required("StackName")?;
    if !input.list("ResourcesToSkip").is_empty() {
        return Err(invalid(
            "ResourcesToSkip is not supported by the local stage",
        ));
    }
    let mut stacks = cloudformation.lock();
    let stack = existing(&mut stacks, region, name)?;
    let token = input.text("ClientRequestToken");
    if token.is_some() && stack.status.is_in_progress() && stack.token.as_deref() == token {
        return Ok(json!({}));
    }
    if stack.status != Status(Operation::UpdateRollback, Phase::Failed) {
        return Err(invalid(format!(
            "Stack:{} is in {} state and can not continue update rollback.",
            stack.id, stack.status
        )));
    }
    stack.role = service_role(cloudformation, input, stack.role.as_deref())?;
    stack.token = token.map(str::to_owned);
    engine::continue_rollback(cloudformation, stack);
    Ok(json!({}))
}

pub(super) fn protect(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let name = input.required("StackName")?;
    let Some(enabled) = input.flag("EnableTerminationProtection") else {
        return Err(invalid("EnableTerminationProtection must be true or false"));
    };
    let mut stacks = cloudformation.lock();
    let stack = existing(&mut stacks, region, name)?;
    if stack.is_deleted() {
        return Err(invalid(format!("Stack [{name}] does not exist")));
    }
    stack.termination_protection = enabled;
    Ok(json!({ "StackId": stack.id }))
}
