//! Change sets: what an execution would do, worked out before it is done.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::diff::Change;
use super::drift::Reality;
use super::import::Import;
use super::stack::Deployed;

/// What happens when an execution fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnFailure {
    Rollback,
    DoNothing,
    Delete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeSetStatus {
    InProgress,
    Complete,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Execution {
    Unavailable,
    Available,
    InProgress,
    Complete,
    Failed,
}

#[derive(Debug)]
pub(super) struct ChangeSet {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) created: Timestamp,
    pub(super) status: ChangeSetStatus,
    pub(super) reason: Option<String>,
    pub(super) execution: Execution,
    pub(super) wanted: Arc<Deployed>,
    pub(super) capabilities: Vec<String>,
    /// The role that it is carried out with.
    pub(super) role: Option<String>,
    pub(super) on_failure: Option<OnFailure>,
    pub(super) changes: Vec<Change>,
    /// What it takes up.
    pub(super) imports: Vec<Import>,
    /// What was really there, of a change set that is to put it back.
    pub(super) reality: Option<Reality>,
    /// How often it has been asked after.
    pub(super) seen: u32,
}

impl ChangeSet {
    fn status_text(&self) -> &'static str {
        match self.status {
            ChangeSetStatus::InProgress => "CREATE_IN_PROGRESS",
            ChangeSetStatus::Complete => "CREATE_COMPLETE",
            ChangeSetStatus::Failed => "FAILED",
        }
    }

    fn execution_text(&self) -> &'static str {
        match self.execution {
            Execution::Unavailable => "UNAVAILABLE",
            Execution::Available => "AVAILABLE",
            Execution::InProgress => "EXECUTE_IN_PROGRESS",
            Execution::Complete => "EXECUTE_COMPLETE",
            Execution::Failed => "EXECUTE_FAILED",
        }
    }

    /// Whether it has been executed. Its name is free then, and only its ARN means it for sure.
    pub(super) fn is_executed(&self) -> bool {
        matches!(self.execution, Execution::Complete | Execution::Failed)
    }

    /// The status as refusals name it.
    pub(super) fn current(&self) -> &'static str {
        match self.execution {
            Execution::Unavailable | Execution::Available => self.status_text(),
            _ => self.execution_text(),
        }
    }

    /// The entry of `ListChangeSets`.
    pub(super) fn summary(&self, stack_id: &str, stack_name: &str) -> Value {
        json!({
            "StackId": stack_id,
            "StackName": stack_name,
            "ChangeSetId": self.id,
            "ChangeSetName": self.name,
            "ExecutionStatus": self.execution_text(),
            "Status": self.status_text(),
            "StatusReason": self.reason,
            "CreationTime": super::describe::time(self.created),
            "Description": self.description,
        })
    }

    /// The answer of `DescribeChangeSet`.
    pub(super) fn describe(&self, stack_id: &str, stack_name: &str, with_values: bool) -> Value {
        let mut answer = self.summary(stack_id, stack_name);
        answer["Parameters"] = super::describe::parameters(&self.wanted.parameters);
        answer["Capabilities"] = json!(self.capabilities);
        answer["Tags"] = super::describe::tags(&self.wanted.tags);
        answer["OnStackFailure"] = json!(self.on_failure.map(|on_failure| match on_failure {
            OnFailure::Rollback => "ROLLBACK",
            OnFailure::DoNothing => "DO_NOTHING",
            OnFailure::Delete => "DELETE",
        }));
        if self.reality.is_some() {
            answer["DeploymentMode"] = json!("REVERT_DRIFT");
        }
        answer["Changes"] = self
            .changes
            .iter()
            .map(|change| change.describe(with_values))
            .collect();
        answer
    }
}
