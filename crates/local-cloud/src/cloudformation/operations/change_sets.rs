//! Creating, showing, executing and deleting change sets.

use std::sync::Arc;

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::change_set::{ChangeSet, ChangeSetStatus, Execution, OnFailure};
use super::super::drift::{self, Reality};
use super::super::stack::{Deployed, Stack};
use super::super::status::{Operation, Phase, Status};
use super::super::template::Template;
use super::super::{CloudFormation, diff, engine, import, parameters};
use super::{existing, find, invalid, service_role};
use crate::aws::input::Input;
use crate::base::error::AwsError;

/// What `CreateChangeSet` understands.
const MEMBERS: &[&str] = &[
    "Capabilities",
    "ChangeSetName",
    "ChangeSetType",
    "ClientToken",
    "DeploymentMode",
    "Description",
    "IncludeNestedStacks",
    "OnStackFailure",
    "Parameters",
    "ResourcesToImport",
    "RoleARN",
    "StackName",
    "Tags",
    "TemplateBody",
    "UsePreviousTemplate",
];

const NO_CHANGES: &str = "The submitted information didn't contain changes. Submit different \
                          information to create a change set.";

pub(super) fn create(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    check_members(input)?;
    let stack_name = input.required("StackName")?;
    let name = input.required("ChangeSetName")?;
    check_name("changeSetName", name)?;
    let mut imports = Vec::new();
    let creating = match input.text("ChangeSetType").unwrap_or("UPDATE") {
        "CREATE" => true,
        "UPDATE" => false,
        "IMPORT" => {
            imports = import::read(input.list("ResourcesToImport"));
            // Into a stack that is not there yet, or into one that is.
            find(&mut cloudformation.lock(), region, stack_name)
                .is_none_or(|stack| stack.status.0 == Operation::Review)
        }
        other => {
            return Err(invalid(format!(
                "ChangeSetType {other} is not supported by the local stage"
            )));
        }
    };
    let importing = input.text("ChangeSetType") == Some("IMPORT");
    let reverts = reverts(input, creating)?;
    let now = cloudformation.now();
    let mut stacks = cloudformation.lock();
    if importing {
        let there = stacks.iter().find(|stack| {
            stack.region == region && stack.name == stack_name && !stack.is_deleted()
        });
        let fresh = Stack::new(stack_name, region, now);
        let wanted = wanted(there, input)?;
        import::check(&stacks, there.unwrap_or(&fresh), &wanted, &imports)?;
    }
    let stack = find(&mut stacks, region, stack_name).filter(|stack| !stack.is_deleted());
    check_state(stack.as_deref(), creating, stack_name, name)?;
    let wanted = wanted(stack.as_deref(), input)?;
    let capabilities = capabilities(&wanted.template, input)?;
    let before = stack.as_ref().and_then(|stack| stack.role.clone());
    let role = service_role(cloudformation, input, before.as_deref())?;
    check_name(
        "stackName",
        stack.as_ref().map_or(stack_name, |stack| &stack.name),
    )?;
    let fresh = Stack::new(stack_name, region, now);
    let compared = stack.as_deref().unwrap_or(&fresh);
    diff::check_types(compared, &wanted)?;
    // What cannot be compared is refused now, not by the change set later.
    diff::changes(compared, &wanted)?;
    let mut active = compared.change_sets.iter().filter(|set| !set.is_executed());
    if active.any(|set| set.name == name) {
        return Err(AwsError::bad_request(
            "AlreadyExistsException",
            format!("ChangeSet {name} already exists"),
        ));
    }
    let stack = if let Some(stack) = stack {
        stack
    } else {
        let mut stack = fresh;
        let review = Status(Operation::Review, Phase::InProgress);
        stack.enter(review, Some("User Initiated"), now);
        stacks.push(stack);
        existing(&mut stacks, region, stack_name)?
    };
    let uuid = Uuid::new_v4();
    let id = format!("arn:aws:cloudformation:{region}:{ACCOUNT_ID}:changeSet/{name}/{uuid}");
    stack.change_sets.push(ChangeSet {
        id: id.clone(),
        name: name.to_owned(),
        description: input.text("Description").map(str::to_owned),
        created: now,
        status: ChangeSetStatus::InProgress,
        reason: None,
        execution: Execution::Unavailable,
        wanted: Arc::new(wanted),
        capabilities,
        role,
        on_failure: on_failure(input)?,
        changes: Vec::new(),
        imports,
        reality: None,
        seen: 0,
    });
    let answer = json!({ "Id": id, "StackId": stack.id });
    let cloudformation = cloudformation.clone();
    let stack_id = stack.id.clone();
    let region = region.to_owned();
    let declared = drift::existing(stack);
    tokio::spawn(async move {
        let seen = || seen(&cloudformation, &stack_id, &id);
        cloudformation.shared.pace.linger(seen).await;
        let reality = if reverts {
            let reality = drift::read(&cloudformation, &region, &stack_id, &declared);
            reality.await.map(Some)
        } else {
            Ok(None)
        };
        work_out(&cloudformation, &stack_id, &id, reality);
    });
    Ok(answer)
}

