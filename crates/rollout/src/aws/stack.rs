//! One CloudFormation stack: observe, decide, act, verify.
//!
//! *Decide* is a pure function; everything that the rollout does to a stack goes through a change
//! set that is inspected before it is executed, and no other change set is executed than that one.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, Parameter, Replacement,
    ResourceChange, Stack, StackEvent, Tag, TemplateStage,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use uuid::Uuid;

use infra::stack_file::Region;

use super::Aws;
use crate::error::{Code, Error};
use crate::poll::Poll;

/// What a stack shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// The stack's name.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// The template, as text.
    pub template: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Tags of the stack, which CloudFormation passes on to its resources.
    pub tags: BTreeMap<String, String>,
    /// Resource types that a deployment may neither remove nor replace.
    pub sacred: &'static [&'static str],
    /// Whether deleting the stack needs a separate decision.
    pub protected: bool,
}

/// What a stack is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// CloudFormation's status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it is in that status.
    pub reason: Option<String>,
    /// The deployed template, as text.
    pub template: String,
    /// The deployed parameters.
    pub parameters: BTreeMap<String, String>,
    /// The stack's outputs.
    pub outputs: BTreeMap<String, String>,
    /// Whether termination protection is on.
    pub protected: bool,
}

impl Observed {
    /// Names and values of the outputs.
    pub fn output_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outputs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// Create it.
    Create,
    /// Go on where a failed operation stopped.
    Resume(String),
    /// Change it, for these reasons.
    Update(Vec<String>),
    /// Only switch termination protection on.
    Protect,
    /// Delete what a failed creation has left of a stack that holds nothing, and create it again.
    Recreate(String),
    /// Another operation is running: wait, then decide again.
    Wait,
    /// It is in a state that a change set cannot leave.
    Stuck,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Create => f.write_str("create"),
            Self::Resume(status) => write!(f, "resume after {status}"),
            Self::Update(reasons) => write!(f, "update {}", reasons.join(", ")),
            Self::Protect => f.write_str("switch on termination protection"),
            Self::Recreate(status) => write!(f, "create anew after {status}"),
            Self::Wait => f.write_str("wait for the operation in progress"),
            Self::Stuck => f.write_str("cannot go on from its present state"),
        }
    }
}

/// Compares a stack with what it shall be.
pub fn decide(desired: &Desired, observed: Option<&Observed>) -> Decision {
    let Some(observed) = observed else {
        return Decision::Create;
    };
    match observed.status.as_str() {
        // The stack of a change set that was never executed.
        "REVIEW_IN_PROGRESS" => Decision::Create,
        "CREATE_COMPLETE"
        | "UPDATE_COMPLETE"
        | "IMPORT_COMPLETE"
        | "UPDATE_ROLLBACK_COMPLETE"
        | "IMPORT_ROLLBACK_COMPLETE" => decide_settled(desired, observed),
        // Rollback was disabled: what exists is kept, and an update goes on from there.
        failed @ ("CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED")
            if !desired.protected =>
        {
            Decision::Recreate(failed.to_owned())
        }
        failed @ ("CREATE_FAILED" | "UPDATE_FAILED") => Decision::Resume(failed.to_owned()),
        status if status.ends_with("_IN_PROGRESS") => Decision::Wait,
        _ => Decision::Stuck,
    }
}

fn decide_settled(desired: &Desired, observed: &Observed) -> Decision {
    let mut reasons = Vec::new();
    if desired.template.trim_end() != observed.template.trim_end() {
        reasons.push("template".to_owned());
    }
    for (name, value) in &desired.parameters {
        if observed.parameters.get(name) != Some(value) {
            reasons.push(format!("parameter {name}"));
        }
    }
    if !reasons.is_empty() {
        Decision::Update(reasons)
    } else if desired.protected && !observed.protected {
        Decision::Protect
    } else {
        Decision::Nothing
    }
}

/// The changes that a deployment must not make, in words.
pub fn forbidden_changes(sacred: &[&str], changes: &[ResourceChange]) -> Vec<String> {
    changes
        .iter()
        .filter(|change| {
            change
                .resource_type()
                .is_some_and(|kind| sacred.contains(&kind))
        })
        .filter_map(|change| {
            let what = match (change.action(), change.replacement()) {
                (Some(ChangeAction::Remove), _) => "removed",
                (_, Some(Replacement::True)) => "replaced",
                (Some(ChangeAction::Dynamic), _) | (_, Some(Replacement::Conditional)) => {
                    "perhaps replaced"
                }
                _ => return None,
            };
            Some(format!(
                "{} ({}) would be {what}",
                change.logical_resource_id().unwrap_or_default(),
                change.resource_type().unwrap_or_default(),
            ))
        })
        .collect()
}

