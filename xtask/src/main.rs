//! The commands of this repository: those of a project, and what its maintainers run.

mod bench;
mod chaos;
mod ci;
mod docs;
mod grid;
mod shell;
mod tidy;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _, Subcommand};
use cli::Cli;
use cli::failure::Failure;

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Project(cli::Command),
    /// Write the generated pages of the documentation
    #[command(after_help = "Example: cargo xtask docs --check")]
    Docs(docs::Options),
    /// Check rules that no compiler knows: dependencies, long files, links of the pages, words
    ///
    /// Prints every finding as `file:line: what`.
    #[command(after_help = "Example: cargo xtask tidy")]
    Tidy(tidy::Options),
    /// Kill deployments at every call they make, and see that the next run puts everything right
    ///
    /// Every deployment goes to a local stage of its own, at its worst: operations stay in
    /// progress, lists and permissions are late. The last line counts the points.
    #[command(after_help = "Example: cargo xtask chaos --sample 12")]
    Chaos(chaos::Options),
    /// Deploy every way to sign in that a stack file can name, and try each out
    ///
    /// As few combinations as show every two options together, or all of them with `--whole`. What a
    /// stack file may not say is counted, and not deployed. The last line counts.
    #[command(after_help = "Example: cargo xtask grid --whole")]
    Grid(grid::Options),
    /// Measure the Lambda next to the least that `lambda_runtime` can run
    #[command(after_help = "Example: cargo xtask bench --runs 100")]
    Bench(bench::Options),
    /// Run every check: format, lints, docs, tests, templates, judges and the story
    #[command(after_help = "Example: cargo xtask ci --only clippy")]
    Ci(ci::Options),
}

fn main() -> ExitCode {
    cli::start(env!("CARGO_MANIFEST_DIR"));
    let Cli { command, shared } = Cli::<Command>::parse();
    match command {
        Command::Project(command) => cli::run(command, shared, &Cli::<Command>::command()),
        Command::Docs(options) => cli::execute(shared, false, || done(docs::run(&options))),
        Command::Tidy(options) => cli::execute(shared, false, || {
            done(tidy::run(&cli::workspace::root(), &options))
        }),
        Command::Chaos(options) => {
            cli::execute(shared, false, || done(cli::block_on(chaos::run(options))))
        }
        Command::Grid(options) => {
            cli::execute(shared, false, || done(cli::block_on(grid::run(options))))
        }
        Command::Bench(options) => {
            cli::execute(shared, false, || done(cli::block_on(bench::run(options))))
        }
        Command::Ci(options) => cli::execute(shared, false, || done(ci::run(&options))),
    }
}

fn done<E: Into<Failure>>(result: Result<(), E>) -> Result<ExitCode, Failure> {
    result.map(|()| ExitCode::SUCCESS).map_err(Into::into)
}
