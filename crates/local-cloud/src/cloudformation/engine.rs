//! Carrying out what a change set says, and taking it back when it fails.

mod apply;
mod deletion;
mod importing;
mod rollback;

use std::sync::Arc;

use jiff::Timestamp;

use self::apply::Step;
use super::change_set::{Execution, OnFailure};
use super::import::Import;
use super::stack::{Deployed, Output, Resource, Stack};
use super::status::{Operation, Phase, Status};
use super::{CloudFormation, resources};

/// One operation on one stack.
struct Run {
    cloudformation: CloudFormation,
    stack_id: String,
    region: String,
}

/// What an execution needs besides.
struct Job {
    wanted: Arc<Deployed>,
    /// What was there before; to compare with, and to go back to.
    before: Option<Arc<Deployed>>,
    outputs_before: Vec<Output>,
    on_failure: OnFailure,
    creating: bool,
    /// What is taken up; nothing else is done then.
    imports: Vec<Import>,
}

/// Starts the execution of a change set on a stack that is locked.
pub(super) fn start_execution(
    cloudformation: &CloudFormation,
    stack: &mut Stack,
    wanted: Arc<Deployed>,
    on_failure: OnFailure,
    imports: Vec<Import>,
) {
    let creating = stack.status.0 == Operation::Review;
    let job = Job {
        before: stack.deployed.clone(),
        outputs_before: stack.outputs.clone(),
        wanted: wanted.clone(),
        on_failure,
        creating,
        imports,
    };
    let now = cloudformation.now();
    stack.updated = Some(now);
    let operation = if !job.imports.is_empty() {
        Operation::Import
    } else if creating {
        Operation::Create
    } else {
        Operation::Update
    };
    stack.deployed = Some(wanted);
    stack.enter(
        Status(operation, Phase::InProgress),
        Some("User Initiated"),
        now,
    );
    let run = Run::on(cloudformation, stack);
    tokio::spawn(async move { run.execute(job).await });
}

/// Starts the deletion of a stack that is locked.
pub(super) fn start_deletion(cloudformation: &CloudFormation, stack: &mut Stack) {
    let deleting = Status(Operation::Delete, Phase::InProgress);
    stack.enter(deleting, Some("User Initiated"), cloudformation.now());
    let run = Run::on(cloudformation, stack);
    tokio::spawn(async move {
        run.linger().await;
        run.delete_stack().await;
    });
}

/// Goes on with the rollback of a stack that is locked, where it failed.
pub(super) fn continue_rollback(cloudformation: &CloudFormation, stack: &mut Stack) {
    let rolling_back = Status(Operation::UpdateRollback, Phase::InProgress);
    stack.enter(rolling_back, Some("User Initiated"), cloudformation.now());
    let run = Run::on(cloudformation, stack);
    tokio::spawn(async move {
        run.linger().await;
        run.finish_rollback().await;
    });
}

impl Run {
    fn on(cloudformation: &CloudFormation, stack: &Stack) -> Self {
        Self {
            cloudformation: cloudformation.clone(),
            stack_id: stack.id.clone(),
            region: stack.region.clone(),
        }
    }

    async fn execute(&self, job: Job) {
        self.linger().await;
        let mut journal = Vec::new();
        let applied = if job.imports.is_empty() {
            match self.apply(&job, &mut journal).await {
                Ok(()) => self.compute_outputs(&job),
                Err(failure) => Err(failure),
            }
        } else {
            self.import(&job).await
        };
        let succeeded = applied.is_ok();
        match applied {
            Ok(()) => self.succeed(&job, journal).await,
            Err(failure) => self.fail(&job, journal, &failure).await,
        }
        self.with(|stack, _| {
            for set in &mut stack.change_sets {
                if set.execution == Execution::InProgress {
                    set.execution = if succeeded {
                        Execution::Complete
                    } else {
                        Execution::Failed
                    };
                }
            }
            stack.token = None;
        });
    }

    /// Takes its time, as the stage's pace says.
    async fn linger(&self) {
        self.with(|stack, _| stack.seen = 0);
        let seen = || self.with(|stack, _| stack.seen);
        self.cloudformation.shared.pace.linger(seen).await;
    }

    async fn succeed(&self, job: &Job, journal: Vec<Step>) {
        if !job.imports.is_empty() {
            self.enter(Status(Operation::Import, Phase::Complete), None);
            return;
        }
        if job.creating {
            self.enter(Status(Operation::Create, Phase::Complete), None);
            return;
        }
        self.enter(Status(Operation::Update, Phase::CleanupInProgress), None);
        self.clean_up(job, journal).await;
        self.enter(Status(Operation::Update, Phase::Complete), None);
    }

    async fn fail(&self, job: &Job, journal: Vec<Step>, failure: &str) {
        if !job.imports.is_empty() {
            self.let_go(job, failure);
            return;
        }
        match (job.creating, job.on_failure) {
            (true, OnFailure::DoNothing) => {
                self.enter(Status(Operation::Create, Phase::Failed), Some(failure));
            }
            (true, OnFailure::Rollback) => {
                let reason = format!("{failure} Rollback requested by user.");
                self.enter(
                    Status(Operation::Rollback, Phase::InProgress),
                    Some(&reason),
                );
                self.roll_back_creation().await;
            }
            (true, OnFailure::Delete) => {
                let reason = format!("{failure} Delete requested by user.");
                self.enter(Status(Operation::Delete, Phase::InProgress), Some(&reason));
                self.delete_stack().await;
            }
            (false, OnFailure::DoNothing) => {
                self.keep_leftovers(journal);
                self.enter(Status(Operation::Update, Phase::Failed), Some(failure));
            }
            (false, OnFailure::Rollback | OnFailure::Delete) => {
                let in_progress = Status(Operation::UpdateRollback, Phase::InProgress);
                self.enter(in_progress, Some(failure));
                self.roll_back_update(job, journal).await;
            }
        }
    }

    /// Looks at the stack, or changes it, without waiting for anything.
    fn with<T: Default>(&self, act: impl FnOnce(&mut Stack, Timestamp) -> T) -> T {
        let now = self.cloudformation.now();
        let mut stacks = self.cloudformation.lock();
        // A stack is never forgotten, not even when it is deleted.
        stacks
            .iter_mut()
            .find(|stack| stack.id == self.stack_id)
            .map(|stack| act(stack, now))
            .unwrap_or_default()
    }

    fn enter(&self, status: Status, reason: Option<&str>) {
        self.with(|stack, now| stack.enter(status, reason, now));
    }

    fn mark(&self, logical: &str, operation: Operation, phase: Phase, reason: Option<&str>) {
        self.with(|stack, now| stack.mark(logical, Status(operation, phase), reason, now));
    }

    fn handler(&self, resource: &Resource) -> resources::Handler<'_> {
        resources::Handler {
            services: &self.cloudformation.services,
            failures: &self.cloudformation.failures,
            shared: &self.cloudformation.shared,
            region: &self.region,
            stack_id: &self.stack_id,
            logical: resource.logical.clone(),
            resource_type: resource.resource_type.clone(),
        }
    }
}