/// What came of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// Something was done.
    Changed,
    /// CloudFormation finds no difference that matters to it, such as the layout of a template.
    NothingToChange,
}

/// What happens to a stack whose operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnFailure {
    /// What was made stays, and the next run goes on from there. Rolling a creation back would
    /// orphan what is retained, and with it the sign-in domain's name.
    Keep,
    /// It returns to what it was.
    RollBack,
}

/// A stack in CloudFormation.
#[derive(Debug, Clone)]
pub struct StackClient {
    client: Client,
    desired: Desired,
}

impl StackClient {
    /// For one stack; nothing is called.
    pub fn new(aws: &Aws, desired: Desired) -> Self {
        Self {
            client: aws.cloudformation(&desired.region),
            desired,
        }
    }

    /// What the stack shall be.
    pub fn desired(&self) -> &Desired {
        &self.desired
    }

    /// Reads the stack and its template.
    pub async fn observe(&self) -> Result<Option<Observed>, Error> {
        let Some(stack) = self.describe().await? else {
            return Ok(None);
        };
        let status = stack
            .stack_status()
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default();
        let template = if status == "REVIEW_IN_PROGRESS" {
            String::new()
        } else {
            self.client
                .get_template()
                .stack_name(&self.desired.name)
                .template_stage(TemplateStage::Original)
                .send()
                .await
                .map_err(|error| self.failed("read the template of", &error))?
                .template_body
                .unwrap_or_default()
        };
        Ok(Some(observed(&stack, status, template)))
    }

    /// Carries out a decision.
    pub async fn act(&self, decision: &Decision) -> Result<Acted, Error> {
        let acted = match decision {
            Decision::Nothing | Decision::Protect => Acted::Changed,
            Decision::Create => {
                let on_failure = if self.desired.protected {
                    OnFailure::Keep
                } else {
                    OnFailure::RollBack
                };
                self.execute_change_set(ChangeSetType::Create, on_failure)
                    .await?
            }
            Decision::Resume(_) => {
                self.execute_change_set(ChangeSetType::Update, OnFailure::Keep)
                    .await?
            }
            Decision::Update(_) => {
                self.execute_change_set(ChangeSetType::Update, OnFailure::RollBack)
                    .await?
            }
            Decision::Recreate(_) => {
                self.delete().await?;
                self.execute_change_set(ChangeSetType::Create, OnFailure::RollBack)
                    .await?
            }
            Decision::Wait => {
                self.settle().await?;
                return Ok(Acted::Changed);
            }
            Decision::Stuck => return Err(self.stuck().await?),
        };
        self.protect().await?;
        Ok(acted)
    }

    /// Deletes the stack and waits until it is gone.
    async fn delete(&self) -> Result<(), Error> {
        let before = self.newest_event().await?;
        self.client
            .delete_stack()
            .stack_name(&self.desired.name)
            .send()
            .await
            .map_err(|error| self.failed("delete", &error))?;
        let status = self.settle().await?;
        if status == "DELETE_COMPLETE" {
            return Ok(());
        }
        let events = self.events_since(before.as_deref()).await?;
        Err(self.failed_stack(&status, &events))
    }

