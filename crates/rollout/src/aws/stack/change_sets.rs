//! Change sets: made, compared with what was agreed to, executed, and never left behind.

use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, DeploymentMode, Parameter, ResourceChange,
    ResourceToImport, Tag,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use uuid::Uuid;

use super::client::{Acted, StackClient};
use super::failure::says_nothing_to_change;
use super::surplus::surplus;
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
    fn kind(self) -> ChangeSetType {
        match self {
            Self::Create => ChangeSetType::Create,
            Self::Import => ChangeSetType::Import,
            Self::Update | Self::Revert => ChangeSetType::Update,
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
        let (template, imports) = match mode {
            Mode::Import => (self.import_template()?, Some(self.imports())),
            Mode::Create | Mode::Update | Mode::Revert => (self.desired.template.clone(), None),
        };
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
        let created = self
            .client
            .create_change_set()
            .stack_name(&self.desired.name)
            .change_set_name(name)
            .change_set_type(mode.kind())
            .set_deployment_mode((mode == Mode::Revert).then_some(DeploymentMode::RevertDrift))
            .client_token(name)
            .set_role_arn(self.desired.role.clone())
            .template_body(template)
            .set_resources_to_import(imports)
            .set_parameters(Some(parameters.collect()))
            .set_tags(Some(tags.collect()))
            .capabilities(Capability::CapabilityIam)
            .capabilities(Capability::CapabilityNamedIam)
            .send()
            .await;
        match created {
            Ok(_) => {}
            // Nobody else chooses this name: the answer to a first attempt was lost.
            Err(error) if error.code() == Some("AlreadyExistsException") => {}
            Err(error) => return Err(self.failed("create a change set for", &error)),
        }

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

    fn imports(&self) -> Vec<ResourceToImport> {
        let imports = self.desired.imports.iter().map(|import| {
            ResourceToImport::builder()
                .logical_resource_id(&import.logical)
                .resource_type(&import.resource_type)
                .set_resource_identifier(Some(import.identifier.clone().into_iter().collect()))
                .build()
        });
        imports.collect()
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
}
