//! Resources that cannot be made, changed or deleted.

use serde::{Deserialize, Serialize};

/// A resource that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StackFault {
    /// The logical id, in whatever stack.
    resource: String,
    /// `CREATE`, `UPDATE` or `DELETE`.
    action: String,
    /// How often it works before.
    #[serde(default)]
    after: u32,
    /// How often it fails.
    times: u32,
    /// What the resource's service says.
    reason: String,
}

impl StackFault {
    /// The reason, if this is what fails and it has not failed often enough.
    pub(super) fn strike(&mut self, logical: &str, action: &str) -> Option<String> {
        if self.resource != logical || self.action != action {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        (self.times > 0).then(|| {
            self.times -= 1;
            self.reason.clone()
        })
    }
}
