//! What is read of a stack and done to it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    PropertyDifference, Stack, StackEvent, StackResourceDriftStatus, StackStatus, TemplateStage,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::change_sets::{Mode, OnFailure};
use super::failure::{ended_as, failed_stack, last_operation};
use super::{Decision, Desired, Import, Observed, decide, stack_part};
use crate::aws::Aws;
use crate::diff::Part;
use crate::diff::change::Field;
use crate::error::Error;
use crate::poll::Poll;
use crate::progress::Step;
use crate::template::Template;

/// How long a status may stay behind what has happened. After it, whoever answers without events
/// of the stack itself is believed.
const CONSISTENCY_WINDOW: Duration = Duration::from_secs(30);

/// What came of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// Something was done.
    Changed,
    /// CloudFormation finds no difference that matters to it, such as the layout of a template.
    NothingToChange,
}

/// A stack in CloudFormation.
#[derive(Debug, Clone)]
pub struct StackClient {
    pub(super) client: Client,
    pub(super) desired: Desired,
}

impl StackClient {
    /// For one stack; nothing is called.
    pub fn new(aws: &Aws, desired: Desired) -> Self {
        Self {
            client: aws.cloudformation(&desired.region),
            desired,
        }
    }

    /// The same stack around what exists already.
    #[must_use]
    pub fn around(mut self, imports: Vec<Import>) -> Self {
        self.desired.imports = imports;
        self
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
            self.template(&status).await?
        };
        Ok(Some(observed(&stack, status, template)))
    }

    async fn template(&self, status: &str) -> Result<String, Error> {
        let answer = self
            .client
            .get_template()
            .stack_name(&self.desired.name)
            .template_stage(TemplateStage::Original)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.template_body.unwrap_or_default()),
            // A first import that failed leaves a stack without one.
            Err(error)
                if status == "IMPORT_ROLLBACK_COMPLETE"
                    && error.code() == Some("ValidationError") =>
            {
                Ok(String::new())
            }
            Err(error) => Err(self.failed("read the template of", &error)),
        }
    }

    /// Carries out a decision, as far as the plan says it.
    pub async fn act(&self, decision: &Decision, part: &Part) -> Result<Acted, Error> {
        let acted = match decision {
            Decision::Nothing | Decision::Protect => Acted::Changed,
            Decision::Create => self.create(part).await?,
            Decision::Import => {
                self.execute(Mode::Import, OnFailure::RollBack, part)
                    .await?
            }
            Decision::Resume(_) => self.execute(Mode::Update, OnFailure::Keep, part).await?,
            Decision::Update(_) => {
                self.execute(Mode::Update, OnFailure::RollBack, part)
                    .await?
            }
            Decision::Recreate(_) => {
                self.delete().await?;
                self.create(part).await?
            }
            Decision::FinishRollback => {
                self.finish_rollback().await?;
                return Ok(Acted::Changed);
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

    async fn create(&self, part: &Part) -> Result<Acted, Error> {
        let on_failure = if self.desired.protected {
            OnFailure::Keep
        } else {
            OnFailure::RollBack
        };
        self.execute(Mode::Create, on_failure, part).await
    }

    /// Has a rollback that failed tried again: what was in its way may be gone.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html>
    async fn finish_rollback(&self) -> Result<(), Error> {
        let before = self.newest_event().await?;
        self.client
            .continue_update_rollback()
            .stack_name(&self.desired.name)
            .set_role_arn(self.desired.role.clone())
            .client_request_token(format!("voicelink-{}", Uuid::new_v4()))
            .send()
            .await
            .map_err(|error| self.failed("go on with the rollback of", &error))?;
        let status = self.settle_after(before.as_deref()).await?;
        if status == "UPDATE_ROLLBACK_COMPLETE" {
            return Ok(());
        }
        let events = self.events_since(before.as_deref()).await?;
        Err(self.failed_stack(&status, &events))
    }

    /// The status and the outputs of the stack, if it is there.
    pub async fn outputs(&self) -> Result<Option<(String, BTreeMap<String, String>)>, Error> {
        let stack = self.describe().await?;
        Ok(stack.map(|stack| {
            let status = stack.stack_status().map(StackStatus::as_str);
            (status.unwrap_or_default().to_owned(), outputs(&stack))
        }))
    }

    /// Whether there is such a stack, in whatever state.
    pub async fn exists(&self) -> Result<bool, Error> {
        Ok(self.describe().await?.is_some())
    }

    /// Deletes the stack once no operation is running on it.
    pub async fn remove(&self) -> Result<(), Error> {
        let status = self.describe().await?.and_then(|stack| stack.stack_status);
        match status.as_ref().map(StackStatus::as_str) {
            None => return Ok(()),
            // Only made by a change set that was never executed: it waits for nothing.
            Some("REVIEW_IN_PROGRESS") => {}
            Some(_) => {
                self.settle().await?;
            }
        }
        self.delete().await
    }

    /// Deletes a stack with everything in it, also what its template retains.
    ///
    /// The template is changed first, so that CloudFormation deletes each resource in its order; run
    /// again, it goes on where it was stopped.
    pub async fn remove_with_everything(&self) -> Result<(), Error> {
        let Some(observed) = self.observe().await? else {
            return Ok(());
        };
        let template = Template::read(&observed.template, &observed.parameters)?;
        let released = Self {
            client: self.client.clone(),
            desired: Desired {
                template: template.released(),
                parameters: observed.parameters.clone(),
                protected: false,
                ..self.desired.clone()
            },
        };
        let decision = decide(&released.desired, Some(&observed));
        if matches!(decision, Decision::Update(_)) {
            let part = stack_part(Step::Identity, &released.desired, Some(&observed))?;
            released.act(&decision, &part).await?;
        }
        self.client
            .update_termination_protection()
            .stack_name(&self.desired.name)
            .enable_termination_protection(false)
            .send()
            .await
            .map_err(|error| self.failed("take the protection off", &error))?;
        self.remove().await
    }

    /// Has CloudFormation put back what differs from the template, as far as the plan says it.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html>
    pub async fn revert(&self, part: &Part) -> Result<Acted, Error> {
        self.execute(Mode::Revert, OnFailure::RollBack, part).await
    }

    /// Where a resource is not what the template says: its fields as they are and as they shall
    /// be, none when it is gone. `None` when nothing differs.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackResourceDrift.html>
    pub async fn drift(&self, resource: &str) -> Result<Option<Vec<Field>>, Error> {
        let answer = self
            .client
            .detect_stack_resource_drift()
            .stack_name(&self.desired.name)
            .logical_resource_id(resource)
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            // Not every type can be compared everywhere; what cannot is taken as it was deployed.
            Err(error) if is_unsupported(error.message()) => return Ok(None),
            Err(error) => {
                return Err(self.failed(&format!("detect drift of {resource} in"), &error));
            }
        };
        let Some(drift) = answer.stack_resource_drift else {
            return Ok(None);
        };
        match drift.stack_resource_drift_status() {
            Some(StackResourceDriftStatus::Deleted) => Ok(Some(Vec::new())),
            Some(StackResourceDriftStatus::Modified) => {
                let fields = drift.property_differences().iter().map(drifted);
                Ok(Some(fields.collect()))
            }
            _ => Ok(None),
        }
    }

    /// Deletes the stack and waits until it is gone.
    async fn delete(&self) -> Result<(), Error> {
        let before = self.newest_event().await?;
        self.client
            .delete_stack()
            .stack_name(&self.desired.name)
            .set_role_arn(self.desired.role.clone())
            .send()
            .await
            .map_err(|error| self.failed("delete", &error))?;
        let status = self.settle_after(before.as_deref()).await?;
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

    /// Waits until the operation that was begun after an event has ended. A status that is read
    /// soon afterwards may still be the one of before, so that the stack's own event has to tell
    /// the same end.
    pub(super) async fn settle_after(&self, before: Option<&str>) -> Result<String, Error> {
        let mut poll = Poll::default();
        let mut settled: Option<Instant> = None;
        loop {
            let status = self.settle().await?;
            // A deleted stack has no events under its name.
            if status == "DELETE_COMPLETE" {
                return Ok(status);
            }
            let events = self.events_since(before).await?;
            let since = settled.get_or_insert_with(Instant::now);
            if ended_as(&events) == Some(&status) || since.elapsed() > CONSISTENCY_WINDOW {
                return Ok(status);
            }
            poll.wait().await;
        }
    }

    /// The id of the newest event, to tell later ones from earlier ones.
    pub(super) async fn newest_event(&self) -> Result<Option<String>, Error> {
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
    pub(super) async fn events_since(
        &self,
        before: Option<&str>,
    ) -> Result<Vec<StackEvent>, Error> {
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

    pub(super) fn failed_stack(&self, status: &str, events: &[StackEvent]) -> Error {
        failed_stack(&self.desired, status, events)
    }

    pub(super) fn failed<E>(
        &self,
        doing: &str,
        error: &aws_sdk_cloudformation::error::SdkError<E>,
    ) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        Error::aws(format!("cannot {doing} stack {}", self.desired.name), error)
    }
}

/// Whether drift detection was refused for the type of a resource. The API reference names no code
/// of its own for that, and its words differ between versions of the service.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackResourceDrift.html>
fn is_unsupported(message: Option<&str>) -> bool {
    message.is_some_and(|message| {
        let message = message.to_ascii_lowercase();
        message.contains("drift detection") && message.contains("not supported")
    })
}

/// A difference from what is there to what shall be.
fn drifted(difference: &PropertyDifference) -> Field {
    let value = |text: Option<&str>| {
        let text = text.filter(|text| *text != "null")?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    };
    let path = difference.property_path().unwrap_or_default();
    let path = path.split('/').filter(|part| !part.is_empty());
    Field::new(
        path.map(str::to_owned).collect(),
        value(difference.actual_value()),
        value(difference.expected_value()),
    )
}

fn outputs(stack: &Stack) -> BTreeMap<String, String> {
    let outputs = stack.outputs().iter().filter_map(|output| {
        Some((
            output.output_key()?.to_owned(),
            output.output_value()?.to_owned(),
        ))
    });
    outputs.collect()
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
        outputs: outputs(stack),
        protected: stack.enable_termination_protection().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the words of two implementations; AWS's own are not documented.
    #[test]
    fn a_type_without_drift_detection_is_told_from_other_refusals() {
        for message in [
            "Drift detection is not supported for resource type AWS::Lambda::Alias",
            "Resource type AWS::Lambda::Alias is not supported for drift detection",
        ] {
            assert!(is_unsupported(Some(message)), "{message}");
        }
        for message in ["Stack [guide] does not exist", "Drift detection failed"] {
            assert!(!is_unsupported(Some(message)), "{message}");
        }
        assert!(!is_unsupported(None));
    }
}
