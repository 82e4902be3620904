//! The commands that a project has: `cargo xtask --help`.
//!
//! A project's `xtask` is a package whose `main` is `cli::main(env!("CARGO_MANIFEST_DIR"))`. The
//! modules that are public here serve the commands that only this tool's own repository has.

mod alone;
pub mod ask_cli;
mod bootstrap;
mod browser;
pub mod build;
pub mod bundle;
mod card;
mod check;
pub mod child;
mod completions;
mod console;
mod crash;
pub mod deploy;
mod destroy;
mod dev;
mod device;
pub mod discovery;
mod draft;
pub mod environment;
mod existing_pool;
pub mod failure;
mod github;
mod init;
pub mod inputs;
mod link;
pub mod local;
mod locale;
mod login;
mod logins;
mod logs;
pub mod new;
pub mod output;
mod own_domain;
mod person;
mod plan;
pub mod progress;
mod question;
mod render;
mod say;
mod secret;
mod security_profile;
pub mod stack;
pub mod stage;
mod status;
mod talk;
mod test;
mod unlock;
mod verify;
mod web_page;
pub mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use rollout::guards::Guard;

use crate::failure::{Code, Failure};

/// Deploys an Alexa skill together with the user pool that its users sign in with.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
pub struct Cli<C: Subcommand> {
    /// The command, one of a project's or of a program that has more.
    #[command(subcommand)]
    pub command: C,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// Options that every command has.
#[derive(Debug, Clone, Copy, Args)]
pub struct Shared {
    /// Log every request to stderr: method, path, status, request id and duration
    #[arg(long, short, global = true)]
    verbose: bool,
}

/// The commands of a project.
#[derive(Debug, Subcommand)]
#[expect(
    private_interfaces,
    reason = "only this crate reads the options of a command"
)]
pub enum Command {
    /// Deploy the skill, its Lambda, its user pool and the account linking between them
    ///
    /// Without a stage, the default stage of stack.toml is deployed: `local`, which needs no
    /// account. It is started for the occasion unless `cargo xtask local` is running already, and
    /// the deployment is then tried out: an account is created and linked, and the skill is asked
    /// who is speaking. Running it again with nothing changed makes no change.
    #[command(after_help = "Example: cargo xtask deploy dev --yes")]
    Deploy(Deploy),
    /// Make a project of its own, which takes this tool by version
    #[command(after_help = new::HELP)]
    New(new::Options),
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
    /// Deploy to a local stage at each save: edit, and talk to the skill as it is now
    #[command(after_help = dev::HELP)]
    Dev(dev::Options),
    /// Start Alexa and AWS on this machine and keep them up
    #[command(after_help = "Example: cargo xtask local --port 4600")]
    Local(Local),
    /// Say something to the skill on the running local stage
    ///
    /// Without a text, one sentence after the other is read from the terminal, or from stdin, until
    /// an empty line or the end.
    #[command(after_help = say::HELP)]
    Say(say::Options),
    /// Link an account at the running local stage: start in the Alexa app, and sign in with a browser
    #[command(after_help = link::HELP)]
    Link(link::Options),
    /// Unlink what is linked at the running local stage
    #[command(after_help = link::HELP_OF_UNLINK)]
    Unlink(link::Unlink),
    /// Hold the conversations of files with the skill, and compare the answers
    #[command(after_help = talk::HELP)]
    Talk(talk::Options),
    /// Run the checks of a project: format, lints, tests, templates, skill package and conversations
    #[command(after_help = test::HELP)]
    Test,
    /// Write infra/templates/ and the skill package of a stage
    #[command(after_help = "Example: cargo xtask render --check")]
    Render(Render),
    /// Write, list and remove the secrets that the skill reads
    #[command(after_help = secret::HELP)]
    Secret(secret::Options),
    /// Add a language or country to the skill, or take one away
    #[command(after_help = locale::HELP)]
    Locale(locale::Options),
    /// Print what a shell needs to complete `cargo xtask`
    #[command(after_help = completions::HELP)]
    Completions(completions::Options),
    /// Build the Lambda's zip, the same from every checkout
    ///
    /// The zip is what a deployment uploads, and its SHA-256 what AWS and the notes of a release say
    /// of it: docs/ci.md. Another architecture than this machine's is built with
    /// cargo-zigbuild, which is installed under the target folder at first use.
    #[command(after_help = "Example: cargo xtask bundle --architecture arm64")]
    Bundle(bundle::Options),
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
    /// The stack file, which says what the stage has to have
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
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
    #[arg(long, conflicts_with_all = ["stack", "port", "record_smapi", "worst", "json"])]
    env: bool,
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

/// Runs the command that the arguments of this process name; `xtask` is the folder of the package that calls it,
/// in a project's root.
pub fn main(xtask: &str) -> ExitCode {
    start(xtask);
    let Cli { command, shared } = Cli::<Command>::parse();
    run(command, shared, &Cli::<Command>::command())
}

/// Prepares the process: where the project is, and what a crash says.
pub fn start(xtask: &str) {
    crash::install();
    workspace::built_in(xtask);
}

/// Runs a command of a project. `all` has every command of the program, for the shell to complete.
pub fn run(command: Command, shared: Shared, all: &clap::Command) -> ExitCode {
    let json = command.prints_json();
    execute(shared, json, || command.run(all))
}

/// Runs a command, and reports its failure, in JSON if that is what it prints.
pub fn execute(
    shared: Shared,
    json: bool,
    command: impl FnOnce() -> Result<ExitCode, Failure>,
) -> ExitCode {
    if shared.verbose {
        output::be_verbose();
    }
    command().unwrap_or_else(|failure| {
        failure.report(json);
        ExitCode::FAILURE
    })
}

impl Command {
    fn prints_json(&self) -> bool {
        match self {
            Self::Deploy(options) => options.json,
            Self::Init(options) => options.json,
            Self::Check(options) => options.json,
            Self::Plan(options) => options.json,
            Self::Status(options) => options.json,
            Self::Logs(options) => options.json,
            Self::Destroy(options) => options.json,
            Self::Unlock(options) => options.json,
            Self::Verify(options) => options.json,
            Self::Bootstrap(options) => options.json,
            Self::Talk(options) => options.json,
            Self::Bundle(options) => options.json,
            Self::Dev(options) => options.json,
            Self::Secret(options) => options.json(),
            Self::New(_)
            | Self::Test
            | Self::Login(_)
            | Self::Local(_)
            | Self::Locale(_)
            | Self::Say(_)
            | Self::Link(_)
            | Self::Unlink(_)
            | Self::Render(_)
            | Self::Completions(_) => false,
        }
    }

