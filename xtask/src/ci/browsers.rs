//! A local stage in a browser: attacked by pages of other sites, and used by people.
//!
//! The judge gets two stages with the same skill on them, one of which has no guard: what it cannot do
//! there, it has not tried here.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, anyhow, ensure};
use local_access::Access;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use xshell::cmd;

use super::presets::EMAIL;
use super::rust::EVERYTHING;
use super::stage::{self, OwnStage};
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

/// On the stage's page a person links an account, with each preset.
pub(super) fn page(toolbox: &Toolbox) -> Result<()> {
    let mut presets = toolbox.sh.read_dir(toolbox.root.join("infra/presets"))?;
    presets.sort();
    presets
        .iter()
        .try_for_each(|preset| link(toolbox, &preset.display().to_string(), None))
}

/// Takes the pictures of the page that the documentation shows.
pub(crate) fn screenshots() -> Result<()> {
    let toolbox = Toolbox::new()?;
    let folder = toolbox.root.join("docs/images");
    toolbox.sh.create_dir(&folder)?;
    link(&toolbox, EMAIL, Some(&folder))
}

/// Deploys a preset to a stage of its own, whose page a person opens and links an account on.
fn link(toolbox: &Toolbox, preset: &str, screenshots: Option<&Path>) -> Result<()> {
    let sh = &toolbox.sh;
    let judge = toolbox.node_judge("browsers")?;
    let own = OwnStage::start(None)?;
    let report = stage::deploy_with(toolbox, preset)?;
    let input = json!({
        "preset": preset,
        "access": own.access,
        "skillId": report.skill_id,
        "screenshots": screenshots,
    });
    let _in_folder = sh.push_dir(&judge);
    cmd!(sh, "node --test-reporter=spec presets.mjs")
        .stdin(input.to_string())
        .run()?;
    own.stop();
    Ok(())
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
            "project": self.arrivals.path().join(name),
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
