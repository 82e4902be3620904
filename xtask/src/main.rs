//! The commands of this workspace: `cargo xtask --help`.

mod alone;
mod ask_cli;
mod bench;
mod bootstrap;
mod build;
mod bundle;
mod chaos;
mod check;
mod child;
mod ci;
mod completions;
mod console;
mod crash;
mod deploy;
mod destroy;
mod discovery;
mod docs;
mod environment;
mod existing_pool;
mod failure;
mod github;
mod init;
mod inputs;
mod local;
mod login;
mod logins;
mod logs;
mod output;
mod own_domain;
mod person;
mod plan;
mod progress;
mod question;
mod render;
mod say;
mod security_profile;
mod stack;
mod stage;
mod status;
mod talk;
mod unlock;
mod verify;
mod web_page;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use rollout::guards::Guard;

use crate::failure::Failure;

/// Deploys an Alexa skill together with the user pool that its users sign in with.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Tell of every request on stderr: method, path, status, request id and duration
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Deploy the skill, its Lambda, its user pool and the account linking between them
    ///
    /// Without a stage, the default stage of stack.toml is deployed: `local`, which needs no
    /// account. It is started for the occasion unless `cargo xtask local` is running already, and
    /// the deployment is then tried out: an account is created and linked, and the skill is asked
    /// who is speaking. Running it again with nothing changed makes no change.
    #[command(after_help = "Example: cargo xtask deploy dev --yes")]
    Deploy(Deploy),
    /// Make this repository your own: names, how people sign in, regions and stages
    #[command(after_help = init::HELP)]
    Init(init::Options),
    /// Find what is in the way of a deployment, or of certification, without calling anybody
    #[command(after_help = check::HELP)]
    Check(check::Options),
    /// Say what a deployment would change in both clouds, by reading only
    ///
    /// Exit code 0: nothing to do; 2: there are changes; 1: an error.
    #[command(after_help = "Example: cargo xtask plan dev --markdown")]
    Plan(plan::Options),
    /// Tell what is deployed where: ids, URLs, versions and the last deployment
    #[command(after_help = "Example: cargo xtask status dev")]
    Status(status::Options),
    /// Tell what the skill has logged, from all regions that it runs in
    #[command(after_help = logs::HELP)]
    Logs(logs::Options),
    /// Remove the skill's Lambda from a stage, and the skill when asked to; people stay
    ///
    /// The user pool is kept, with everybody in it, and the next deployment uses it again. Only
    /// `--delete-users=STAGE` deletes it, and what a live version of the skill uses is kept even then.
    #[command(after_help = "Example: cargo xtask destroy dev --yes")]
    Destroy(destroy::Options),
    /// Break the lock of a stage, when the deployment that holds it does not end
    #[command(after_help = unlock::HELP)]
    Unlock(unlock::Options),
    /// Check what can be checked of a deployed stage without a person
    ///
    /// The authorize endpoint for every redirect URI, the sign-in page, the token endpoint, the issuer
    /// of tokens and its keys, the permission to invoke, account linking and the skill's status.
    /// Nothing is changed. `deploy` does it too, to a real stage.
    #[command(after_help = "Example: cargo xtask verify dev")]
    Verify(verify::Options),
    /// Sign in as an Amazon developer, for real stages
    #[command(after_help = login::HELP)]
    Login(login::Options),
    /// Make the roles with which GitHub Actions deploys a stage
    #[command(after_help = bootstrap::HELP)]
    Bootstrap(bootstrap::Options),
    /// Start Alexa and AWS on this machine and keep them up
    #[command(after_help = "Example: cargo xtask local --port 4600")]
    Local(Local),
    /// Say something to the skill on the running local stage
    ///
    /// Without a text, one sentence after the other is read from the terminal, or from stdin, until
    /// an empty line or the end.
    #[command(after_help = say::HELP)]
    Say(Say),
    /// Hold the conversations of files with the skill, and compare the answers
    #[command(after_help = talk::HELP)]
    Talk(talk::Options),
    /// Write infra/templates/ and the skill package of a stage
    #[command(after_help = "Example: cargo xtask render --check")]
    Render(Render),
    /// Write the pages of the documentation that follow from the code
    #[command(after_help = "Example: cargo xtask docs --check")]
    Docs(docs::Options),
    /// Print what a shell needs to complete `cargo xtask`
    #[command(after_help = completions::HELP)]
    Completions(completions::Options),
    /// Kill deployments at every call they make, and see that the next run puts everything right
    ///
    /// Every deployment goes to a local stage of its own, at its worst: operations stay in
    /// progress, lists and permissions are late. The last line counts the points.
    #[command(after_help = "Example: cargo xtask chaos --sample 12")]
    Chaos(chaos::Options),
    /// Build the Lambda's zip, the same from every checkout
    ///
    /// The zip is what a deployment uploads, and its SHA-256 what AWS and the notes of a release say
    /// of it: docs/ci.md. Another architecture than this machine's is built with
    /// cargo-zigbuild, which is installed under the target folder at first use.
    #[command(after_help = "Example: cargo xtask bundle --architecture arm64")]
    Bundle(bundle::Options),
    /// Measure the Lambda next to the least that `lambda_runtime` can run
    #[command(after_help = "Example: cargo xtask bench --runs 100")]
    Bench(bench::Options),
    /// Run every check: format, lints, docs, tests, templates, judges and the story
    #[command(after_help = "Example: cargo xtask ci --only clippy")]
    Ci(ci::Options),
}

