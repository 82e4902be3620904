//! A program under measurement, and what the kernel says about it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

/// A running program; killed when dropped.
pub(super) struct Process {
    child: Child,
    program: PathBuf,
}

impl Process {
    /// Starts a program with exactly this environment. What it logs goes nowhere, at the price
    /// of a write.
    pub(super) fn start(program: &Path, environment: &[(String, String)]) -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "with exactly this environment")]
        let mut command = Command::new(program);
        let child = command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self {
            child,
            program: program.to_owned(),
        })
    }

    /// Fails when the program has ended, with what it wrote last.
    pub(super) fn still_runs(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        let mut said = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            stderr.read_to_string(&mut said)?;
        }
        bail!("{} ended with {status}: {said}", self.program.display())
    }

    /// The time that all its threads have been running on a processor.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let tasks = self.proc("task");
        let mut total = Duration::ZERO;
        for task in fs::read_dir(&tasks).with_context(|| no_proc(&tasks))? {
            let path = task?.path().join("schedstat");
            let text = fs::read_to_string(&path).with_context(|| no_proc(&path))?;
            total += running_time(&text)
                .with_context(|| format!("{} has no time: {text}", path.display()))?;
        }
        Ok(total)
    }

    /// The most memory that was resident at any time, in KiB.
    pub(super) fn peak_memory(&self) -> Result<u64> {
        // The kernel counts cheaply while it runs, and exactly when it is asked to add up.
        let peak = self.kibibytes("status", "VmHWM")?;
        let now = self.kibibytes("smaps_rollup", "Rss")?;
        Ok(peak.max(now))
    }

    fn kibibytes(&self, file: &str, name: &str) -> Result<u64> {
        let path = self.proc(file);
        let text = fs::read_to_string(&path).with_context(|| no_proc(&path))?;
        field(&text, name).ok_or_else(|| anyhow!("{} has no {name}", path.display()))
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.child.id()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn no_proc(path: &Path) -> String {
    format!(
        "cannot read {}; measuring needs Linux, with scheduler statistics",
        path.display()
    )
}

/// The first field of
/// [schedstat](https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat), in
/// nanoseconds.
fn running_time(schedstat: &str) -> Option<Duration> {
    let nanoseconds = schedstat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// A value in KiB of a file of `name: value kB` lines.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Keeps this thread, and every thread and process that it starts, on one processor: what is
/// measured is work, not waking up another processor, and a small function has less than one.
#[cfg(target_os = "linux")]
pub(super) fn stay_on_one_processor() -> Result<()> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let allowed = sched_getaffinity(None).context("which processors may be used?")?;
    let last = (0..CpuSet::MAX_CPU)
        .rev()
        .find(|cpu| allowed.is_set(*cpu))
        .context("no processor may be used")?;
    let mut one = CpuSet::new();
    one.set(last);
    sched_setaffinity(None, &one).context("cannot stay on one processor")
}

/// Measuring needs `/proc`.
#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on_one_processor() -> Result<()> {
    bail!("bench reads /proc and runs what Lambda runs: run it on Linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_read() {
        let status = "Name:\tbootstrap\nVmHWM:\t    3072 kB\nVmRSS:\t    3000 kB\n";
        assert_eq!(field(status, "VmHWM"), Some(3072));
        assert_eq!(field(status, "VmSwap"), None);
        let time = running_time("2172773 10 1\n").unwrap();
        assert_eq!(time, Duration::from_nanos(2_172_773));
        assert_eq!(running_time(""), None);
    }
}
