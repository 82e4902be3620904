//! Counting what the rollout does to the outside world.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Outgoing calls so far, retries included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Calls {
    /// Calls that cannot change anything.
    pub reading: usize,
    /// Calls that may.
    pub mutating: usize,
}

/// Counts calls to AWS and to the Skill Management API. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct CallCounter {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    reading: AtomicUsize,
    mutating: AtomicUsize,
}

impl CallCounter {
    /// The calls counted until now.
    pub fn calls(&self) -> Calls {
        Calls {
            reading: self.counts.reading.load(Ordering::Relaxed),
            mutating: self.counts.mutating.load(Ordering::Relaxed),
        }
    }

    /// Counts one call.
    pub fn count(&self, mutating: bool) {
        let counter = if mutating {
            &self.counts.mutating
        } else {
            &self.counts.reading
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Whether an AWS operation only reads, by the verbs that AWS names its reading operations with.
pub fn is_reading(operation: &str) -> bool {
    ["Describe", "Detect", "Get", "Head", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

#[dyn_dispatch_hint]
impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let reading = config
            .load::<Metadata>()
            .is_some_and(|operation| is_reading(operation.name()));
        self.count(!reading);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_verb_counts_as_mutating() {
        assert!(is_reading("DescribeStacks"));
        assert!(is_reading("GetCallerIdentity"));
        assert!(!is_reading("ExecuteChangeSet"));
        assert!(!is_reading("Frobnicate"));
    }
}
