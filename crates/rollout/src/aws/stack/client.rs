//! What is read of a stack and done to it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::change_sets::{Mode, OnFailure};
use super::failure::{ended_as, failed_stack, last_operation};
use super::{Decision, Desired, Import, Observed, decide, stack_part};
use crate::aws::Aws;
use crate::aws::cloudformation::{CloudFormation, Difference, Input, Stack, StackEvent};
use crate::diff::Part;
use crate::diff::change::Field;
use crate::error::{CallError, Error};
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
    pub(super) client: CloudFormation,
    pub(super) desired: Desired,
}

impl StackClient {
    /// For one stack; nothing is called.
    pub fn new(aws: &Aws, desired: Desired) -> Self {
        Self {
            client: CloudFormation::new(aws, &desired.region),
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
        let template = if stack.status == "REVIEW_IN_PROGRESS" {
            String::new()
        } else {
            self.template(&stack.status).await?
        };
        let Stack {
            status,
            reason,
            parameters,
            outputs,
            protected,
        } = stack;
        Ok(Some(Observed {
            status,
            reason,
            template,
            parameters,
            outputs,
            protected,
        }))
    }

    async fn template(&self, status: &str) -> Result<String, Error> {
        match self.client.get_template(&self.desired.name).await {
            Ok(template) => Ok(template),
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
        let input = Input::of(&self.desired.name)
            .with_some("RoleARN", self.desired.role.as_deref())
            .with(
                "ClientRequestToken",
                format!("voicelink-{}", Uuid::new_v4()),
            );
        let begun = self.client.act("ContinueUpdateRollback", input).await;
        begun.map_err(|error| self.failed("go on with the rollback of", &error))?;
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
        Ok(stack.map(|stack| (stack.status, stack.outputs)))
    }

    /// Whether there is such a stack, in whatever state.
    pub async fn exists(&self) -> Result<bool, Error> {
        Ok(self.describe().await?.is_some())
    }

    /// Deletes the stack once no operation is running on it.
    pub async fn remove(&self) -> Result<(), Error> {
        let stack = self.describe().await?;
        match stack.as_ref().map(|stack| stack.status.as_str()) {
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
    pub async fn remove_with_everything(&self, step: Step) -> Result<(), Error> {
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
            let part = stack_part(step, &released.desired, Some(&observed))?;
            released.act(&decision, &part).await?;
        }
        let unprotected = self.set_protection(false).await;
        unprotected.map_err(|error| self.failed("take the protection off", &error))?;
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
        let drift = (self.client)
            .detect_stack_resource_drift(&self.desired.name, resource)
            .await;
        let drift = match drift {
            Ok(drift) => drift,
            // Not every type can be compared everywhere; what cannot is taken as it was deployed.
            Err(error) if is_unsupported(error.message()) => return Ok(None),
            Err(error) => {
                return Err(self.failed(&format!("detect drift of {resource} in"), &error));
            }
        };
        Ok(match drift.status.as_str() {
            "DELETED" => Some(Vec::new()),
            "MODIFIED" => Some(drift.differences.iter().map(drifted).collect()),
            _ => None,
        })
    }

    /// Deletes the stack and waits until it is gone.
    async fn delete(&self) -> Result<(), Error> {
        let before = self.newest_event().await?;
        let input =
            Input::of(&self.desired.name).with_some("RoleARN", self.desired.role.as_deref());
        let begun = self.client.act("DeleteStack", input).await;
        begun.map_err(|error| self.failed("delete", &error))?;
        let status = self.settle_after(before.as_deref()).await?;
        if status == "DELETE_COMPLETE" {
            return Ok(());
        }
        let events = self.events_since(before.as_deref()).await?;
        Err(self.failed_stack(&status, &events))
    }

    async fn describe(&self) -> Result<Option<Stack>, Error> {
        let stack = self.client.describe_stack(&self.desired.name).await;
        stack.map_err(|error| self.failed("describe", &error))
    }

    async fn protect(&self) -> Result<(), Error> {
        if !self.desired.protected {
            return Ok(());
        }
        let protected = self.set_protection(true).await;
        protected.map_err(|error| self.failed("protect", &error))
    }

    async fn set_protection(&self, on: bool) -> Result<(), CallError> {
        let input =
            Input::of(&self.desired.name).with("EnableTerminationProtection", on.to_string());
        self.client.act("UpdateTerminationProtection", input).await
    }

    /// Waits until no operation is running and answers with the status.
    async fn settle(&self) -> Result<String, Error> {
        let mut poll = Poll::default();
        loop {
            let stack = self.describe().await?;
            let status = stack.map_or_else(|| "DELETE_COMPLETE".to_owned(), |stack| stack.status);
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
        match self.events(None).await {
            Ok((events, _)) => Ok(events.into_iter().next().and_then(|event| event.id)),
            Err(error) if error.code() == Some("ValidationError") => Ok(None),
            Err(error) => Err(self.failed("read the events of", &error)),
        }
    }

    /// Events after the named one, oldest first.
    pub(super) async fn events_since(
        &self,
        before: Option<&str>,
    ) -> Result<Vec<StackEvent>, Error> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        'pages: loop {
            let page = self.events(token.as_deref()).await;
            let (events, next) = page.map_err(|error| self.failed("read the events of", &error))?;
            for event in events {
                if before.is_some() && event.id.as_deref() == before {
                    break 'pages;
                }
                found.push(event);
            }
            if next.is_none() {
                break;
            }
            token = next;
        }
        found.reverse();
        Ok(found)
    }

    async fn events(
        &self,
        next: Option<&str>,
    ) -> Result<(Vec<StackEvent>, Option<String>), CallError> {
        self.client
            .describe_stack_events(&self.desired.name, next)
            .await
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

    pub(super) fn failed(&self, doing: &str, error: &CallError) -> Error {
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
fn drifted(difference: &Difference) -> Field {
    let value = |text: Option<&str>| {
        let text = text.filter(|text| *text != "null")?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    };
    let path = difference.path.split('/').filter(|part| !part.is_empty());
    Field::new(
        path.map(str::to_owned).collect(),
        value(difference.actual.as_deref()),
        value(difference.expected.as_deref()),
    )
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
