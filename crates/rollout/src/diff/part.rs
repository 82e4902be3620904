//! The parts of a plan, one for each step, and what agreeing to them allows.

use serde::{Serialize, Serializer};

use super::change::Change;
use crate::error::Error;
use crate::progress::Step;

/// What a deployment would do, step by step in the order of the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// One part for each step, whether it has something to do or not.
    pub parts: Vec<Part>,
}

/// Who may say no to a plan before anything is changed.
pub type Approve<'a> = &'a (dyn Fn(&Plan) -> Result<(), Error> + Sync);

/// What one step would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The step.
    #[serde(serialize_with = "as_text")]
    pub step: Step,
    /// What would be done, in words; absent when nothing would.
    pub action: Option<String>,
    /// When customers of the live version notice; absent when there is none, or when they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_users: Option<LiveUsers>,
    /// Whether everything is known. The rest depends on what does not exist yet, and is planned
    /// again when it does.
    pub complete: bool,
    /// Whether a failed operation is to be finished, so that any resource may be created.
    #[serde(skip)]
    pub resumes: bool,
    /// What would be added, changed or removed.
    pub changes: Vec<Change>,
    /// How many things stay as they are.
    pub unchanged: usize,
}

/// When customers of a live skill notice a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiveUsers {
    /// As soon as it is made: the live version uses the very thing.
    AtOnce,
    /// When the development version is certified the next time.
    NextCertification,
}

fn as_text<S: Serializer>(step: &Step, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(step)
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.to_do().next().is_none()
    }

    /// The parts that have something to do.
    pub fn to_do(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.action.is_some())
    }

    /// The part of a step.
    pub(crate) fn part(&self, step: &Step) -> Option<&Part> {
        self.parts.iter().find(|part| part.step == *step)
    }
}

impl Part {
    /// A step without anything to do.
    pub fn nothing(step: Step) -> Self {
        Self {
            step,
            action: None,
            live_users: None,
            complete: true,
            resumes: false,
            changes: Vec::new(),
            unchanged: 0,
        }
    }

    /// A step that is done if there are changes.
    pub(crate) fn of(step: Step, action: &str, changes: Vec<Change>, unchanged: usize) -> Self {
        Self {
            action: (!changes.is_empty()).then(|| action.to_owned()),
            changes,
            unchanged,
            ..Self::nothing(step)
        }
    }

    /// Whether nothing is in the other part that is not also in this one, from the same values to
    /// the same values.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        other.changes.iter().all(|change| self.has(change))
    }

    /// Whether a change is in this part, from the same values to the same values.
    pub(crate) fn has(&self, change: &Change) -> bool {
        self.changes.iter().any(|own| own.includes(change))
    }

    /// Whether who agreed to this part has agreed to the other one.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.action.is_none() || (self.action.is_some() && self.uncovered(other).is_empty())
    }

    /// What of the other part was not agreed to.
    pub(crate) fn uncovered<'part>(&self, other: &'part Self) -> Vec<&'part Change> {
        let agreed = |change: &Change| self.changes.iter().any(|own| own.covers(change));
        let changes = other.changes.iter();
        changes.filter(|change| !agreed(change)).collect()
    }
}
