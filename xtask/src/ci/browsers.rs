//! A local stage in a browser: attacked by pages of other sites, and used by people.
//!
//! The judge gets two stages with the same skill on them, one of which has no guard: what it cannot do
//! there, it has not tried here.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, anyhow, ensure};
use local_access::Access;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use xshell::cmd;

use super::presets::EMAIL;
use super::rust::EVERYTHING;
use super::stage;
use super::toolbox::Toolbox;
use cli::{build, child, discovery};

pub(super) fn browsers(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let judge = toolbox.node_judge("browsers")?;
    let chromium = judge.join("chromium.mjs");
    cmd!(sh, "node {chromium}").run()?;
    stage::no_other_stage()?;
    let mut stages = Stages::start(toolbox)?;
    let input = json!({
        "doors": stages.printed.doors,
        "guarded": stages.deploy(toolbox, "guarded", &stages.printed.guarded)?,
        "unguarded": stages.deploy(toolbox, "unguarded", &stages.printed.unguarded)?,
    });
    let _in_folder = sh.push_dir(&judge);
    cmd!(sh, "node --test-reporter=spec main.mjs")
        .stdin(input.to_string())
        .run()?;
    stages.end()
}

/// The example `attacked` of the local stage, as a process of its own.
struct Stages {
    process: Child,
    arrivals: TempDir,
    printed: Printed,
}

/// The line that it prints.
#[derive(Deserialize)]
struct Printed {
    guarded: Access,
    unguarded: Access,
    doors: Value,
}

impl Stages {
    fn start(toolbox: &Toolbox) -> Result<Self> {
        let sh = &toolbox.sh;
        let arrivals = TempDir::new()?;
        let folder = arrivals.path();
        let built = cmd!(
            sh,
            "cargo build {EVERYTHING...} --example attacked --message-format json-render-diagnostics"
        )
        .read()?;
        let program = build::executable(&built, "attacked").context("cargo built no example")?;
        let mut process = child::command(&program)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the stages")?;
        let stdout = process.stdout.take().context("stdout is not a pipe")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let printed = serde_json::from_str(&line).context("the stages did not start")?;
        Ok(Self {
            process,
            arrivals,
            printed,
        })
    }

    /// Puts the skill on one of them, and describes both to the judge.
    fn deploy(&self, toolbox: &Toolbox, name: &str, access: &Access) -> Result<Value> {
        let _announcement = discovery::announce(access).map_err(|failure| anyhow!("{failure}"))?;
        let report = stage::deploy_with(toolbox, EMAIL)?;
        Ok(json!({
            "access": access,
            "arrivals": self.arrivals.path().join(name).with_extension("jsonl"),
            "skillId": report.skill_id,
            "userPoolId": report.user_pool()?,
            "clientId": report.client_id,
        }))
    }

    fn end(&mut self) -> Result<()> {
        // They end with their standard input.
        drop(self.process.stdin.take());
        let status = self.process.wait()?;
        ensure!(status.success(), "the stages ended with {status}");
        Ok(())
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        // The error that brought us here says more.
        let _ = self.end();
    }
}