#[derive(Debug, Args)]
struct Deploy {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Do not ask before a real stage is changed
    #[arg(long)]
    yes: bool,
    /// Print one JSON object as the last line of stdout
    #[arg(long)]
    json: bool,
    /// Write every exchange with the Skill Management API of a stage that this command starts to a
    /// file, without secrets
    #[arg(long, value_name = "FILE")]
    record_smapi: Option<PathBuf>,
    #[arg(long, value_name = "GUARD", help = plan::allow_help())]
    allow: Vec<Guard>,
    #[command(flatten)]
    files: deploy::Files,
}

#[derive(Debug, Args)]
struct Local {
    /// The first of five consecutive ports; free ones are taken when absent
    #[arg(long)]
    port: Option<u16>,
    /// Write every exchange with the Skill Management API to a file, without secrets
    #[arg(long, value_name = "FILE")]
    record_smapi: Option<PathBuf>,
    /// Behave as the real services do on a bad day: operations stay in progress, new skills and
    /// permissions are seen late
    #[arg(long)]
    worst: bool,
    /// Print the base URLs and the keys as one line of JSON
    #[arg(long)]
    json: bool,
    /// Start nothing: print the shell lines with which the AWS CLI, boto3 and ask-cli use the stage
    /// that is running
    #[arg(long, conflicts_with_all = ["port", "record_smapi", "worst", "json"])]
    env: bool,
}

#[derive(Debug, Args)]
struct Say {
    /// What you would say to the device
    text: Option<String>,
    /// The language of the device
    #[arg(long, default_value = "en-US")]
    locale: String,
    /// A speaker whom Alexa recognises, by any name [default: one whom Alexa does not recognise]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    voice: Option<String>,
    /// Print the whole answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Render {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Change nothing; fail when a committed template is stale
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    crash::install();
    let cli = Cli::parse();
    if cli.verbose {
        output::be_verbose();
    }
    let json = matches!(
        &cli.command,
        Command::Deploy(Deploy { json: true, .. })
            | Command::Init(init::Options { json: true, .. })
            | Command::Check(check::Options { json: true, .. })
            | Command::Plan(plan::Options { json: true, .. })
            | Command::Status(status::Options { json: true, .. })
            | Command::Logs(logs::Options { json: true, .. })
            | Command::Destroy(destroy::Options { json: true, .. })
            | Command::Unlock(unlock::Options { json: true, .. })
            | Command::Verify(verify::Options { json: true, .. })
            | Command::Bootstrap(bootstrap::Options { json: true, .. })
            | Command::Talk(talk::Options { json: true, .. })
            | Command::Bundle(bundle::Options { json: true, .. })
    );
    match run(cli.command) {
        Ok(code) => code,
        Err(failure) => {
            failure.report(json);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Deploy(options) => return block_on(deploy::run(options)),
        Command::Init(options) => init::run(options)?,
        Command::Check(options) => return check::run(&options),
        Command::Plan(options) => return block_on(plan::run(options)),
        Command::Status(options) => block_on(status::run(options))?,
        Command::Logs(options) => block_on(logs::run(options))?,
        Command::Destroy(options) => block_on(destroy::run(options))?,
        Command::Unlock(options) => block_on(unlock::run(options))?,
        Command::Verify(options) => return block_on(verify::run(options)),
        Command::Bootstrap(options) => block_on(bootstrap::run(options))?,
        Command::Login(options) => block_on(login::run(options))?,
        Command::Local(options) => block_on(local::run(options))?,
        Command::Say(options) => block_on(say::run(options))?,
        Command::Talk(options) => return block_on(talk::run(options)),
        Command::Render(options) => render::run(&options)?,
        Command::Docs(options) => docs::run(&options)?,
        Command::Completions(options) => completions::run(&options),
        Command::Chaos(options) => block_on(chaos::run(options))?,
        Command::Bundle(options) => block_on(bundle::run(options))?,
        Command::Bench(options) => block_on(bench::run(options))?,
        Command::Ci(options) => ci::run(&options)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("IO", format!("cannot start a runtime: {error}")))?
        .block_on(command)
}
