//! Creations and updates that Lambda goes on with after it has answered.
//! <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>

use std::sync::Arc;

use serde_json::{Value, json};

use super::function::Version;
use super::reference::LATEST;
use crate::base::pace::Pace;
use crate::base::pace::Progress;

/// A function that is being created or updated.
#[derive(Debug)]
pub(super) struct Unfinished {
    progress: Progress,
    /// The version that is invoked meanwhile; absent while the function is being created.
    before: Option<Arc<Version>>,
    /// The label of the version that the same call has published.
    published: Option<String>,
}

/// The state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    /// It is being created.
    Pending,
    /// It is `$LATEST`, and something about it is being changed.
    Updating,
}

impl Unfinished {
    /// A function is created, or is updated from `before`.
    pub(super) fn start(pace: Pace, before: Option<Arc<Version>>) -> Self {
        Self {
            progress: Progress::start(pace),
            before,
            published: None,
        }
    }

    /// The same call publishes a version as well.
    pub(super) fn publishing(&mut self, version: &Version) {
        self.published = Some(version.blueprint.version.clone());
    }

    pub(super) fn before(&self) -> Option<&Arc<Version>> {
        self.before.as_ref()
    }

    pub(super) fn seen(&mut self) {
        self.progress.seen();
    }

    pub(super) fn is_over(&self) -> bool {
        self.progress.is_over()
    }

    pub(super) fn state(&self, version: &Version) -> State {
        let label = &version.blueprint.version;
        if label == LATEST && self.before.is_some() {
            State::Updating
        } else if label == LATEST || self.published.as_ref() == Some(label) {
            State::Pending
        } else {
            State::Ready
        }
    }
}

impl State {
    /// Adds the members that tell it.
    pub(super) fn show(self, document: &mut Value) {
        let (reason, code) = ("The function is being created.", "Creating");
        match self {
            Self::Ready => {
                document["State"] = json!("Active");
                document["LastUpdateStatus"] = json!("Successful");
            }
            Self::Pending => {
                document["State"] = json!("Pending");
                document["StateReason"] = json!(reason);
                document["StateReasonCode"] = json!(code);
            }
            Self::Updating => {
                document["State"] = json!("Active");
                document["LastUpdateStatus"] = json!("InProgress");
                document["LastUpdateStatusReason"] = json!(reason);
                document["LastUpdateStatusReasonCode"] = json!(code);
            }
        }
    }
}