/// Refuses what nobody would act on.
fn check_members(input: Input<'_>) -> Result<(), AwsError> {
    let mut members = input.0.as_object().into_iter().flatten();
    match members.find(|(member, _)| !MEMBERS.contains(&member.as_str())) {
        Some((member, _)) => Err(invalid(format!(
            "{member} is not supported by the local stage"
        ))),
        None => Ok(()),
    }
}

/// Whether the change set is to put back what has drifted.
fn reverts(input: Input<'_>, creating: bool) -> Result<bool, AwsError> {
    match input.text("DeploymentMode") {
        None => Ok(false),
        Some("REVERT_DRIFT") if creating => Err(invalid(
            "DeploymentMode REVERT_DRIFT can only be used with change set type UPDATE.",
        )),
        Some("REVERT_DRIFT") => Ok(true),
        Some(other) => Err(invalid(format!(
            "1 validation error detected: Value '{other}' at 'deploymentMode' failed to satisfy \
             constraint: Member must satisfy enum value set: [REVERT_DRIFT]"
        ))),
    }
}

/// How often a change set has been asked after; one that is gone has been often enough.
fn seen(cloudformation: &CloudFormation, stack_id: &str, id: &str) -> u32 {
    let stacks = cloudformation.lock();
    stacks
        .iter()
        .filter(|stack| stack.id == stack_id)
        .flat_map(|stack| &stack.change_sets)
        .find(|set| set.id == id)
        .map_or(u32::MAX, |set| set.seen)
}

/// Compares, and makes the change set ready or a failure.
fn work_out(
    cloudformation: &CloudFormation,
    stack_id: &str,
    id: &str,
    reality: Result<Option<Reality>, AwsError>,
) {
    let mut stacks = cloudformation.lock();
    let Some(stack) = stacks.iter_mut().find(|stack| stack.id == stack_id) else {
        return;
    };
    let Some(position) = stack.change_sets.iter().position(|set| set.id == id) else {
        return;
    };
    let wanted = stack.change_sets[position].wanted.clone();
    let imports = stack.change_sets[position].imports.clone();
    let outcome = reality.and_then(|reality| {
        let believed = reality
            .as_ref()
            .map_or_else(Vec::new, |reality| drift::face(stack, reality));
        let compared = diff::changes(stack, &wanted).map(|changes| {
            if !imports.is_empty() {
                return (diff::imports(&wanted, &imports), false);
            }
            let empty = diff::is_empty(stack, &wanted, &changes);
            (changes, empty)
        });
        drift::forget(stack, believed);
        compared.map(|(changes, empty)| (changes, empty, reality))
    });
    let set = &mut stack.change_sets[position];
    match outcome {
        Ok((changes, false, reality)) => {
            set.changes = changes;
            set.reality = reality;
            set.status = ChangeSetStatus::Complete;
            set.execution = Execution::Available;
        }
        Ok((_, true, _)) => {
            set.status = ChangeSetStatus::Failed;
            set.reason = Some(NO_CHANGES.to_owned());
        }
        Err(error) => {
            set.status = ChangeSetStatus::Failed;
            set.reason = Some(error.message);
        }
    }
}

