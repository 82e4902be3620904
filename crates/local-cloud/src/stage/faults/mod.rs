//! Making the stage fail on purpose, where a real cloud sometimes does.
//!
//! Calls of a deployment (AWS, the Skill Management API and Login with Amazon) are numbered from
//! the moment somebody asks for it, and a rule says what goes wrong with the n-th of them.
//! `/control/faults` of the device listener sets the rules and reads the calls.

mod answer;
mod call;
mod control;
mod gate;
mod newer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_access::faults::{CallRecord, Fault, Rule};
use serde_json::Value;
use tokio::sync::watch;

pub(crate) use self::control::doors;
pub(crate) use self::gate::{Gate, Service};
use self::newer::Newer;
use crate::cloudformation::Failures;

/// The rules of a stage and the calls that they met. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    inner: Arc<Inner>,
    /// Resources of stacks that are to fail.
    failures: Failures,
}

#[derive(Debug, Default)]
struct Inner {
    plan: Mutex<Plan>,
    /// Counts how often the rules were set; who is held waits for the next time.
    generation: watch::Sender<u64>,
    /// Whether a [`Fault::Halt`] has taken effect.
    halted: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Plan {
    /// Whether calls are being numbered.
    watching: bool,
    rules: Vec<Rule>,
    /// Operations that whoever calls has no right to.
    denied: Vec<String>,
    /// Members of documents that the Skill Management API does not keep.
    forgotten: Vec<String>,
    /// Members that only a newer service knows.
    newer: Vec<Newer>,
    calls: Vec<CallRecord>,
    /// Calls that come after this one are not carried out.
    last: Option<usize>,
}

impl Faults {
    /// None yet.
    pub(crate) fn new(failures: Failures) -> Self {
        Self {
            inner: Arc::default(),
            failures,
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.inner
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts counting anew under these rules; calls that were held are dropped unanswered.
    fn set(&self, plan: Plan) {
        *self.plan() = Plan {
            watching: true,
            ..plan
        };
        self.inner.halted.send_replace(false);
        self.inner
            .generation
            .send_modify(|generation| *generation += 1);
    }

    fn calls(&self) -> Vec<CallRecord> {
        self.plan().calls.clone()
    }

    /// Numbers a call and says what is to go wrong with it.
    fn meet(&self, operation: String, mutating: bool, conflicts: Vec<u16>) -> Verdict {
        let mut plan = self.plan();
        if !plan.watching {
            return Verdict::Pass;
        }
        if plan.last.is_some() {
            drop(plan);
            self.inner.halted.send_replace(true);
            return Verdict::Hold;
        }
        let number = plan.calls.len() + 1;
        let denied = plan.denied.contains(&operation);
        plan.calls.push(CallRecord {
            number,
            operation,
            mutating,
            conflicts,
        });
        if denied {
            let refusal = Fault::Refuse {
                status: 403,
                retry_after_seconds: None,
            };
            return Verdict::Fail(number, refusal);
        }
        let fault = plan.rules.iter().find(|rule| rule.call == number);
        fault.map_or(Verdict::Pass, |rule| {
            Verdict::Fail(number, rule.fault.clone())
        })
    }

    /// Takes out of a document what the service does not keep; whether there was any.
    fn forget(&self, document: &mut Value) -> bool {
        fn take_out(document: &mut Value, names: &[String]) -> bool {
            let Some(members) = document.as_object_mut() else {
                return false;
            };
            let before = members.len();
            members.retain(|name, _| !names.contains(name));
            let mut found = members.len() < before;
            for member in members.values_mut() {
                found |= take_out(member, names);
            }
            found
        }
        take_out(document, &self.plan().forgotten)
    }

    /// Nothing after this call is carried out.
    fn stop_after(&self, number: usize) {
        self.plan().last = Some(number);
    }

    /// The halt after this call has taken effect, unless the rules were set again meanwhile.
    fn halted(&self, number: usize) {
        if self.plan().last == Some(number) {
            self.inner.halted.send_replace(true);
        }
    }

    /// Waits until the rules are set again.
    async fn until_set_again(&self) {
        let mut generation = self.inner.generation.subscribe();
        generation.mark_unchanged();
        // An error means that the stage is gone.
        let _ = generation.changed().await;
    }

    async fn until_halted(&self) {
        let mut halted = self.inner.halted.subscribe();
        // An error means that the stage is gone.
        let _ = halted.wait_for(|halted| *halted).await;
    }
}

/// What becomes of a call.
enum Verdict {
    Pass,
    Hold,
    Fail(usize, Fault),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(faults: &Faults) -> Verdict {
        faults.meet("sts GetCallerIdentity".to_owned(), false, Vec::new())
    }

    #[test]
    fn calls_are_counted_only_once_asked_for() {
        let faults = Faults::default();
        assert!(matches!(meet(&faults), Verdict::Pass));
        assert_eq!(faults.calls(), []);
        let rule = Rule {
            call: 2,
            fault: Fault::Reset,
        };
        faults.set(Plan {
            rules: vec![rule],
            ..Plan::default()
        });
        assert!(matches!(meet(&faults), Verdict::Pass));
        assert!(matches!(meet(&faults), Verdict::Fail(2, Fault::Reset)));
        assert!(matches!(meet(&faults), Verdict::Pass));
        assert_eq!(faults.calls().len(), 3);
    }

    #[test]
    fn after_a_halt_nothing_passes_until_the_rules_are_set_again() {
        let faults = Faults::default();
        faults.set(Plan::default());
        faults.stop_after(1);
        assert!(matches!(meet(&faults), Verdict::Hold));
        faults.set(Plan::default());
        assert!(matches!(meet(&faults), Verdict::Pass));
    }

    #[test]
    fn what_is_denied_is_refused_each_time() {
        let faults = Faults::default();
        faults.set(Plan {
            denied: vec!["sts GetCallerIdentity".to_owned()],
            ..Plan::default()
        });
        for _ in 0..2 {
            let refused = meet(&faults);
            assert!(matches!(
                refused,
                Verdict::Fail(_, Fault::Refuse { status: 403, .. })
            ));
        }
    }
}
