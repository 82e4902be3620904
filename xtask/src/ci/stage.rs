//! The steps that need a deployed local stage.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, anyhow, bail, ensure};
use infra::{StackFile, names};
use local_access::Access;
use local_access::program::Start;
use rollout::package::SourcePackage;
use secrecy::ExposeSecret as _;
use tokio::runtime::Runtime;
use xshell::cmd;

use super::presets;
use super::report::Report;
use super::rust;
use super::toolbox::Toolbox;
use cli::discovery::{self, Announcement};
use cli::{child, local, output, stack, workspace};

/// The command of the README, with a stage that lives as long as it does.
pub(super) fn story(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    deploy(toolbox)?;
    let report = deploy(toolbox)?;
    ensure!(report.calls.mutating > 0, "a new stage needs changes");
    for turn in &report.transcript {
        output::line(&format!("  “{}”\n      “{}”", turn.said, turn.heard));
    }
    // The first run has built whatever there was to build.
    report.check_times()
}

/// Every conversation, on a stage that the command starts itself.
pub(super) fn talk(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo xtask talk").run()?)
}

/// A stage that is kept up: found by other commands, not changed twice, ended cleanly.
pub(super) fn local(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    let sh = &toolbox.sh;
    let mut stage = LocalProcess::start(toolbox)?;
    deploy(toolbox)?;
    let again = deploy(toolbox)?;
    ensure!(
        again.calls.mutating == 0,
        "a second deployment made {} mutating calls",
        again.calls.mutating
    );
    let package = SourcePackage::read(&workspace::skill_package())?;
    let name = package.invocation_name("en-US")?;
    let said = cmd!(sh, "cargo xtask say --json")
        .arg(format!("open {name}"))
        .read()?;
    let answer: serde_json::Value = serde_json::from_str(&said)
        .with_context(|| format!("`say --json` printed no JSON: {said}"))?;
    ensure!(
        answer["card"]["type"] == "LinkAccount",
        "an unlinked launch was answered with {answer}"
    );
    stage.end(toolbox)
}

/// Everything that was said to SMAPI, judged by Amazon's specification of it, which also is what the
/// committed facts are reduced from.
pub(super) fn smapi_spec(toolbox: &Toolbox) -> Result<()> {
    let judge = toolbox.node_judge("smapi-spec")?;
    smapi_facts(
        toolbox,
        &judge.join("node_modules/ask-smapi-model/spec.json"),
    )?;
    let recording = toolbox.folder.join("smapi.jsonl");
    let stage = OwnStage::start(Some(recording.clone()))?;
    deploy(toolbox)?;
    deploy(toolbox)?;
    stage.stop();
    // A deployment does not call everything that our client can.
    let sh = &toolbox.sh;
    let client = rust::SMAPI_CALLS.made(toolbox)?;
    let _in_folder = sh.push_dir(&judge);
    cmd!(sh, "node --test").run()?;
    Ok(cmd!(sh, "node main.mjs {recording} {client}").run()?)
}

fn smapi_facts(toolbox: &Toolbox, specification: &Path) -> Result<()> {
    let text = toolbox.sh.read_file(specification)?;
    let specification = serde_json::from_str(&text).context("the specification is not JSON")?;
    if facts::smapi::is_stale(&specification)? {
        let fresh = toolbox.folder.join("smapi.json");
        toolbox
            .sh
            .write_file(&fresh, facts::smapi::text(&specification)?)?;
        bail!(
            "crates/facts/smapi.json is not the reduction of the pinned ask-smapi-model; review and \
             copy {}",
            fresh.display()
        );
    }
    Ok(())
}

/// What a deployment rendered, what the tests answered and the sample requests, compiled with
/// Amazon's types.
pub(super) fn types(toolbox: &Toolbox) -> Result<()> {
    let stage = OwnStage::start(None)?;
    let report = deploy(toolbox)?;
    stage.stop();
    let sh = &toolbox.sh;
    let recording = rust::RESPONSES.made(toolbox)?;
    let judge = toolbox.node_judge("types")?;
    let rendered = toolbox.root.join("dist").join(report.stage);
    let requests = toolbox.root.join("crates/models/tests/requests");
    let _in_folder = sh.push_dir(&judge);
    cmd!(sh, "node --test").run()?;
    Ok(cmd!(
        sh,
        "node main.mjs --rendered {rendered} --requests {requests} --recording {recording}"
    )
    .run()?)
}

/// `PyJWT` and boto3, on what was deployed to this machine.
pub(super) fn tokens(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let stage = OwnStage::start(None)?;
    let report = deploy_with(toolbox, presets::EMAIL)?;
    let arguments = &deployment(toolbox, &stage.access, &report)?;
    let read_back = toolbox.judge("readback.py");
    let keys = local::variables(&stage.access);
    let keys = || keys.iter().map(|(name, value)| (name, value));
    cmd!(sh, "{python} {read_back} {arguments...}")
        .envs(keys())
        .run()?;
    let device = stage.access.urls.device.as_str();
    let jwt = toolbox.judge("jwt_judge.py");
    cmd!(sh, "{python} {jwt} {arguments...} --device {device}")
        .envs(keys())
        .env("STAGE_TOKEN", stage.access.token.expose_secret())
        .run()?;
    stage.stop();
    presets::tell(toolbox, &[presets::EMAIL])
}