fn check_state(
    stack: Option<&Stack>,
    creating: bool,
    name: &str,
    change_set: &str,
) -> Result<(), AwsError> {
    let in_review = stack.is_some_and(|stack| stack.status.0 == Operation::Review);
    match (stack, creating) {
        (None, true) => Ok(()),
        (Some(_), _) if in_review && creating => Ok(()),
        (Some(_), true) => Err(invalid(format!(
            "Stack [{name}] already exists and cannot be created again with the changeSet \
             [{change_set}]."
        ))),
        (None, false) => Err(invalid(format!("Stack [{name}] does not exist"))),
        (Some(stack), false) if stack.status.is_updatable() => Ok(()),
        (Some(stack), false) => Err(invalid(format!(
            "Stack:{} is in {} state and can not be updated.",
            stack.id, stack.status
        ))),
    }
}

fn wanted(stack: Option<&Stack>, input: Input<'_>) -> Result<Deployed, AwsError> {
    let deployed = stack.and_then(|stack| stack.deployed.as_ref());
    let previous = input.flag("UsePreviousTemplate") == Some(true);
    let template = match (input.text("TemplateBody"), previous, deployed) {
        (Some(body), false, _) => Template::parse(body)?,
        (None, true, Some(deployed)) => deployed.template.clone(),
        (None, true, None) => {
            return Err(invalid("There is no previous template to use."));
        }
        _ => {
            return Err(invalid(
                "Either Template URL or Template Body must be specified.",
            ));
        }
    };
    let parameters = parameters::values(
        &template,
        input.list("Parameters"),
        deployed.map(|deployed| &deployed.parameters),
    )?;
    let tags = match (input.0.get("Tags"), deployed) {
        // Tags that are not mentioned stay.
        (None, Some(deployed)) => deployed.tags.clone(),
        _ => input.tags("Tags"),
    };
    Ok(Deployed {
        template,
        parameters,
        tags,
    })
}

fn capabilities(template: &Template, input: Input<'_>) -> Result<Vec<String>, AwsError> {
    let given = input.texts("Capabilities");
    let satisfied = |needed: &str| {
        given.contains(&needed)
            || (needed == "CAPABILITY_IAM" && given.contains(&"CAPABILITY_NAMED_IAM"))
    };
    match template.required_capability() {
        Some(needed) if !satisfied(needed) => Err(AwsError::bad_request(
            "InsufficientCapabilitiesException",
            format!("Requires capabilities : [{needed}]"),
        )),
        _ => Ok(given.into_iter().map(str::to_owned).collect()),
    }
}

fn on_failure(input: Input<'_>) -> Result<Option<OnFailure>, AwsError> {
    match input.text("OnStackFailure") {
        None => Ok(None),
        Some("ROLLBACK") => Ok(Some(OnFailure::Rollback)),
        Some("DO_NOTHING") => Ok(Some(OnFailure::DoNothing)),
        Some("DELETE") => Ok(Some(OnFailure::Delete)),
        Some(other) => Err(invalid(format!(
            "Value '{other}' at 'onStackFailure' failed to satisfy constraint: Member must \
             satisfy enum value set: [DO_NOTHING, ROLLBACK, DELETE]"
        ))),
    }
}

