//! Going back to what was there before.

use serde_json::Map;

use super::super::stack::{Deployed, Resource, Unrestored};
use super::super::status::{Operation, Phase, Status};
use super::super::template::Policy;
use super::apply::Step;
use super::deletion::backwards;
use super::{Job, Run};

type Tags = Vec<(String, String)>;

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
        let tags = |deployed: Option<&Deployed>| {
            deployed.map_or_else(Vec::new, |deployed| deployed.tags.clone())
        };
        let tags = (tags(job.before.as_deref()), tags(Some(&job.wanted)));
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
                    // An update that failed has not taken over its properties: the service still
                    // has the old ones, or a part of the new ones.
                    let changed = self.with(|stack, _| {
                        let current = stack.resources.get(&old.logical);
                        current.is_some_and(|current| current.status.1 != Phase::Failed)
                    });
                    if !self.restore((*old).clone(), changed, &tags).await {
                        failed.push((*old, changed));
                    }
                }
            }
        }
        self.with(|stack, _| {
            stack.deployed.clone_from(&job.before);
            stack.outputs.clone_from(&job.outputs_before);
        });
        let unrestored = Unrestored {
            old: failed,
            tags: tags.1,
            made,
        };
        self.end_rollback(unrestored).await;
    }

    /// Goes on with a rollback that failed.
    pub(super) async fn finish_rollback(&self) {
        let unrestored = self.with(|stack, _| stack.unrestored.take());
        let Unrestored { old, tags, made } = unrestored.unwrap_or_default();
        let tags = (self.with(|stack, _| stack.tags().to_vec()), tags);
        let mut failed = Vec::new();
        for (old, changed) in old {
            if !self.restore(old.clone(), changed, &tags).await {
                failed.push((old, changed));
            }
        }
        let unrestored = Unrestored {
            old: failed,
            tags: tags.1,
            made,
        };
        self.end_rollback(unrestored).await;
    }

    /// Deletes what the update has made, unless something could not be restored.
    async fn end_rollback(&self, unrestored: Unrestored) {
        if !unrestored.old.is_empty() {
            let names: Vec<&str> = unrestored
                .old
                .iter()
                .map(|(old, _)| &*old.logical)
                .collect();
            let reason = format!(
                "The following resource(s) failed to update: [{}].",
                names.join(", ")
            );
            self.with(|stack, _| stack.unrestored = Some(unrestored));
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
        for resource in unrestored.made {
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
    async fn restore(
        &self,
        old: Resource,
        changed: bool,
        (tags_before, tags_wanted): &(Tags, Tags),
    ) -> bool {
        let name = old.logical.clone();
        let handler = self.handler(&old);
        let current = self.with(|stack, _| stack.resources.get(&name).cloned());
        let after = handler.tagged(&old.properties, tags_before);
        let before = if changed {
            let properties = current.map_or_else(Map::new, |current| current.properties);
            handler.tagged(&properties, tags_wanted)
        } else {
            after.clone()
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