    async fn describe(&self) -> Result<Option<Stack>, Error> {
        let answer = self
            .client
            .describe_stacks()
            .stack_name(&self.desired.name)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next()),
            // The only way in which CloudFormation says "no such stack".
            Err(error)
                if error.code() == Some("ValidationError")
                    && error
                        .message()
                        .is_some_and(|message| message.contains("does not exist")) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed("describe", &error)),
        }
    }

    async fn execute_change_set(
        &self,
        kind: ChangeSetType,
        on_failure: OnFailure,
    ) -> Result<Acted, Error> {
        let before = self.newest_event().await?;
        let name = format!("voicelink-{}", Uuid::new_v4());
        let Some(changes) = self.create_change_set(&name, kind).await? else {
            return Ok(Acted::NothingToChange);
        };
        let forbidden = forbidden_changes(self.desired.sacred, &changes);
        if !forbidden.is_empty() {
            self.delete_change_set(&name).await?;
            let refusal = Error::new(
                Code::ChangeSet,
                format!(
                    "stack {} was not touched: the change would lose users",
                    self.desired.name
                ),
            )
            .hint("undo the change to stack.toml or to the template that leads to this");
            return Err(forbidden.into_iter().fold(refusal, Error::because));
        }
        self.client
            .execute_change_set()
            .stack_name(&self.desired.name)
            .change_set_name(&name)
            .disable_rollback(on_failure == OnFailure::Keep)
            // An attempt that is repeated because its answer was lost is the same operation.
            .client_request_token(&name)
            .send()
            .await
            .map_err(|error| self.failed("execute the change set of", &error))?;
        let status = self.settle().await?;
        if matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
            return Ok(Acted::Changed);
        }
        let events = self.events_since(before.as_deref()).await?;
        Err(self.failed_stack(&status, &events))
    }

    /// `None` when CloudFormation finds nothing to change.
    async fn create_change_set(
        &self,
        name: &str,
        kind: ChangeSetType,
    ) -> Result<Option<Vec<ResourceChange>>, Error> {
        let parameters = self.desired.parameters.iter().map(|(name, value)| {
            Parameter::builder()
                .parameter_key(name)
                .parameter_value(value)
                .build()
        });
        let tags = self
            .desired
            .tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build());
        self.client
            .create_change_set()
            .stack_name(&self.desired.name)
            .change_set_name(name)
            .change_set_type(kind)
            .template_body(&self.desired.template)
            .set_parameters(Some(parameters.collect()))
            .set_tags(Some(tags.collect()))
            .capabilities(Capability::CapabilityIam)
            .capabilities(Capability::CapabilityNamedIam)
            .send()
            .await
            .map_err(|error| self.failed("create a change set for", &error))?;

        let mut poll = Poll::default();
        loop {
            let answer = self
                .client
                .describe_change_set()
                .stack_name(&self.desired.name)
                .change_set_name(name)
                .send()
                .await
                .map_err(|error| self.failed("read the change set of", &error))?;
            match answer.status() {
                Some(ChangeSetStatus::CreateComplete) => {
                    return self.changes(name).await.map(Some);
                }
                Some(ChangeSetStatus::Failed) => {
                    let reason = answer.status_reason.unwrap_or_default();
                    // Best effort: the reason matters more than an empty change set that stays.
                    let _ = self.delete_change_set(name).await;
                    if says_nothing_to_change(&reason) {
                        return Ok(None);
                    }
                    return Err(Error::new(
                        Code::ChangeSet,
                        format!("no change set for stack {}: {reason}", self.desired.name),
                    )
                    .hint("the reason is CloudFormation's own; the stack was not touched"));
                }
                _ => poll.wait().await,
            }
        }
    }

    /// Every change of a finished change set.
    async fn changes(&self, name: &str) -> Result<Vec<ResourceChange>, Error> {
        let mut changes = Vec::new();
        let mut next = None;
        loop {
            let page = self
                .client
                .describe_change_set()
                .stack_name(&self.desired.name)
                .change_set_name(name)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| self.failed("read the change set of", &error))?;
            let found = page.changes.unwrap_or_default().into_iter();
            changes.extend(found.filter_map(|change| change.resource_change));
            next = page.next_token;
            if next.is_none() {
                return Ok(changes);
            }
        }
    }

    async fn delete_change_set(&self, name: &str) -> Result<(), Error> {
        self.client
            .delete_change_set()
            .stack_name(&self.desired.name)
            .change_set_name(name)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| self.failed("delete the change set of", &error))
    }

    async fn protect(&self) -> Result<(), Error> {
        if !self.desired.protected {
            return Ok(());
        }
        self.client
            .update_termination_protection()
            .stack_name(&self.desired.name)
            .enable_termination_protection(true)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| self.failed("protect", &error))
    }

    /// Waits until no operation is running and answers with the status.
    async fn settle(&self) -> Result<String, Error> {
        let mut poll = Poll::default();
        loop {
            let status = self
                .describe()
                .await?
                .and_then(|stack| stack.stack_status)
                .map_or_else(
                    || "DELETE_COMPLETE".to_owned(),
                    |status| status.as_str().to_owned(),
                );
            if !status.ends_with("_IN_PROGRESS") {
                return Ok(status);
            }
            poll.wait().await;
        }
    }

    /// The id of the newest event, to tell later ones from earlier ones.
    async fn newest_event(&self) -> Result<Option<String>, Error> {
        let answer = self
            .client
            .describe_stack_events()
            .stack_name(&self.desired.name)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer
                .stack_events
                .unwrap_or_default()
                .into_iter()
                .next()
                .and_then(|event| event.event_id)),
            Err(error) if error.code() == Some("ValidationError") => Ok(None),
            Err(error) => Err(self.failed("read the events of", &error)),
        }
    }

    /// Events after the named one, oldest first.
    async fn events_since(&self, before: Option<&str>) -> Result<Vec<StackEvent>, Error> {
        let mut events = Vec::new();
        let mut pages = self
            .client
            .describe_stack_events()
            .stack_name(&self.desired.name)
            .into_paginator()
            .send();
        'pages: while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("read the events of", &error))?;
            for event in page.stack_events.unwrap_or_default() {
                if before.is_some() && event.event_id() == before {
                    break 'pages;
                }
                events.push(event);
            }
        }
        events.reverse();
        Ok(events)
    }

    /// Why the stack cannot go on from the state that it is in.
    pub async fn stuck(&self) -> Result<Error, Error> {
        let status = self.settle().await?;
        let events = self.events_since(None).await?;
        Ok(self.failed_stack(&status, last_operation(&events)))
    }

    fn failed_stack(&self, status: &str, events: &[StackEvent]) -> Error {
        failed_stack(&self.desired, status, events)
    }

    fn failed<E>(&self, doing: &str, error: &aws_sdk_cloudformation::error::SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        Error::aws(format!("cannot {doing} stack {}", self.desired.name), error)
    }
}

