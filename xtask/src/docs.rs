//! `cargo xtask docs`: the pages of the documentation that are written by the program.

mod stack;

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};

use cli::failure::{Code, Failure, RolloutCode};
use cli::{environment, output, workspace};

use xshell::cmd;

use cli::Cli;

use crate::Command as Commands;
use crate::ci;
use crate::shell::Shell;

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail when a committed page is stale
    #[arg(long, conflicts_with = "screenshots")]
    check: bool,
    /// Take the screenshots of the local stage's page as well: docs/images
    #[arg(long)]
    screenshots: bool,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if options.screenshots {
        ci::screenshots().map_err(|error| Failure::new(Code::Io, format!("{error:#}")))?;
    }
    let pages = [
        (environment::PAGE, environment::page()),
        ("docs/commands.md", commands()),
        ("docs/doors.md", doors()?),
        ("docs/stack.md", stack::page()),
    ];
    let mut stale = Vec::new();
    for (path, text) in pages {
        let file = workspace::root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
            continue;
        }
        if options.check {
            stale.push(path);
            continue;
        }
        std::fs::write(&file, text).map_err(|error| {
            Failure::new(
                Code::Io,
                format!("cannot write {}: {error}", file.display()),
            )
        })?;
        output::line(path);
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Code::Stale,
        format!("not what the program says: {}", stale.join(", ")),
    )
    .hint("run `cargo xtask docs` and commit the result"))
}

/// Every door of a local stage, from the table that its routes are built from.
fn doors() -> Result<String, Failure> {
    let folder = workspace::root();
    let printed = Shell::new(&folder).and_then(|sh| {
        cmd!(
            sh,
            "cargo run --quiet --package voicelink-local-cloud --bin doors"
        )
        .read()
    });
    printed
        .map(|page| page + "\n")
        .map_err(|error| Failure::new(RolloutCode::Build, error.to_string()))
}

/// Every command as `--help` tells it.
fn commands() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask docs`; do not edit. -->\n\n# Commands\n\n\
         `cargo xtask COMMAND --help` says the same.\n",
    );
    // The same width wherever it is written.
    let mut all = Cli::<Commands>::command().term_width(100);
    all.build();
    for command in all.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        let help = help(command);
        // Writing into a string cannot fail.
        let _ = write!(page, "\n## {name}\n\n```text\n{help}\n```\n");
    }
    page
}

fn help(command: &mut Command) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_there_with_an_example() {
        let page = commands();
        let mut all = Cli::<Commands>::command().term_width(100);
        all.build();
        for command in all.get_subcommands_mut() {
            let name = command.get_name().to_owned();
            assert!(page.contains(&format!("\n## {name}\n")), "{name}");
            let help = help(command);
            let example = format!("cargo xtask {name}");
            let tail = help.split("Example").nth(1).unwrap_or_default();
            assert!(tail.contains(&example), "{name} has no example:\n{help}");
        }
    }
}
