//! Running functions: packages, processes, and the Runtime API that they speak.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
//!
//! One process serves one event at a time and stays warm for the next one, as an execution
//! environment of Lambda's does. What is not imitated: the sandbox (a function sees this machine's
//! files), the memory limit, freezing between events, and the second try after a failed start.

mod api;
mod binary;
mod output;
mod package;
mod pool;
mod process;
mod recorder;
mod sandbox;
mod variables;
mod workspace;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;
use url::Url;

use self::package::Package;
pub(super) use self::pool::Pool;
pub(super) use self::sandbox::Request;
use self::workspace::Workspace;
use super::code::Code;
use crate::aws::logs::Logs;
use crate::base::clock::Clock;
use crate::base::guard::door::DoorRow;
use crate::base::keys::Keys;

/// What all processes of a stage share.
#[derive(Debug)]
pub(super) struct Host {
    logs: Logs,
    clock: Clock,
    keys: Keys,
    /// Where functions reach AWS.
    aws: Url,
    /// `true` ends every process; whatever has to end first holds a receiver.
    stop: watch::Sender<bool>,
    /// Unpacked code by hash, as long as a version that runs it lives.
    packages: Mutex<HashMap<String, Weak<Package>>>,
    /// Where they are, once there are any; it goes with the last of them.
    workspace: Mutex<Weak<Workspace>>,
}

/// The doors of the Runtime API of each function.
pub(crate) fn doors() -> Vec<DoorRow> {
    api::doors()
        .iter()
        .map(|door| door.row("runtime"))
        .collect()
}

/// How an invocation ended.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The answer or the error document.
    pub(super) payload: Bytes,
    /// Whether the function failed.
    pub(super) failed: bool,
    /// What was logged meanwhile.
    pub(super) log: String,
    /// The figures of the report.
    pub(super) report: Value,
}

/// Why there is no answer, in Lambda's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    /// The package has no `bootstrap` that could be started.
    InvalidEntrypoint(String),
    /// The runtime reported that it cannot start.
    InitError(Bytes),
    /// The runtime did not ask for an event in time.
    InitTimeout,
    /// The process ended; the text is how.
    Exit(String),
    /// The process was still at it when the function's time was up.
    Timeout,
    /// The answer is larger than Lambda passes on; the number is its limit in bytes.
    TooLarge(usize),
    /// The stage is stopping.
    Stopped,
}

impl Host {
    pub(super) fn new(logs: Logs, clock: Clock, keys: Keys, aws: Url) -> Arc<Self> {
        Arc::new(Self {
            logs,
            clock,
            keys,
            aws,
            stop: watch::Sender::new(false),
            packages: Mutex::default(),
            workspace: Mutex::default(),
        })
    }

    /// Whoever holds the answer is waited for by [`Host::shutdown`].
    pub(super) fn guard(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Ends every process and waits until the last one is gone.
    pub(super) async fn shutdown(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }

    /// The unpacked code. The same code is unpacked once, however many versions have it.
    async fn package(self: &Arc<Self>, code: &Code) -> Result<Arc<Package>, Failure> {
        if let Some(package) = self.known_package(&code.sha256) {
            return Ok(package);
        }
        let unpacked = code.clone();
        let host = self.clone();
        let package = tokio::task::spawn_blocking(move || {
            let workspace = host.workspace().map_err(|error| {
                Failure::InvalidEntrypoint(format!(
                    "The local stage cannot make a directory in {}: {error}",
                    std::env::temp_dir().display()
                ))
            })?;
            Package::unpack(&unpacked.zip, workspace)
        })
        .await
        .map_err(|_| Failure::Stopped)??;
        let package = Arc::new(package);
        let mut packages = self.packages();
        packages.retain(|_, package| package.strong_count() > 0);
        packages.insert(code.sha256.clone(), Arc::downgrade(&package));
        Ok(package)
    }

    fn known_package(&self, sha256: &str) -> Option<Arc<Package>> {
        self.packages().get(sha256)?.upgrade()
    }

    fn packages(&self) -> MutexGuard<'_, HashMap<String, Weak<Package>>> {
        self.packages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn workspace(&self) -> io::Result<Arc<Workspace>> {
        let mut known = self
            .workspace
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(workspace) = known.upgrade() {
            return Ok(workspace);
        }
        let workspace = Arc::new(Workspace::create(&std::env::temp_dir())?);
        *known = Arc::downgrade(&workspace);
        Ok(workspace)
    }
}

impl Failure {
    /// `errorType` of the error document.
    fn kind(&self) -> &'static str {
        match self {
            Self::InvalidEntrypoint(_) => "Runtime.InvalidEntrypoint",
            Self::InitError(_) | Self::Exit(_) | Self::Stopped => "Runtime.ExitError",
            Self::InitTimeout | Self::Timeout => "Sandbox.Timedout",
            Self::TooLarge(_) => "Function.ResponseSizeTooLarge",
        }
    }

    /// What went wrong, without the request id.
    fn message(&self, timeout_seconds: u32) -> String {
        match self {
            Self::InvalidEntrypoint(reason) => reason.clone(),
            Self::InitError(_) => "Runtime failed to start".to_owned(),
            Self::InitTimeout => format!(
                "Task timed out after {:.2} seconds: the bootstrap did not ask for an event",
                sandbox::INIT_TIMEOUT.as_secs_f64()
            ),
            Self::Exit(how) => how.clone(),
            Self::Timeout => format!("Task timed out after {timeout_seconds}.00 seconds"),
            Self::TooLarge(limit) => format!(
                "Response payload size exceeded maximum allowed payload size ({limit} bytes)."
            ),
            Self::Stopped => "Runtime exited because the local stage is stopping".to_owned(),
        }
    }

    /// The document that the caller gets in place of an answer.
    fn document(&self, request_id: &str, timeout_seconds: u32) -> Bytes {
        if let Self::InitError(document) = self
            && !document.is_empty()
        {
            return document.clone();
        }
        let message = self.message(timeout_seconds);
        let message = match self {
            Self::TooLarge(_) => message,
            _ => format!("RequestId: {request_id} Error: {message}"),
        };
        let document = json!({ "errorType": self.kind(), "errorMessage": message });
        Bytes::from(document.to_string())
    }

    /// `Status` of the report.
    fn status(&self) -> &'static str {
        match self {
            Self::InitTimeout | Self::Timeout => "timeout",
            _ => "error",
        }
    }
}