/// Letters, digits and hyphens, first a letter.
fn check_name(member: &str, name: &str) -> Result<(), AwsError> {
    let valid = name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if valid {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

/// The stack and the position of the change set that a request names, by ARN or by both names.
fn locate<'stacks>(
    stacks: &'stacks mut [Stack],
    region: &str,
    input: Input<'_>,
) -> Result<(&'stacks mut Stack, usize), AwsError> {
    let name = input.required("ChangeSetName")?;
    let stack = if name.starts_with("arn:") {
        stacks.iter_mut().find(|stack| {
            stack.region == region && stack.change_sets.iter().any(|set| set.id == name)
        })
    } else {
        let stack_name = input.text("StackName").ok_or_else(|| {
            invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
        })?;
        let found = find(stacks, region, stack_name);
        Some(found.ok_or_else(|| invalid(format!("Stack [{stack_name}] does not exist")))?)
    };
    let stack = stack.ok_or_else(|| not_found(Some(name)))?;
    let named = |set: &ChangeSet| set.id == name || set.name == name;
    let all = &stack.change_sets;
    let position = (all.iter())
        .position(|set| named(set) && !set.is_executed())
        .or_else(|| all.iter().position(named))
        .ok_or_else(|| not_found(Some(name)))?;
    Ok((stack, position))
}

pub(super) fn not_found(name: Option<&str>) -> AwsError {
    AwsError::new(
        404,
        "ChangeSetNotFound",
        format!("ChangeSet [{}] does not exist", name.unwrap_or_default()),
    )
}

pub(super) fn describe(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let mut stacks = cloudformation.lock();
    let (stack, position) = locate(&mut stacks, region, input)?;
    let with_values = input.flag("IncludePropertyValues") == Some(true);
    let set = &mut stack.change_sets[position];
    set.seen = set.seen.saturating_add(1);
    Ok(stack.change_sets[position].describe(&stack.id, &stack.name, with_values))
}

pub(super) fn list(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let name = input.required("StackName")?;
    let mut stacks = cloudformation.lock();
    let stack = find(&mut stacks, region, name)
        .ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
    let summaries: Vec<Value> = stack
        .change_sets
        .iter()
        .filter(|set| !set.is_executed())
        .map(|set| set.summary(&stack.id, &stack.name))
        .collect();
    Ok(json!({ "Summaries": summaries }))
}

pub(super) fn delete(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let mut stacks = cloudformation.lock();
    match locate(&mut stacks, region, input) {
        Ok((stack, position)) => {
            let set = &stack.change_sets[position];
            if set.execution == Execution::InProgress {
                return Err(invalid_status(set, "deleted"));
            }
            stack.change_sets.remove(position);
            Ok(json!({}))
        }
        // Deleting what is not there succeeds.
        Err(error) if error.code == "ChangeSetNotFound" => Ok(json!({})),
        Err(error) => Err(error),
    }
}

pub(super) fn execute(
    cloudformation: &CloudFormation,
    region: &str,
    input: Input<'_>,
) -> Result<Value, AwsError> {
    let mut stacks = cloudformation.lock();
    let (stack, position) = locate(&mut stacks, region, input)?;
    let token = input.text("ClientRequestToken");
    // A request that is repeated with its token has been received already.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
    if token.is_some()
        && stack.executed_with.as_deref() == token
        && stack.change_set_id.as_deref() == Some(&stack.change_sets[position].id)
    {
        return Ok(json!({}));
    }
    if stack.status.is_in_progress() {
        return Err(AwsError::bad_request(
            "OperationInProgressException",
            format!("Stack [{}] is in {} state.", stack.name, stack.status),
        ));
    }
    let set = &stack.change_sets[position];
    if set.execution != Execution::Available {
        return Err(invalid_status(set, "executed"));
    }
    let on_failure = match (input.flag("DisableRollback"), set.on_failure) {
        (Some(_), Some(_)) => {
            return Err(invalid(
                "DisableRollback and OnStackFailure can't be specified together.",
            ));
        }
        (Some(true), None) => OnFailure::DoNothing,
        (Some(false) | None, None) => OnFailure::Rollback,
        (None, Some(on_failure)) => on_failure,
    };
    if cloudformation.shared.pace.is_late() && stack.status.0 != Operation::Review {
        stack.stale = Some(super::super::describe::stack(stack));
    }
    stack.token = token.map(str::to_owned);
    stack.executed_with.clone_from(&stack.token);
    // The other change sets were made for a stack that will be another one.
    let mut executed = stack.change_sets.remove(position);
    executed.execution = Execution::InProgress;
    let wanted = executed.wanted.clone();
    if let Some(reality) = &executed.reality {
        drift::face(stack, reality);
    }
    stack.capabilities.clone_from(&executed.capabilities);
    stack.role.clone_from(&executed.role);
    stack.change_set_id = Some(executed.id.clone());
    stack.disable_rollback = on_failure == OnFailure::DoNothing;
    let imports = executed.imports.clone();
    stack.change_sets = vec![executed];
    engine::start_execution(cloudformation, stack, wanted, on_failure, imports);
    Ok(json!({}))
}

fn invalid_status(set: &ChangeSet, what: &str) -> AwsError {
    AwsError::bad_request(
        "InvalidChangeSetStatus",
        format!(
            "ChangeSet [{}] cannot be {what} in its current status of [{}]",
            set.id,
            set.current()
        ),
    )
}