/// Deploys to the running stage, or to one of its own.
pub(super) fn deploy(toolbox: &Toolbox) -> Result<Report> {
    deploy_with(toolbox, "stack.toml")
}

/// The same with a stack file.
pub(super) fn deploy_with(toolbox: &Toolbox, stack: &str) -> Result<Report> {
    let sh = &toolbox.sh;
    // The report says more about a failure than the exit status.
    let stdout = cmd!(sh, "cargo xtask deploy --json --stack {stack}")
        .ignore_status()
        .read()?;
    let report = Report::parse(&stdout)?;
    report.check()?;
    output::line(&format!(
        "deployed with {} reads and {} writes: build {:.2} s, rollout {:.2} s, verify {:.2} s",
        report.calls.reading,
        report.calls.mutating,
        report.seconds.build,
        report.seconds.rollout,
        report.seconds.verify
    ));
    Ok(report)
}

/// What `judges/readback.py` calls the arguments of every judge of a deployment of that file.
fn deployment(toolbox: &Toolbox, access: &Access, report: &Report) -> Result<Vec<String>> {
    let stack_file = toolbox.root.join(presets::EMAIL);
    let text = toolbox.sh.read_file(&stack_file)?;
    let stack = StackFile::parse(&text, "stack.toml")?;
    let stage = report.stage.parse()?;
    let arguments = [
        ("--endpoint", access.urls.aws.to_string()),
        ("--region", report.region()?.to_owned()),
        (
            "--identity-stack",
            names::identity_stack(&stack.name, &stage),
        ),
        ("--skill-stack", names::skill_stack(&stack.name, &stage)),
        ("--skill-id", report.skill_id.clone()),
        ("--stack-file", stack_file.display().to_string()),
    ];
    Ok(arguments
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect())
}

pub(super) fn no_other_stage() -> Result<()> {
    match discovery::running() {
        Ok(None) => Ok(()),
        Ok(Some(access)) => Err(anyhow!(
            "a local stage is running (its AWS is at {}); end it first",
            access.urls.aws
        )),
        Err(failure) => Err(anyhow!("{failure}")),
    }
}

/// A stage of this process, found by the commands that are run beside it.
pub(super) struct OwnStage {
    pub(super) access: Access,
    runtime: Runtime,
    stage: local::OwnStage,
    _announcement: Announcement,
}

impl OwnStage {
    pub(super) fn start(record_smapi: Option<PathBuf>) -> Result<Self> {
        no_other_stage()?;
        let runtime = Runtime::new().context("cannot start a runtime")?;
        let start = Start {
            record_smapi,
            ..Start::default()
        };
        let stack = stack::read(Path::new("stack.toml")).map_err(|failure| anyhow!("{failure}"))?;
        let stage = runtime
            .block_on(local::start(start, &stack))
            .map_err(|failure| anyhow!("{failure}"))?;
        let access = stage.access.clone();
        let announcement = discovery::announce(&access).map_err(|failure| anyhow!("{failure}"))?;
        Ok(Self {
            access,
            runtime,
            stage,
            _announcement: announcement,
        })
    }

    pub(super) fn stop(self) {
        self.runtime.block_on(self.stage.stop());
    }
}

/// `cargo xtask local` as a process of its own; killed if a step fails meanwhile.
pub(super) struct LocalProcess {
    process: Child,
    pub(super) access: Access,
}

impl LocalProcess {
    fn start(toolbox: &Toolbox) -> Result<Self> {
        Self::start_with(&toolbox.root, &workspace::target(), Path::new("stack.toml"))
    }

    /// The stage of a project in another folder, with a stack file.
    pub(super) fn start_with(folder: &Path, target: &Path, stack: &Path) -> Result<Self> {
        let mut child = child::command("cargo")
            .args(["xtask", "local", "--json", "--stack"])
            .arg(stack)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run cargo")?;
        let stdout = child.stdout.take().context("stdout is not a pipe")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        match serde_json::from_str(&line) {
            Ok(access) => Ok(Self {
                process: child,
                access,
            }),
            Err(error) => {
                // It may be there all the same.
                let _ = child.kill();
                let _ = child.wait();
                Err(error).with_context(|| format!("`local --json` printed “{}”", line.trim()))
            }
        }
    }

    /// SIGTERM, as a service manager would send it.
    pub(super) fn end(&mut self, toolbox: &Toolbox) -> Result<()> {
        let sh = &toolbox.sh;
        let pid = self.process.id().to_string();
        cmd!(sh, "kill -TERM {pid}").run()?;
        let status = self.process.wait()?;
        ensure!(status.success(), "the stage ended with {status}");
        no_other_stage().context("the stage did not clean up after itself")
    }
}

impl Drop for LocalProcess {
    fn drop(&mut self) {
        // After a proper end there is nothing to kill, and that is no error.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
