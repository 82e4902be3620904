//! Going back to what was there before.

use serde_json::Map;

use super::super::stack::Resource;
use super::super::status::{Operation, Phase, Status};
use super::super::template::Policy;
use super::apply::Step;
use super::deletion::backwards;
use super::{Job, Run};

impl Run {
    /// Deletes what a failed creation has made. What is to be retained is retained even now, and
    /// then belongs to nobody.
    pub(super) async fn roll_back_creation(&self) {
        let mut failed = false;
        for resource in self.with(|stack, _| backwards(stack)) {
            let retained = resource.deletion_policy == Policy::Retain && !resource.is_half_made();
            failed |= !self.delete_resource(&resource, retained).await;
        }
        let phase = if failed {
            Phase::Failed
        } else {
            Phase::Complete
        };
        self.enter(Status(Operation::Rollback, phase), None);
    }

    /// Restores what an update has changed, then deletes what it has made.
    pub(super) async fn roll_back_update(&self, job: &Job, journal: Vec<Step>) {
        let mut made = Vec::new();
        let mut failed = Vec::new();
        for step in journal.into_iter().rev() {
            match step {
                Step::Created(name) => made.extend(self.take(&name)),
                Step::Replaced(old) => {
                    let name = old.logical.clone();
                    made.extend(self.take(&name));
                    self.put_back(*old);
                    self.mark(&name, Operation::Update, Phase::Complete, None);
                }
                Step::Updated(old) => {
                    let name = old.logical.clone();
                    if !self.restore(job, *old).await {
                        failed.push(name);
                    }
                }
            }
        }
        self.with(|stack, _| {
            stack.deployed.clone_from(&job.before);
            stack.outputs.clone_from(&job.outputs_before);
        });
        if !failed.is_empty() {
            let reason = format!(
                "The following resource(s) failed to update: [{}].",
                failed.join(", ")
            );
            self.enter(
                Status(Operation::UpdateRollback, Phase::Failed),
                Some(&reason),
            );
            return;
        }
        self.enter(
            Status(Operation::UpdateRollback, Phase::CleanupInProgress),
            None,
        );
        for resource in made {
            if resource.deletion_policy == Policy::Retain && !resource.is_half_made() {
                let skipped = Status(Operation::Delete, Phase::Skipped);
                self.with(|stack, now| stack.record(&resource, skipped, None, now));
            } else {
                self.discard(&resource).await;
            }
        }
        self.enter(Status(Operation::UpdateRollback, Phase::Complete), None);
    }

    /// Gives an updated resource its old properties back.
    async fn restore(&self, job: &Job, old: Resource) -> bool {
        let name = old.logical.clone();
        let handler = self.handler(&old);
        let tags = |deployed: Option<&super::Deployed>| {
            deployed
                .map(|deployed| deployed.tags.clone())
                .unwrap_or_default()
        };
        let current = self.with(|stack, _| stack.resources.get(&name).cloned());
        // An update that failed has not taken over its properties: the service still has the old
        // ones, or a part of the new ones.
        let update_failed = current
            .as_ref()
            .is_some_and(|current| current.status.1 == Phase::Failed);
        let properties = current.map_or_else(Map::new, |current| current.properties);
        let after = handler.tagged(&old.properties, &tags(job.before.as_deref()));
        let before = if update_failed {
            after.clone()
        } else {
            handler.tagged(&properties, &tags(Some(&job.wanted)))
        };
        self.mark(&name, Operation::Update, Phase::InProgress, None);
        let physical = old.physical.clone().unwrap_or_default();
        match handler.update(&physical, &before, &after).await {
            Ok(_) => {
                self.put_back(old);
                self.mark(&name, Operation::Update, Phase::Complete, None);
                true
            }
            Err(error) => {
                self.mark(
                    &name,
                    Operation::Update,
                    Phase::Failed,
                    Some(&error.reason()),
                );
                false
            }
        }
    }

    fn take(&self, name: &str) -> Option<Resource> {
        self.with(|stack, _| stack.resources.shift_remove(name))
    }

    fn put_back(&self, old: Resource) {
        self.with(|stack, _| {
            stack.resources.insert(old.logical.clone(), old);
        });
    }
}
