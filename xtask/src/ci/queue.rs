//! The example with its queue, on a local stage with ministack beside it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use infra::OwnResources;
use xshell::cmd;

use cli::{output, workspace};

use super::example::{self, FOLDER};
use super::ministack::Ministack;
use super::stage::LocalProcess;
use super::toolbox::Toolbox;

/// The beginning of the lines that have the queue.
const MARK: &str = "#:";
const SERVICES: &str = "cloudformation,dynamodb,sqs";
/// The emulator that the example names.
const EMULATOR: &str = "http://127.0.0.1:4566";
/// The permission for the queue, and another one.
const SEND: &str = "sqs:SendMessage";
const NOT_SEND: &str = "sqs:GetQueueAttributes";
/// Where taxis are ordered to in the conversations of the example.
const ORDERED: [&str; 2] = ["twelve harbour street", "hafenstraße zwölf"];

/// Deploys it, talks to it, has boto3 read the queue, and tries it without the permission.
pub(super) fn queue(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let emulator = Ministack::start(toolbox, SERVICES)?;
    let stack = uncommented(toolbox, &emulator.url)?;
    let mut stage =
        LocalProcess::start_with(&toolbox.root.join(FOLDER), &workspace::target(), &stack)?;
    example::set_secret(toolbox, &stack)?;
    let report = example::deploy(toolbox, &stack)?;
    let queue = report.resource("OrdersQueue")?;
    ensure!(
        queue.starts_with("http://localhost:"),
        "{queue} is not the emulator's"
    );
    let backend = example::backend(toolbox, &stage, &report)?;
    example::talk(toolbox, &stack).run()?;
    let python = toolbox.python_program("python")?;
    let judge = toolbox.judge("sqs.py");
    let endpoint = &emulator.url;
    let has = |addresses: &[&str]| {
        cmd!(
            sh,
            "{python} {judge} --endpoint {endpoint} --region eu-central-1 --queue {queue} {addresses...}"
        )
        .env("AWS_ACCESS_KEY_ID", "judge")
        .env("AWS_SECRET_ACCESS_KEY", "judge")
        .run()
    };
    has(&ORDERED)?;

    let text = sh.read_file(&stack)?;
    ensure!(text.contains(SEND), "{} lets nothing send", stack.display());
    sh.write_file(&stack, text.replace(SEND, NOT_SEND))?;
    example::deploy(toolbox, &stack)?;
    let talked = example::talk(toolbox, &stack).ignore_status().read()?;
    drop(backend);
    let log = example::command(toolbox, &["logs", "local"], &stack).read()?;
    let refused = log
        .lines()
        .find(|line| line.contains("AccessDenied") && line.contains(SEND));
    refused.with_context(|| format!("nothing was refused: {log}\n{talked}"))?;
    has(&[])?;
    output::line("without its permission the function sends nothing");
    stage.end(toolbox)
}

/// The stack file of the example with the lines that have the queue, in a folder that may be deleted.
fn uncommented(toolbox: &Toolbox, emulator: &str) -> Result<PathBuf> {
    let sh = &toolbox.sh;
    let copy = toolbox.folder.join("example-with-queue");
    for file in ["stack.toml", OwnResources::FILE] {
        let text = sh.read_file(toolbox.root.join(FOLDER).join(file))?;
        ensure!(text.contains(MARK), "{file} has no line with {MARK}");
        let lines = text
            .lines()
            .map(|line| line.strip_prefix(MARK).unwrap_or(line));
        let text = lines.collect::<Vec<_>>().join("\n") + "\n";
        sh.write_file(copy.join(file), text.replace(EMULATOR, emulator))?;
    }
    Ok(copy.join("stack.toml"))
}
