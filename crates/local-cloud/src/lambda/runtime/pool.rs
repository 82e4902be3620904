//! The processes of one version: warm ones first, new ones when all are busy.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};

use super::super::function::Blueprint;
use super::package::Package;
use super::recorder::Recorder;
use super::sandbox::{Request, Run, Sandbox, fail};
use super::{Failure, Host, Outcome};

/// How many events of one version are worked on at the same time; more wait.
const MOST_PROCESSES: usize = 4;

/// The processes of one version. Dropping it ends them.
#[derive(Debug)]
pub(in super::super) struct Pool {
    host: Arc<Host>,
    blueprint: Arc<Blueprint>,
    package: OnceCell<Arc<Package>>,
    idle: Mutex<Vec<Sandbox>>,
    free: Semaphore,
}

impl Pool {
    /// No process is started before the first event.
    pub(in super::super) fn new(host: Arc<Host>, blueprint: Arc<Blueprint>) -> Self {
        Self {
            host,
            blueprint,
            package: OnceCell::new(),
            idle: Mutex::default(),
            free: Semaphore::new(MOST_PROCESSES),
        }
    }

    /// Has one event worked on.
    pub(in super::super) async fn run(&self, request: Request) -> Outcome {
        // The semaphore is never closed.
        let _turn = self.free.acquire().await;
        loop {
            let (mut sandbox, is_new) = match self.warm() {
                Some(sandbox) => (sandbox, false),
                None => match self.start(&request.id).await {
                    Ok(sandbox) => (sandbox, true),
                    Err(outcome) => return outcome,
                },
            };
            match sandbox.run(&request).await {
                Run::Served(outcome) => {
                    self.idle().push(sandbox);
                    return outcome;
                }
                Run::Broken(outcome) => return outcome,
                // A process that ends between two events is replaced; one that asks for its first
                // event and ends is at fault.
                Run::Untouched if !is_new => {}
                Run::Untouched => {
                    let how = "Runtime exited without providing a reason".to_owned();
                    return self.fail(&Failure::Exit(how), &request.id);
                }
            }
        }
    }

    /// A process that is waiting for an event.
    fn warm(&self) -> Option<Sandbox> {
        let mut idle = self.idle();
        idle.retain(Sandbox::is_alive);
        idle.pop()
    }

    async fn start(&self, request_id: &str) -> Result<Sandbox, Outcome> {
        if *self.host.stop.borrow() {
            return Err(self.fail(&Failure::Stopped, request_id));
        }
        let package = self
            .package
            .get_or_try_init(|| self.host.package(&self.blueprint.code))
            .await
            .map_err(|failure| self.fail(&failure, request_id))?;
        Sandbox::start(&self.host, &self.blueprint, package.clone(), request_id).await
    }

    /// A failure before there was a process.
    fn fail(&self, failure: &Failure, request_id: &str) -> Outcome {
        let recorder = Recorder::new(&self.host, &self.blueprint);
        recorder.start(request_id);
        fail(
            failure,
            &self.blueprint,
            &recorder,
            request_id,
            Duration::ZERO,
        )
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sandbox>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
