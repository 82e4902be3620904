//! Deleting: whole stacks, what an update no longer needs, and what was made in vain.

use std::collections::BTreeSet;

use super::super::order;
use super::super::stack::{Resource, Stack};
use super::super::status::{Operation, Phase, Status};
use super::super::template::Policy;
use super::apply::Step;
use super::{Job, Run};

impl Run {
    /// Deletes everything, last made first.
    pub(super) async fn delete_stack(&self) {
        let mut failed = Vec::new();
        for resource in self.with(|stack, _| backwards(stack)) {
            if !self
                .delete_resource(&resource, resource.deletion_policy != Policy::Delete)
                .await
            {
                failed.push(resource.logical);
            }
        }
        for leftover in self.with(|stack, _| std::mem::take(&mut stack.leftovers)) {
            self.delete_former(&leftover).await;
        }
        if failed.is_empty() {
            self.with(|stack, now| {
                stack.deleted = Some(now);
                stack.enter(Status(Operation::Delete, Phase::Complete), None, now);
            });
        } else {
            let reason = format!(
                "The following resource(s) failed to delete: [{}].",
                failed.join(", ")
            );
            self.enter(Status(Operation::Delete, Phase::Failed), Some(&reason));
        }
    }

    /// Deletes what a successful update has replaced or no longer has.
    pub(super) async fn clean_up(&self, job: &Job, journal: Vec<Step>) {
        let mut former: Vec<Resource> = self.with(|stack, _| std::mem::take(&mut stack.leftovers));
        former.extend(journal.into_iter().filter_map(|step| match step {
            Step::Replaced(old) => Some(*old),
            _ => None,
        }));
        for resource in former.iter().rev() {
            self.delete_former(resource).await;
        }
        let wanted: BTreeSet<String> = self.still_wanted(job);
        let removed: Vec<Resource> = self.with(|stack, _| {
            let old_order = job.before.as_ref().map(|before| &before.template);
            let mut resources = ordered(stack, old_order);
            resources.retain(|resource| !wanted.contains(&resource.logical));
            resources
        });
        for resource in removed {
            let retained = resource.deletion_policy != Policy::Delete;
            if self.delete_resource(&resource, retained).await {
                self.with(|stack, _| stack.resources.shift_remove(&resource.logical));
            }
        }
    }

    /// An update that failed and is not rolled back keeps what it has replaced for the next one.
    pub(super) fn keep_leftovers(&self, journal: Vec<Step>) {
        self.with(|stack, _| {
            for step in journal {
                let Step::Replaced(old) = step else {
                    continue;
                };
                match stack.resources.get_mut(&old.logical) {
                    // The replacement was never made: the old one stays in its place.
                    Some(resource) if resource.physical.is_none() => {
                        let (status, reason) = (resource.status, resource.reason.clone());
                        *resource = *old;
                        resource.status = status;
                        resource.reason = reason;
                    }
                    _ => stack.leftovers.push(*old),
                }
            }
        });
    }

    /// Deletes a resource of the stack, or leaves it to itself; answers whether it is gone.
    pub(super) async fn delete_resource(&self, resource: &Resource, retained: bool) -> bool {
        let name = resource.logical.as_str();
        let Some(physical) = &resource.physical else {
            self.mark(name, Operation::Delete, Phase::Complete, None);
            return true;
        };
        if retained {
            self.mark(name, Operation::Delete, Phase::Skipped, None);
            return true;
        }
        self.mark(name, Operation::Delete, Phase::InProgress, None);
        match self
            .handler(resource)
            .delete(physical, &resource.properties)
            .await
        {
            Ok(()) => {
                self.mark(name, Operation::Delete, Phase::Complete, None);
                true
            }
            Err(error) => {
                self.mark(
                    name,
                    Operation::Delete,
                    Phase::Failed,
                    Some(&error.reason()),
                );
                false
            }
        }
    }

    /// Deletes a physical resource that another one has taken the place of.
    pub(super) async fn delete_former(&self, resource: &Resource) {
        let Some(physical) = &resource.physical else {
            return;
        };
        let record = |phase: Phase, reason: Option<&str>| {
            self.with(|stack, now| {
                stack.record(resource, Status(Operation::Delete, phase), reason, now);
            });
        };
        if resource.update_replace_policy != Policy::Delete {
            record(Phase::Skipped, None);
            return;
        }
        record(Phase::InProgress, None);
        match self
            .handler(resource)
            .delete(physical, &resource.properties)
            .await
        {
            Ok(()) => record(Phase::Complete, None),
            Err(error) => record(Phase::Failed, Some(&error.reason())),
        }
    }

    /// Deletes what a failed creation has left, whatever the policies say: it never was whole.
    pub(super) async fn discard(&self, resource: &Resource) {
        let unfinished = Resource {
            update_replace_policy: Policy::Delete,
            ..resource.clone()
        };
        self.delete_former(&unfinished).await;
    }

    fn still_wanted(&self, job: &Job) -> BTreeSet<String> {
        job.wanted
            .template
            .resources
            .keys()
            .filter(|name| self.is_wanted(job, name).unwrap_or(true))
            .cloned()
            .collect()
    }
}

/// The resources that exist, each before what it was made after.
pub(super) fn backwards(stack: &Stack) -> Vec<Resource> {
    let template = stack.deployed.as_ref().map(|deployed| &deployed.template);
    ordered(stack, template)
}

fn ordered(stack: &Stack, template: Option<&super::super::template::Template>) -> Vec<Resource> {
    let order = template
        .and_then(|template| order::order(template).ok())
        .unwrap_or_default();
    let place = |resource: &Resource| order.iter().position(|name| *name == resource.logical);
    let mut resources: Vec<Resource> = stack
        .resources
        .values()
        .filter(|resource| {
            resource.status.0 != Operation::Delete || resource.status.1 == Phase::Failed
        })
        .cloned()
        .collect();
    resources.sort_by_key(|resource| std::cmp::Reverse(place(resource)));
    resources
}