fn observed(stack: &Stack, status: String, template: String) -> Observed {
    Observed {
        status,
        reason: stack.stack_status_reason().map(str::to_owned),
        template,
        parameters: stack
            .parameters()
            .iter()
            .filter_map(|parameter| {
                Some((
                    parameter.parameter_key()?.to_owned(),
                    parameter.parameter_value()?.to_owned(),
                ))
            })
            .collect(),
        outputs: stack
            .outputs()
            .iter()
            .filter_map(|output| {
                Some((
                    output.output_key()?.to_owned(),
                    output.output_value()?.to_owned(),
                ))
            })
            .collect(),
        protected: stack.enable_termination_protection().unwrap_or_default(),
    }
}

/// CloudFormation has no code for this, only two sentences.
fn says_nothing_to_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// The events of the operation that was begun last.
fn last_operation(events: &[StackEvent]) -> &[StackEvent] {
    let begun = events
        .iter()
        .rposition(|event| event.resource_status_reason() == Some("User Initiated"));
    &events[begun.unwrap_or_default()..]
}

fn failed_stack(desired: &Desired, status: &str, events: &[StackEvent]) -> Error {
    let Desired { name, region, .. } = desired;
    let failure = Error::new(
        Code::Stack,
        match first_failure(events) {
            Some((resource, reason)) => {
                format!("stack {name} is {status}: {resource} failed: {reason}")
            }
            None => format!("stack {name} is {status}"),
        },
    );
    match status {
        "CREATE_FAILED" if desired.protected => failure
            .hint("mend what the reason names and run the command again; it goes on from here"),
        "UPDATE_FAILED" | "UPDATE_ROLLBACK_COMPLETE" => failure
            .hint("mend what the reason names and run the command again; it goes on from here"),
        "UPDATE_ROLLBACK_FAILED" => failure.hint(format!(
            "run `aws cloudformation continue-update-rollback --region {region} --stack-name \
             {name}`, then this command again"
        )),
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" if desired.protected => failure
            .hint(format!(
                "CloudFormation can only delete a stack in this state. What it retains, such as a \
                 user pool and its domain prefix, stays: see `aws cloudformation \
                 describe-stack-resources --region {region} --stack-name {name}` first"
            )),
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => failure
            .hint(
                "mend what the reason names and run the command again; it creates the stack anew",
            ),
        _ => failure.hint("run the command again; if it stays, see the stack's events"),
    }
}

