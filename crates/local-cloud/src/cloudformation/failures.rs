//! Resources that cannot be made, changed or deleted, because whoever drives the stage wants to see it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A resource that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Failure {
    /// The logical id, in whatever stack.
    resource: String,
    /// `CREATE`, `UPDATE` or `DELETE`.
    action: String,
    /// How often it works before.
    #[serde(default)]
    after: u32,
    /// How often it fails.
    times: u32,
    /// The sentence of the resource's service.
    reason: String,
}

/// The resources that are to fail. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failures(Arc<Mutex<Vec<Failure>>>);

impl Failures {
    /// These, in the place of those before.
    pub(crate) fn set(&self, failures: Vec<Failure>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failures;
    }

    /// The reason why an operation on a resource of a stack fails, if it is to.
    pub(super) fn strike(&self, logical: &str, action: &str) -> Option<String> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failures = failures.iter_mut();
        failures.find_map(|failure| failure.strike(logical, action))
    }
}

impl Failure {
    /// The reason, if this is what fails and it has not failed often enough.
    fn strike(&mut self, logical: &str, action: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_fails_as_often_as_it_was_told_to() {
        let failures = Failures::default();
        let failure = serde_json::from_str(
            r#"{"resource": "Function", "action": "UPDATE", "times": 2, "reason": "No."}"#,
        );
        failures.set(vec![failure.unwrap()]);
        assert_eq!(failures.strike("Function", "CREATE"), None);
        assert_eq!(failures.strike("Function", "UPDATE").unwrap(), "No.");
        assert!(failures.strike("Function", "UPDATE").is_some());
        assert_eq!(failures.strike("Function", "UPDATE"), None);
    }
}
