//! Carrying out a change set that takes up what exists.

use super::super::import::Import;
use super::super::order;
use super::super::resources::Actual;
use super::super::stack::Resource;
use super::super::status::{Operation, Phase, Status};
use super::{Job, Run};

impl Run {
    /// Takes up every resource, or none.
    pub(super) async fn import(&self, job: &Job) -> Result<(), String> {
        let order = order::order(&job.wanted.template).map_err(|error| error.message)?;
        for name in order {
            let import = job.imports.iter().find(|import| import.logical == name);
            let Some(import) = import else {
                continue;
            };
            if let Err(reason) = self.take_up(job, import).await {
                self.mark(&name, Operation::Import, Phase::Failed, Some(&reason));
                return Err(format!(
                    "The following resource(s) failed to import: [{name}]."
                ));
            }
            self.mark(&name, Operation::Import, Phase::Complete, None);
        }
        Ok(())
    }

    async fn take_up(&self, job: &Job, import: &Import) -> Result<(), String> {
        let name = import.logical.as_str();
        let declaration = &job.wanted.template.resources[name];
        let resource = self.with(|stack, now| {
            let resource = Resource::new(name, declaration, now);
            stack.resources.insert(name.to_owned(), resource.clone());
            let in_progress = Status(Operation::Import, Phase::InProgress);
            stack.mark(name, in_progress, None, now);
            Some(resource)
        });
        let Some(resource) = resource else {
            return Ok(());
        };
        let properties = self.declared(job, name)?;
        let physical = import.physical();
        let handler = self.handler(&resource);
        let gone = || {
            format!(
                "Resource of type '{}' with identifier '{physical}' was not found.",
                import.resource_type
            )
        };
        let actual = handler.read(&physical, &properties).await;
        if actual.map_err(|error| error.reason())? == Actual::Gone {
            return Err(gone());
        }
        let made = handler.take_up(&physical, &properties).await;
        let made = made.map_err(|error| error.reason())?;
        self.with(|stack, _| {
            if let Some(resource) = stack.resources.get_mut(name) {
                resource.physical = Some(made.physical);
                resource.attributes = made.attributes;
                resource.properties = properties;
            }
        });
        Ok(())
    }

    /// Lets go of what was taken up; nothing of it is touched.
    pub(super) fn let_go(&self, job: &Job, failure: &str) {
        let in_progress = Status(Operation::ImportRollback, Phase::InProgress);
        self.enter(in_progress, Some(failure));
        self.with(|stack, _| {
            for import in &job.imports {
                stack.resources.shift_remove(&import.logical);
            }
            stack.deployed.clone_from(&job.before);
        });
        self.enter(Status(Operation::ImportRollback, Phase::Complete), None);
    }
}
