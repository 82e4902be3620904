//! Going through the template: making, changing and replacing resources.

use serde_json::{Map, Value};

use super::super::intrinsics::{Evaluation, Unresolved};
use super::super::resources::HandlerError;
use super::super::stack::{self, Resource};
use super::super::status::{Operation, Phase, Status};
use super::super::{order, resources};
use super::{Job, Run};
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

/// What was done to a resource, so that it can be taken back or cleaned up.
pub(super) enum Step {
    Created(String),
    Updated(Box<Resource>),
    Replaced(Box<Resource>),
}

/// What a resource is to become.
struct Wanted {
    properties: Map<String, Value>,
}

impl Run {
    /// Carries out the template; on failure says which resources failed.
    pub(super) async fn apply(&self, job: &Job, journal: &mut Vec<Step>) -> Result<(), String> {
        let order = order::order(&job.wanted.template).map_err(|error| error.message)?;
        for name in order {
            match self.is_wanted(job, &name) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => return Err(error.message),
            }
            let existing = self.with(|stack, _| stack.resources.get(&name).cloned());
            let operation = match existing {
                Some(existing) if existing.exists() => self
                    .change(job, &existing, journal)
                    .await
                    .map_err(|()| "update"),
                unfinished => self
                    .make(job, &name, unfinished, journal)
                    .await
                    .map_err(|()| "create"),
            };
            if let Err(verb) = operation {
                return Err(format!(
                    "The following resource(s) failed to {verb}: [{name}]."
                ));
            }
        }
        Ok(())
    }

    pub(super) fn compute_outputs(&self, job: &Job) -> Result<(), String> {
        self.evaluate(job, stack::outputs)
            .map(|outputs| self.with(|stack, _| stack.outputs = outputs))
            .map_err(|error| error.message)
    }

    pub(super) fn is_wanted(&self, job: &Job, name: &str) -> Result<bool, AwsError> {
        let condition = job.wanted.template.resources[name].condition.as_deref();
        self.evaluate(job, |evaluation| evaluation.holds(condition))
    }

    fn evaluate<T>(
        &self,
        job: &Job,
        evaluate: impl FnOnce(&Evaluation<'_>) -> Result<T, Unresolved>,
    ) -> Result<T, AwsError> {
        let evaluated = self.with(|stack, _| {
            Some(evaluate(&Evaluation {
                template: &job.wanted.template,
                parameters: &job.wanted.parameters,
                region: &stack.region,
                stack_name: &stack.name,
                stack_id: &stack.id,
                resources: &stack.resources,
            }))
        });
        match evaluated {
            Some(evaluated) => evaluated.map_err(AwsError::from),
            None => Err(AwsError::new(500, "InternalFailure", "the stack is gone")),
        }
    }

    /// The properties of a resource, checked against its schema.
    fn properties(&self, job: &Job, name: &str) -> Result<Wanted, String> {
        let declaration = &job.wanted.template.resources[name];
        let properties = self
            .evaluate(job, |evaluation| {
                evaluation.members(&declaration.properties)
            })
            .map_err(|error| error.message)?;
        let Some(schema) = Schema::of(&declaration.resource_type) else {
            return Err(format!("{} has no schema", declaration.resource_type));
        };
        let properties = schema.coerce(Value::Object(properties));
        let violations = schema.violations(&properties);
        if !violations.is_empty() {
            return Err(format!(
                "Properties validation failed for resource {name} with message: [{}]",
                violations.join(", ")
            ));
        }
        match properties {
            Value::Object(properties) => Ok(Wanted { properties }),
            _ => Err("properties are not an object".to_owned()),
        }
    }

    /// The properties of a resource, as a template declares them.
    pub(super) fn declared(&self, job: &Job, name: &str) -> Result<Map<String, Value>, String> {
        self.properties(job, name).map(|wanted| wanted.properties)
    }

    async fn make(
        &self,
        job: &Job,
        name: &str,
        unfinished: Option<Resource>,
        journal: &mut Vec<Step>,
    ) -> Result<(), ()> {
        let declaration = &job.wanted.template.resources[name];
        // What an earlier creation has left half made is in the way of a new one.
        if let Some(unfinished) = unfinished.filter(Resource::is_half_made) {
            self.discard(&unfinished).await;
        }
        self.with(|stack, now| {
            let resource = Resource::new(name, declaration, now);
            stack.resources.insert(name.to_owned(), resource);
            let in_progress = Status(Operation::Create, Phase::InProgress);
            stack.mark(name, in_progress, None, now);
        });
        journal.push(Step::Created(name.to_owned()));
        let wanted = match self.properties(job, name) {
            Ok(wanted) => wanted,
            Err(reason) => return self.failed(name, Operation::Create, &reason),
        };
        match self.create(job, name, &wanted).await {
            Ok(()) => {
                self.mark(name, Operation::Create, Phase::Complete, None);
                Ok(())
            }
            Err(error) => self.failed(name, Operation::Create, &error.reason()),
        }
    }

    /// Creates the resource in its service and takes over what the service says of it.
    async fn create(&self, job: &Job, name: &str, wanted: &Wanted) -> Result<(), HandlerError> {
        let Some(resource) = self.with(|stack, _| stack.resources.get(name).cloned()) else {
            return Ok(());
        };
        let handler = self.handler(&resource);
        let properties = handler.tagged(&wanted.properties, &job.wanted.tags);
        let created = handler.create(&properties).await;
        self.with(|stack, now| {
            let (physical, attributes) = match &created {
                Ok(made) => (Some(made.physical.clone()), Some(made.attributes.clone())),
                Err(error) => (error.physical.clone(), None),
            };
            if let Some(resource) = stack.resources.get_mut(name) {
                resource.physical = physical;
                resource.properties.clone_from(&wanted.properties);
                resource.attributes = attributes.unwrap_or_default();
                if resource.physical.is_some() {
                    let resource = resource.clone();
                    let initiated = Some("Resource creation Initiated");
                    let operation = if resource.status.0 == Operation::Update {
                        Operation::Update
                    } else {
                        Operation::Create
                    };
                    stack.record(
                        &resource,
                        Status(operation, Phase::InProgress),
                        initiated,
                        now,
                    );
                }
            }
        });
        created.map(drop)
    }

    async fn change(
        &self,
        job: &Job,
        existing: &Resource,
        journal: &mut Vec<Step>,
    ) -> Result<(), ()> {
        let name = existing.logical.as_str();
        let declaration = &job.wanted.template.resources[name];
        let wanted = match self.properties(job, name) {
            Ok(wanted) => wanted,
            Err(reason) => {
                journal.push(Step::Updated(Box::new(existing.clone())));
                return self.failed(name, Operation::Update, &reason);
            }
        };
        let handler = self.handler(existing);
        let tags_before = job.before.as_ref().map_or(&[][..], |before| &before.tags);
        let before = handler.tagged(&existing.properties, tags_before);
        let after = handler.tagged(&wanted.properties, &job.wanted.tags);
        if before == after && existing.status.1 != Phase::Failed {
            self.with(|stack, _| {
                if let Some(resource) = stack.resources.get_mut(name) {
                    resource.declare(declaration);
                }
            });
            return Ok(());
        }
        let replaced = resources::needs_replacement(&existing.resource_type, &before, &after);
        let reason = replaced.then_some(
            "Requested update requires the creation of a new physical resource; hence creating \
             one.",
        );
        self.mark(name, Operation::Update, Phase::InProgress, reason);
        let outcome = if replaced {
            journal.push(Step::Replaced(Box::new(existing.clone())));
            self.with(|stack, _| {
                if let Some(resource) = stack.resources.get_mut(name) {
                    resource.physical = None;
                }
            });
            self.create(job, name, &wanted).await
        } else {
            journal.push(Step::Updated(Box::new(existing.clone())));
            self.update(existing, &before, &after, &wanted).await
        };
        match outcome {
            Ok(()) => {
                self.with(|stack, _| {
                    if let Some(resource) = stack.resources.get_mut(name) {
                        resource.declare(declaration);
                    }
                });
                self.mark(name, Operation::Update, Phase::Complete, None);
                Ok(())
            }
            Err(error) => self.failed(name, Operation::Update, &error.reason()),
        }
    }

    async fn update(
        &self,
        existing: &Resource,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
        wanted: &Wanted,
    ) -> Result<(), HandlerError> {
        let handler = self.handler(existing);
        let physical = existing.physical.clone().unwrap_or_default();
        let made = handler.update(&physical, before, after).await?;
        self.with(|stack, _| {
            if let Some(resource) = stack.resources.get_mut(&existing.logical) {
                resource.properties.clone_from(&wanted.properties);
                resource.attributes = made.attributes;
            }
        });
        Ok(())
    }

    fn failed(&self, name: &str, operation: Operation, reason: &str) -> Result<(), ()> {
        self.mark(name, operation, Phase::Failed, Some(reason));
        Err(())
    }
}
