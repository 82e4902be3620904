//! Statuses of stacks and of resources, which share their words.

use std::fmt;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Delete,
    Import,
    ImportRollback,
    Review,
    Rollback,
    Update,
    UpdateRollback,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    InProgress,
    /// Everything is in place; what is no longer needed is being deleted.
    CleanupInProgress,
    Complete,
    Failed,
    Skipped,
}

/// Such as `UPDATE_ROLLBACK_COMPLETE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status(pub(super) Operation, pub(super) Phase);

impl Status {
    pub(super) fn is_in_progress(self) -> bool {
        // A stack in review waits for its first change set and is not being worked on.
        matches!(self.1, Phase::InProgress | Phase::CleanupInProgress)
            && self.0 != Operation::Review
    }

    /// Whether a stack can be updated.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-describing-stacks.html>
    pub(super) fn is_updatable(self) -> bool {
        match self.1 {
            Phase::Complete => matches!(
                self.0,
                Operation::Create
                    | Operation::Update
                    | Operation::UpdateRollback
                    | Operation::Import
                    | Operation::ImportRollback
            ),
            // Only a stack whose rollback was disabled stays like this.
            Phase::Failed => matches!(self.0, Operation::Create | Operation::Update),
            Phase::InProgress | Phase::CleanupInProgress | Phase::Skipped => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match self.0 {
            Operation::Create => "CREATE",
            Operation::Delete => "DELETE",
            Operation::Import => "IMPORT",
            Operation::ImportRollback => "IMPORT_ROLLBACK",
            Operation::Review => "REVIEW",
            Operation::Rollback => "ROLLBACK",
            Operation::Update => "UPDATE",
            Operation::UpdateRollback => "UPDATE_ROLLBACK",
        };
        let phase = match self.1 {
            Phase::InProgress => "IN_PROGRESS",
            Phase::CleanupInProgress => "COMPLETE_CLEANUP_IN_PROGRESS",
            Phase::Complete => "COMPLETE",
            Phase::Failed => "FAILED",
            Phase::Skipped => "SKIPPED",
        };
        write!(formatter, "{operation}_{phase}")
    }
}
