//! A supervised process: started, watched, and killed with all that it has started.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};

use super::Failure;
use super::package::Package;

/// A supervised process.
#[derive(Debug)]
pub(super) struct Process {
    id: u32,
    /// How it ended, once it has.
    ended: watch::Receiver<Option<ExitStatus>>,
    kill: Option<oneshot::Sender<()>>,
}

impl Process {
    /// Watches a process until it ends, is given up, or the stage stops. The package stays on disk
    /// until then.
    pub(super) fn supervise(
        mut group: Group,
        mut stop: watch::Receiver<bool>,
        package: Arc<Package>,
    ) -> Self {
        let id = group.0.id().unwrap_or_default();
        let (kill, killed) = oneshot::channel();
        let (end, ended) = watch::channel(None);
        tokio::spawn(async move {
            let natural = tokio::select! {
                status = group.0.wait() => status.ok(),
                _ = killed => None,
                _ = stop.wait_for(|stop| *stop) => None,
            };
            kill_group(id);
            let status = match natural {
                Some(status) => Some(status),
                None => group.0.wait().await.ok(),
            };
            end.send_replace(Some(status.unwrap_or_default()));
            drop(package);
        });
        Self {
            id,
            ended,
            kill: Some(kill),
        }
    }

    /// Waits until the process has ended, and says how.
    pub(super) async fn ended(&mut self) -> Failure {
        match self.ended.wait_for(Option::is_some).await {
            Ok(status) => status.map_or(Failure::Stopped, how_it_ended),
            Err(_) => Failure::Stopped,
        }
    }

    pub(super) async fn kill(&mut self) {
        self.kill = None;
        self.ended().await;
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&self) -> bool {
        self.ended.borrow().is_none()
    }

    /// The most memory that it has had resident. Only Linux tells without more ado.
    pub(super) fn peak_megabytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }
}

/// A process that leads a group of its own; dropping it kills the group.
#[derive(Debug)]
pub(super) struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0.id() {
            kill_group(leader);
        }
    }
}

/// Ends a process and whatever it has started.
fn kill_group(leader: u32) {
    if let Some(leader) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // An error means that nobody is left.
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

/// Starts a process, as the leader of a group of its own. A file that was just written counts as busy while another thread, having
/// forked but not yet replaced itself, still holds it open for writing: that passes at once.
pub(super) async fn spawn(mut command: Command) -> Result<Group, Failure> {
    command.process_group(0).kill_on_drop(true);
    let mut tries = 0;
    loop {
        match command.spawn() {
            Ok(child) => return Ok(Group(child)),
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && tries < 50 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Err(error) => {
                return Err(Failure::InvalidEntrypoint(format!(
                    "fork/exec /var/task/bootstrap: {error}"
                )));
            }
        }
    }
}

/// In the words of Lambda's supervisor.
fn how_it_ended(status: ExitStatus) -> Failure {
    Failure::Exit(match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
        (None, None) => "Runtime exited".to_owned(),
    })
}
