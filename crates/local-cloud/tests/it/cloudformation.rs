//! CloudFormation through the real SDK.

mod change_sets;
mod failures;
mod guide;
mod imports;
mod off;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, Parameter, Stack, StackStatus,
};
use local_cloud::LocalStage;

use crate::aws::client;

/// One stack, driven as a deployment drives it.
pub(crate) struct Driver {
    pub(crate) api: Client,
    pub(crate) stack: &'static str,
    sets: u32,
}

impl Driver {
    pub(crate) fn new(stage: &LocalStage, region: &'static str, stack: &'static str) -> Self {
        Self {
            api: client!(aws_sdk_cloudformation, stage, region),
            stack,
            sets: 0,
        }
    }

    /// Creates a change set and waits until it is ready or has failed.
    pub(crate) async fn plan(
        &mut self,
        kind: ChangeSetType,
        template: &str,
        parameters: &[(&str, &str)],
    ) -> Result<DescribeChangeSetOutput, String> {
        self.sets += 1;
        let name = format!("set-{}", self.sets);
        let parameters = parameters.iter().map(|(key, value)| {
            Parameter::builder()
                .parameter_key(*key)
                .parameter_value(*value)
                .build()
        });
        let created = self
            .api
            .create_change_set()
            .stack_name(self.stack)
            .change_set_name(&name)
            .change_set_type(kind)
            .template_body(template)
            .set_parameters(Some(parameters.collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .send()
            .await
            .map_err(|error| sentence(&error.into_service_error()))?;
        loop {
            let described = self
                .api
                .describe_change_set()
                .change_set_name(created.id().unwrap())
                .send()
                .await
                .unwrap();
            match described.status() {
                Some(ChangeSetStatus::CreateComplete | ChangeSetStatus::Failed) => {
                    return Ok(described);
                }
                _ => tokio::task::yield_now().await,
            }
        }
    }

    /// Executes a change set and waits until the stack has come to rest.
    pub(crate) async fn execute(
        &self,
        set: &DescribeChangeSetOutput,
        disable_rollback: bool,
    ) -> Stack {
        self.api
            .execute_change_set()
            .change_set_name(set.change_set_id().unwrap())
            .disable_rollback(disable_rollback)
            .send()
            .await
            .unwrap();
        self.rest(set.stack_id().unwrap()).await
    }

    /// [`Driver::plan`] and [`Driver::execute`].
    pub(crate) async fn deploy(
        &mut self,
        kind: ChangeSetType,
        template: &str,
        parameters: &[(&str, &str)],
    ) -> Stack {
        let set = self.plan(kind, template, parameters).await.unwrap();
        assert_eq!(
            set.status(),
            Some(&ChangeSetStatus::CreateComplete),
            "{:?}",
            set.status_reason()
        );
        self.execute(&set, false).await
    }

    pub(crate) async fn delete(&self) -> Stack {
        let id = self
            .describe(self.stack)
            .await
            .stack_id()
            .unwrap()
            .to_owned();
        self.api
            .delete_stack()
            .stack_name(self.stack)
            .send()
            .await
            .unwrap();
        self.rest(&id).await
    }

    pub(crate) async fn rest(&self, id: &str) -> Stack {
        loop {
            let stack = self.describe(id).await;
            if !stack
                .stack_status()
                .unwrap()
                .as_str()
                .ends_with("_IN_PROGRESS")
            {
                return stack;
            }
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn describe(&self, name: &str) -> Stack {
        let described = self
            .api
            .describe_stacks()
            .stack_name(name)
            .send()
            .await
            .unwrap();
        described.stacks()[0].clone()
    }

    /// Status and logical id of every event, oldest first.
    pub(crate) async fn events(&self, id: &str) -> Vec<String> {
        let events = self
            .api
            .describe_stack_events()
            .stack_name(id)
            .send()
            .await
            .unwrap();
        let mut lines: Vec<String> = events
            .stack_events()
            .iter()
            .map(|event| {
                format!(
                    "{} {}",
                    event.logical_resource_id().unwrap(),
                    event.resource_status().unwrap().as_str()
                )
            })
            .collect();
        lines.reverse();
        lines
    }

    /// The reason of the newest event of a resource that has this status.
    pub(crate) async fn reason(&self, id: &str, resource: &str, status: &str) -> String {
        let events = self
            .api
            .describe_stack_events()
            .stack_name(id)
            .send()
            .await
            .unwrap();
        events
            .stack_events()
            .iter()
            .find(|event| {
                event.logical_resource_id() == Some(resource)
                    && event.resource_status().unwrap().as_str() == status
            })
            .and_then(|event| event.resource_status_reason())
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) async fn physical(&self, resource: &str) -> String {
        let detail = self
            .api
            .describe_stack_resource()
            .stack_name(self.stack)
            .logical_resource_id(resource)
            .send()
            .await
            .unwrap();
        let detail = detail.stack_resource_detail().unwrap().clone();
        detail.physical_resource_id().unwrap_or_default().to_owned()
    }
}

pub(crate) fn sentence(error: &impl ProvideErrorMetadata) -> String {
    format!(
        "{}: {}",
        error.code().unwrap_or_default(),
        error.message().unwrap_or_default()
    )
}

pub(crate) fn output(stack: &Stack, key: &str) -> String {
    stack
        .outputs()
        .iter()
        .find(|output| output.output_key() == Some(key))
        .and_then(|output| output.output_value())
        .unwrap_or_default()
        .to_owned()
}

pub(crate) fn status(stack: &Stack) -> StackStatus {
    stack.stack_status().unwrap().clone()
}
