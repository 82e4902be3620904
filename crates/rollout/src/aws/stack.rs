//! One CloudFormation stack: observe, decide, act, verify.
//!
//! *Decide* is a pure function; everything that the rollout does to a stack goes through a change
//! set that is inspected before it is executed, and no other change set is executed than that one.

mod change_sets;
mod client;
mod failure;
mod part;
mod surplus;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use infra::stack_file::Region;

use crate::diff::create_only::CreateOnly;
use crate::template::Template;

pub use self::client::{Acted, StackClient};
pub(crate) use self::part::stack_part;
#[cfg(test)]
pub(crate) use self::part::take_up;

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
    /// Whether deleting the stack needs a separate decision.
    pub protected: bool,
    /// What exists already and is to be taken up instead of made.
    pub imports: Vec<Import>,
    /// The role that CloudFormation works with; without one, it works with our own rights.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html>
    pub role: Option<String>,
    /// Facts about types that are not this tool's own.
    pub create_only: CreateOnly,
}

/// A resource that exists, and the logical name that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The logical name.
    pub logical: String,
    /// The type, such as `AWS::Cognito::UserPool`.
    pub resource_type: String,
    /// The values of the type's primary identifier.
    pub identifier: BTreeMap<String, String>,
}

impl Desired {
    /// What exists already under this logical name.
    pub fn import(&self, logical: &str) -> Option<&Import> {
        self.imports.iter().find(|import| import.logical == logical)
    }

    /// A stack that is only to be read.
    pub fn reader(name: String, region: Region) -> Self {
        Self {
            name,
            region,
            template: String::new(),
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            protected: false,
            imports: Vec::new(),
            role: None,
            create_only: CreateOnly::default(),
        }
    }
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
    /// Create it around what exists already.
    Import,
    /// Go on where a failed operation stopped.
    Resume(String),
    /// Change it, for these reasons.
    Update(Vec<String>),
    /// Only switch termination protection on.
    Protect,
    /// Delete what a failed creation has left of a stack that holds nothing, and create it again.
    Recreate(String),
    /// Go on with a rollback that failed, then decide again.
    FinishRollback,
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
            Self::Import => f.write_str("create around what exists already"),
            Self::Resume(status) => write!(f, "resume after {status}"),
            Self::Update(reasons) => write!(f, "update {}", reasons.join(", ")),
            Self::Protect => f.write_str("switch on termination protection"),
            Self::Recreate(status) => write!(f, "create anew after {status}"),
            Self::FinishRollback => f.write_str("go on with the rollback that failed"),
            Self::Wait => f.write_str("wait for the operation in progress"),
            Self::Stuck => f.write_str("cannot go on from its present state"),
        }
    }
}

/// Whether a stack holds nothing: what it would hold may then be without a stack.
pub fn is_missing(observed: Option<&Observed>) -> bool {
    observed.is_none_or(|observed| match observed.status.as_str() {
        "REVIEW_IN_PROGRESS" => true,
        // A first import that failed; a later one would have left what was there.
        "IMPORT_ROLLBACK_COMPLETE" => observed.template.is_empty(),
        _ => false,
    })
}

/// Compares a stack with what it shall be.
pub fn decide(desired: &Desired, observed: Option<&Observed>) -> Decision {
    if is_missing(observed) && !desired.imports.is_empty() {
        return Decision::Import;
    }
    let Some(observed) = observed else {
        return Decision::Create;
    };
    match observed.status.as_str() {
        // The stack of a change set that was never executed.
        "REVIEW_IN_PROGRESS" => Decision::Create,
        "IMPORT_ROLLBACK_COMPLETE" if observed.template.is_empty() => {
            Decision::Recreate(observed.status.clone())
        }
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
        "UPDATE_ROLLBACK_FAILED" => Decision::FinishRollback,
        status if status.ends_with("_IN_PROGRESS") => Decision::Wait,
        _ => Decision::Stuck,
    }
}

fn decide_settled(desired: &Desired, observed: &Observed) -> Decision {
    let mut reasons = Vec::new();
    if !same_template(desired, observed) {
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

/// Whether the deployed template means what the desired one means. One that cannot be read is
/// another one.
fn same_template(desired: &Desired, observed: &Observed) -> bool {
    if desired.template.trim_end() == observed.template.trim_end() {
        return true;
    }
    // Parameters are compared by themselves.
    let read = |text: &str| Template::read(text, &desired.parameters);
    match (read(&desired.template), read(&observed.template)) {
        (Ok(desired), Ok(observed)) => desired.means_the_same(&observed),
        _ => false,
    }
}
