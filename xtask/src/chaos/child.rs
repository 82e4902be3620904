//! A deployment in a process of its own.

use std::path::Path;
use std::process::{Output, Stdio};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

/// What a deployment that ends by itself came to.
#[derive(Debug)]
pub(super) enum Ended {
    Well,
    /// With an error for people; the last line of stderr.
    Refused(String),
}

/// This program, with a home of its own and nobody's credentials.
pub(super) fn command(program: &Path, home: &Path) -> Command {
    let mut command = cli::child::task(program);
    command
        .env("VOICELINK_LOCAL_STAGE", home.join("local-stage.json"))
        .env("VOICELINK_DIST", home.join("dist"))
        // A stage on this machine answers at once, or never.
        .env("VOICELINK_CALL_TIMEOUT", "5")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    // Ctrl-C is for us: a stage must not end before the deployments to it.
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Begins a deployment.
pub(crate) fn deploy(
    program: &Path,
    home: &Path,
    stack_file: &Path,
    bundle: &Path,
) -> Result<Child> {
    command(program, home)
        .args(["deploy", "local", "--json", "--yes"])
        .arg("--stack")
        .arg(stack_file)
        .arg("--bundle")
        .arg(bundle)
        .arg("--out")
        .arg(home.join("dist"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start a deployment")
}

/// Waits for a deployment to end by itself.
pub(super) async fn ended(child: Child) -> Result<Ended> {
    let Output { status, stderr, .. } = child.wait_with_output().await?;
    if status.success() {
        return Ok(Ended::Well);
    }
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    let last = stderr.lines().last().unwrap_or_default();
    if !last.starts_with("error[") {
        bail!(
            "a deployment ended with {status} and no clear error: {}",
            stderr.trim()
        );
    }
    let said: Vec<&str> = stderr.lines().filter(|line| is_told(line)).collect();
    Ok(Ended::Refused(said.join("; ")))
}

/// True for a line of stderr that says why a command has failed.
pub(crate) fn is_told(line: &str) -> bool {
    let starts = ["cause:", "hint:", "error["];
    starts.iter().any(|start| line.starts_with(start))
}