    fn run(self, all: &clap::Command) -> Result<ExitCode, Failure> {
        match self {
            Self::Deploy(options) => return block_on(deploy::run(options)),
            Self::New(options) => new::run(options)?,
            Self::Init(options) => init::run(options)?,
            Self::Check(options) => return check::run(&options),
            Self::Plan(options) => return block_on(plan::run(options)),
            Self::Status(options) => block_on(status::run(options))?,
            Self::Logs(options) => block_on(logs::run(options))?,
            Self::Destroy(options) => block_on(destroy::run(options))?,
            Self::Unlock(options) => block_on(unlock::run(options))?,
            Self::Verify(options) => return block_on(verify::run(options)),
            Self::Bootstrap(options) => block_on(bootstrap::run(options))?,
            Self::Login(options) => block_on(login::run(options))?,
            Self::Dev(options) => block_on(dev::run(options))?,
            Self::Local(options) => block_on(local::run(options))?,
            Self::Say(options) => block_on(say::run(options))?,
            Self::Link(options) => block_on(link::run(options))?,
            Self::Unlink(options) => block_on(link::unlink(options))?,
            Self::Talk(options) => return block_on(talk::run(options)),
            Self::Locale(options) => locale::run(options)?,
            Self::Render(options) => render::run(&options)?,
            Self::Completions(options) => completions::run(&options, all),
            Self::Bundle(options) => block_on(bundle::run(options))?,
            Self::Secret(options) => block_on(secret::run(options))?,
            Self::Test => test::run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs the work of a command.
pub fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Code::Io, format!("cannot start a runtime: {error}")))?
        .block_on(command)
}
