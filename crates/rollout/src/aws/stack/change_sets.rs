//! Change sets: made, compared with what was agreed to, executed, and never left behind.

use uuid::Uuid;

use super::Desired;
use super::client::{Acted, StackClient};
use super::failure::says_nothing_to_change;
use super::surplus::surplus;
use crate::aws::cloudformation::{ChangeSet, Input, ResourceChange};
use crate::diff::Part;
use crate::error::{Code, Error};
use crate::poll::Poll;
use crate::template::Template;

/// What happens to a stack whose operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// What was made stays, and the next run goes on from there. Rolling a creation back would
    /// orphan what is retained, and with it the sign-in domain's name.
    Keep,
    /// It returns to what it was.
    RollBack,
}

/// What a change set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Create,
    /// What exists already is taken up; nothing else can be done at the same time.
    Import,
    Update,
    /// The difference between the template and what is really there.
    Revert,
}

impl Mode {
    fn kind(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Import => "IMPORT",
            Self::Update | Self::Revert => "UPDATE",
        }
    }
}

impl StackClient {
    /// Does what a change set says, when it says no more than the plan.
    pub(super) async fn execute(
        &self,
        mode: Mode,
        on_failure: OnFailure,
        part: &Part,
    ) -> Result<Acted, Error> {
        let before = self.newest_event().await?;
        let name = format!("voicelink-{}", Uuid::new_v4());
        let Some(changes) = self.create_change_set(&name, mode).await? else {
            return Ok(Acted::NothingToChange);
        };
        let surplus = surplus(part, &changes);
        if !surplus.is_empty() {
            self.delete_change_set(&name).await?;
            let refusal = Error::new(
                Code::ChangeSet,
                format!(
                    "stack {} was not touched: its change set says more than the plan",
                    self.desired.name
                ),
            )
            .hint("somebody may have changed the stack meanwhile: run `cargo xtask plan` again");
            return Err(surplus.into_iter().fold(refusal, Error::because));
        }
        let keep = on_failure == OnFailure::Keep;
        let input = self
            .on_change_set(&name)
            .with("DisableRollback", keep.to_string())
            // An attempt that is repeated because its answer was lost is the same operation.
            .with("ClientRequestToken", &name);
        let executed = self.client.act("ExecuteChangeSet", input).await;
        executed.map_err(|error| self.failed("execute the change set of", &error))?;
        let status = self.settle_after(before.as_deref()).await?;
        if matches!(
            status.as_str(),
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE"
        ) {
            return Ok(Acted::Changed);
        }
        let events = self.events_since(before.as_deref()).await?;
        Err(self.failed_stack(&status, &events))
    }

    /// `None` when CloudFormation finds nothing to change.
    async fn create_change_set(
        &self,
        name: &str,
        mode: Mode,
    ) -> Result<Option<Vec<ResourceChange>>, Error> {
        let template = match mode {
            Mode::Import => self.import_template()?,
            Mode::Create | Mode::Update | Mode::Revert => self.desired.template.clone(),
        };
        let Desired {
            parameters, tags, ..
        } = &self.desired;
        let pair = ("ParameterKey", "ParameterValue");
        let mut input = self
            .on_change_set(name)
            .with("ChangeSetType", mode.kind())
            .with("ClientToken", name)
            .with("TemplateBody", template)
            .with_some("RoleARN", self.desired.role.as_deref())
            .with_pairs("Parameters.member", pair, parameters)
            .with_pairs("Tags.member", ("Key", "Value"), tags)
            .with("Capabilities.member.1", "CAPABILITY_IAM")
            .with("Capabilities.member.2", "CAPABILITY_NAMED_IAM");
        match mode {
            Mode::Import => input = self.imports(input),
            Mode::Revert => input = input.with("DeploymentMode", "REVERT_DRIFT"),
            Mode::Create | Mode::Update => {}
        }
        match self.client.act("CreateChangeSet", input).await {
            Ok(()) => {}
            // Nobody else chooses this name: the answer to a first attempt was lost.
            Err(error) if error.code() == Some("AlreadyExistsException") => {}
            Err(error) => return Err(self.failed("create a change set for", &error)),
        }

        let mut poll = Poll::default();
        loop {
            let answer = self.change_set(name, None).await?;
            match answer.status.as_str() {
                "CREATE_COMPLETE" => return self.changes(name, answer).await.map(Some),
                "FAILED" => {
                    let reason = answer.reason.unwrap_or_default();
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

    /// The template of what is taken up, without outputs: an import cannot add any.
    fn import_template(&self) -> Result<String, Error> {
        let names: Vec<_> = self
            .desired
            .imports
            .iter()
            .map(|one| one.logical.as_str())
            .collect();
        let template = Template::read(&self.desired.template, &self.desired.parameters)?;
        template.only(&names)
    }

    fn imports(&self, input: Input) -> Input {
        let numbered = (1..).zip(&self.desired.imports);
        numbered.fold(input, |input, (number, import)| {
            let member = format!("ResourcesToImport.member.{number}");
            let identifier = format!("{member}.ResourceIdentifier.entry");
            input
                .with(format!("{member}.LogicalResourceId"), &import.logical)
                .with(format!("{member}.ResourceType"), &import.resource_type)
                .with_pairs(&identifier, ("key", "value"), &import.identifier)
        })
    }

    /// Every change of a finished change set, of which the first page is there.
    async fn changes(&self, name: &str, first: ChangeSet) -> Result<Vec<ResourceChange>, Error> {
        let (mut changes, mut next) = (first.changes, first.next);
        while let Some(token) = next {
            let page = self.change_set(name, Some(&token)).await?;
            changes.extend(page.changes);
            next = page.next;
        }
        Ok(changes)
    }

    async fn change_set(&self, name: &str, next: Option<&str>) -> Result<ChangeSet, Error> {
        let page = (self.client)
            .describe_change_set(&self.desired.name, name, next)
            .await;
        page.map_err(|error| self.failed("read the change set of", &error))
    }

    async fn delete_change_set(&self, name: &str) -> Result<(), Error> {
        let input = self.on_change_set(name);
        let deleted = self.client.act("DeleteChangeSet", input).await;
        deleted.map_err(|error| self.failed("delete the change set of", &error))
    }

    fn on_change_set(&self, name: &str) -> Input {
        Input::of(&self.desired.name).with("ChangeSetName", name)
    }
}
