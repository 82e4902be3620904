//! The example of a skill of one's own: deployed to this machine, talked to together with its backend, and its table
//! judged by boto3 and by the AWS SDK for Rust; then the same with a queue.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret as _;
use xshell::{Cmd, cmd};

use cli::{child, local, output, workspace};

use super::report::Report;
use super::stage::{LocalProcess, no_other_stage};
use super::toolbox::Toolbox;

/// Where the example is.
pub(crate) const FOLDER: &str = "examples/taxi";
/// The key that the skill shows the backend.
const KEY: &str = "key-of-the-example";
/// The port that the example's stack file has the backend at.
const PORT: &str = "4750";

/// Deploys the example and talks to it, then measures it, then kills deployments of it.
pub(super) fn example(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    deployed(toolbox)?;
    reads_a_table(toolbox)?;
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo xtask chaos --project {FOLDER} --sample 12").run()?)
}

fn deployed(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let folder = toolbox.root.join(FOLDER);
    // Most of what it is built from has been built here.
    let target = workspace::target();
    let _in_folder = sh.push_dir(&folder);
    let stack = Path::new("stack.toml");
    let mut stage = LocalProcess::start_with(&folder, &target, stack)?;
    // Its templates are not committed: they are this version's.
    for name in ["render", "check"] {
        command(toolbox, &[name], stack).run()?;
    }
    set_secret(toolbox, stack)?;
    let report = deploy(toolbox, stack)?;
    let table = report.resource("AddressesTable")?;
    let backend = backend(toolbox, &stage, &report)?;
    talk(toolbox, stack).run()?;
    drop(backend);
    let python = toolbox.python_program("python")?;
    let judge = toolbox.judge("dynamodb.py");
    let access = &stage.access;
    let keys = local::variables(access);
    let device = access.urls.device.as_str();
    let sdk = toolbox.judge("dynamodb-sdk/Cargo.toml");
    for command in [
        cmd!(sh, "{python} {judge} --device {device} --table {table}"),
        cmd!(
            sh,
            "cargo run --quiet --locked --manifest-path {sdk} -- {device}"
        ),
    ] {
        command
            .envs(keys.iter().map(|(name, value)| (name, value)))
            .env("STAGE_TOKEN", access.token.expose_secret())
            .env("CARGO_TARGET_DIR", &target)
            .run()?;
    }
    stage.end(toolbox)?;
    super::queue::queue(toolbox)
}

/// A command of the example, with a stack file of it.
pub(super) fn command<'a>(toolbox: &'a Toolbox, words: &[&str], stack: &Path) -> Cmd<'a> {
    let sh = &toolbox.sh;
    cmd!(sh, "cargo xtask {words...} --stack {stack}").env("CARGO_TARGET_DIR", workspace::target())
}

pub(super) fn deploy(toolbox: &Toolbox, stack: &Path) -> Result<Report> {
    let told = command(toolbox, &["deploy", "--json"], stack);
    let report = Report::parse(&told.ignore_status().read()?)?;
    let resources = &report.resources;
    output::line(&format!("deployed, with {resources:?}"));
    Ok(report)
}

/// Holds the conversations of the example.
pub(super) fn talk<'a>(toolbox: &'a Toolbox, stack: &Path) -> Cmd<'a> {
    command(toolbox, &["talk"], stack)
}

/// Measures a start that reads a table. How quick it is says nothing on a busy machine; that it answers does.
fn reads_a_table(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let measured = cmd!(sh, "cargo xtask bench --table --runs 5 --requests 100").read()?;
    ensure!(
        measured.contains("linked, table"),
        "no table was read: {measured}"
    );
    output::line(&measured);
    Ok(())
}

/// Writes a secret as a person would, through stdin.
pub(super) fn set_secret(toolbox: &Toolbox, stack: &Path) -> Result<()> {
    let mut process = child::command("cargo")
        .args(["xtask", "secret", "set", "local", "backend-key", "--stack"])
        .arg(stack)
        .env("CARGO_TARGET_DIR", workspace::target())
        .current_dir(toolbox.root.join(FOLDER))
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let mut stdin = process.stdin.take().context("stdin is not a pipe")?;
    stdin.write_all(KEY.as_bytes())?;
    drop(stdin);
    let status = process.wait()?;
    ensure!(status.success(), "the secret was not written: {status}");
    Ok(())
}

/// The example's backend; it ends when this is dropped.
pub(super) struct Backend {
    process: Child,
    /// Read for the first line alone, and kept open: it goes on saying things.
    said: BufReader<ChildStdout>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        // It listens until it is ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) fn backend(toolbox: &Toolbox, stage: &LocalProcess, report: &Report) -> Result<Backend> {
    let urls = &stage.access.urls;
    let pool = report
        .user_pool_id
        .as_deref()
        .context("the example has a user pool")?;
    let mut process = child::command("cargo")
        .args(["run", "--quiet", "--package", "backend"])
        .current_dir(toolbox.root.join(FOLDER))
        .env("CARGO_TARGET_DIR", workspace::target())
        .env("PORT", PORT)
        .env("API_KEY", KEY)
        .env("ISSUER", format!("{}{pool}", urls.aws))
        .env("CLIENT_ID", &report.client_id)
        .env("SIGN_IN_URL", urls.sign_in.as_str())
        .env("SCOPE", "taxi/order")
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let stdout = process.stdout.take().context("stdout is not a pipe")?;
    let mut backend = Backend {
        process,
        said: BufReader::new(stdout),
    };
    let mut line = String::new();
    backend.said.read_line(&mut line)?;
    ensure!(
        line.starts_with("listening"),
        "the backend said “{}”",
        line.trim()
    );
    Ok(backend)
}
