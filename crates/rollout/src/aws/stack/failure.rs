//! What CloudFormation says about an operation that failed, in one sentence.

use super::Desired;
use crate::aws::cloudformation::StackEvent;
use crate::error::{Code, Error};

/// CloudFormation has no code for this, only two sentences.
pub(super) fn says_nothing_to_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// The events of the operation that was begun last.
pub(super) fn last_operation(events: &[StackEvent]) -> &[StackEvent] {
    let begun = events
        .iter()
        .rposition(|event| event.reason.as_deref() == Some("User Initiated"));
    &events[begun.unwrap_or_default()..]
}

/// The status that the stack's own newest event tells, once it is no longer in progress.
pub(super) fn ended_as(events: &[StackEvent]) -> Option<&str> {
    let own = |event: &&StackEvent| event.physical == event.stack;
    let newest = events.iter().rev().find(own)?;
    let status = newest.status.as_str();
    (!status.is_empty() && !status.ends_with("_IN_PROGRESS")).then_some(status)
}

pub(super) fn failed_stack(desired: &Desired, status: &str, events: &[StackEvent]) -> Error {
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
        "IMPORT_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_FAILED" => failure.hint(
            "what exists was not touched; mend what the reason names and run the command again",
        ),
        "UPDATE_ROLLBACK_FAILED" => failure.hint(
            "mend what the reason names and run the command again; it goes on with the rollback \
             first",
        ),
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
pub(super) fn first_failure(events: &[StackEvent]) -> Option<(String, String)> {
    let failed = events.iter().find(|event| {
        let reason = event.reason.as_deref().unwrap_or_default();
        event.status.ends_with("_FAILED") && !reason.contains("cancelled")
    })?;
    let reason = failed.reason.as_deref().unwrap_or("no reason given");
    Some((
        format!("{} ({})", failed.logical, failed.kind),
        reason.to_owned(),
    ))
}