/// The first resource that failed by itself, not because another one had.
fn first_failure(events: &[StackEvent]) -> Option<(String, String)> {
    events
        .iter()
        .filter(|event| {
            event
                .resource_status()
                .is_some_and(|status| status.as_str().ends_with("_FAILED"))
        })
        .filter(|event| {
            !event
                .resource_status_reason()
                .unwrap_or_default()
                .contains("cancelled")
        })
        .map(|event| {
            (
                format!(
                    "{} ({})",
                    event.logical_resource_id().unwrap_or_default(),
                    event.resource_type().unwrap_or_default()
                ),
                event
                    .resource_status_reason()
                    .unwrap_or("no reason given")
                    .to_owned(),
            )
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn desired() -> Desired {
        Desired {
            name: "guide-dev-identity".to_owned(),
            region: "us-east-1".parse().unwrap(),
            template: "Resources: {}\n".to_owned(),
            parameters: [("Stage".to_owned(), "dev".to_owned())].into(),
            tags: BTreeMap::new(),
            sacred: &["AWS::Cognito::UserPool"],
            protected: true,
        }
    }

    fn deployed(desired: &Desired, status: &str) -> Observed {
        Observed {
            status: status.to_owned(),
            reason: None,
            template: desired.template.clone(),
            parameters: desired.parameters.clone(),
            outputs: BTreeMap::new(),
            protected: desired.protected,
        }
    }

    #[test]
    fn what_is_deployed_as_desired_is_left_alone() {
        let desired = desired();
        for status in [
            "CREATE_COMPLETE",
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
        ] {
            assert_eq!(
                decide(&desired, Some(&deployed(&desired, status))),
                Decision::Nothing
            );
        }
    }

    #[test]
    fn a_failed_creation_is_resumed_and_a_rolled_back_one_is_not() {
        let desired = desired();
        assert_eq!(
            decide(&desired, Some(&deployed(&desired, "CREATE_FAILED"))),
            Decision::Resume("CREATE_FAILED".to_owned())
        );
        assert_eq!(
            decide(&desired, Some(&deployed(&desired, "ROLLBACK_COMPLETE"))),
            Decision::Stuck
        );
    }

    #[test]
    fn a_stack_that_holds_nothing_is_made_anew() {
        let disposable = Desired {
            protected: false,
            ..desired()
        };
        for status in ["CREATE_FAILED", "ROLLBACK_COMPLETE", "DELETE_FAILED"] {
            assert_eq!(
                decide(&disposable, Some(&deployed(&disposable, status))),
                Decision::Recreate(status.to_owned())
            );
        }
    }

    #[test]
    fn a_running_operation_is_waited_for() {
        let desired = desired();
        for status in ["CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"] {
            assert_eq!(
                decide(&desired, Some(&deployed(&desired, status))),
                Decision::Wait
            );
        }
    }

    #[test]
    fn lost_protection_is_put_back_without_a_change_set() {
        let desired = desired();
        let mut observed = deployed(&desired, "CREATE_COMPLETE");
        observed.protected = false;
        assert_eq!(decide(&desired, Some(&observed)), Decision::Protect);
    }

    #[test]
    fn replacing_or_removing_what_holds_people_is_forbidden() {
        let change = |action, replacement: Option<Replacement>, kind: &str| {
            ResourceChange::builder()
                .action(action)
                .set_replacement(replacement)
                .logical_resource_id("UserPool")
                .resource_type(kind)
                .build()
        };
        let changes = [
            change(ChangeAction::Remove, None, "AWS::Cognito::UserPool"),
            change(
                ChangeAction::Modify,
                Some(Replacement::True),
                "AWS::Cognito::UserPool",
            ),
            change(
                ChangeAction::Modify,
                Some(Replacement::False),
                "AWS::Cognito::UserPool",
            ),
            change(
                ChangeAction::Remove,
                None,
                "AWS::Cognito::ManagedLoginBranding",
            ),
        ];
        assert_eq!(
            forbidden_changes(&["AWS::Cognito::UserPool"], &changes),
            [
                "UserPool (AWS::Cognito::UserPool) would be removed",
                "UserPool (AWS::Cognito::UserPool) would be replaced",
            ]
        );
    }

    #[test]
    fn the_first_failure_is_the_cause_and_not_its_echo() {
        let event = |resource: &str, status: &str, reason: &str| {
            StackEvent::builder()
                .stack_id("stack")
                .event_id(resource)
                .stack_name("stack")
                .timestamp(aws_smithy_types::DateTime::from_secs(0))
                .logical_resource_id(resource)
                .resource_type("AWS::Cognito::UserPool")
                .resource_status(status.into())
                .resource_status_reason(reason)
                .build()
        };
        let events = [
            event("Alias", "CREATE_FAILED", "Resource creation cancelled"),
            event(
                "UserPool",
                "CREATE_FAILED",
                "Invalid AttributeDataType input",
            ),
        ];
        let (resource, reason) = first_failure(&events).unwrap();
        assert_eq!(resource, "UserPool (AWS::Cognito::UserPool)");
        assert_eq!(reason, "Invalid AttributeDataType input");
    }

    proptest! {
        #[test]
        fn any_changed_parameter_is_named(value in "[a-z]{0,8}") {
            let desired = desired();
            let mut observed = deployed(&desired, "CREATE_COMPLETE");
            observed.parameters.insert("Stage".to_owned(), value.clone());
            let expected = if value == "dev" {
                Decision::Nothing
            } else {
                Decision::Update(vec!["parameter Stage".to_owned()])
            };
            prop_assert_eq!(decide(&desired, Some(&observed)), expected);
        }
    }
}
