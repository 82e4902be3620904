//! `cargo xtask test`: the checks of a project.

use std::process::Command;

use crate::failure::{Code, Failure, RolloutCode};
use crate::{child, output, workspace};

pub(crate) const HELP: &str = "\
Every step is a command that can be run alone. The first that fails ends the run; the last line of
one that ends well is `ok: N steps`.

Example: cargo xtask test";

/// What is run, in order: a program and its arguments.
const STEPS: &[&[&str]] = &[
    &["cargo", "fmt", "--all", "--check"],
    &[
        "cargo",
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ],
    &["cargo", "test", "--workspace"],
    &["cargo", "xtask", "render", "--check"],
    &["cargo", "xtask", "check"],
    &["cargo", "xtask", "talk"],
];

pub(crate) fn run() -> Result<(), Failure> {
    for step in STEPS {
        let shown = step.join(" ");
        output::line(&format!("$ {shown}"));
        let status = command(step).status().map_err(|error| {
            Failure::new(RolloutCode::Build, format!("cannot run {shown}: {error}"))
                .hint("install Rust from https://rustup.rs")
        })?;
        if !status.success() {
            return Err(
                Failure::new(Code::Test, format!("{shown} ended with {status}"))
                    .hint("what it says above is to be mended; it can be repeated alone"),
            );
        }
    }
    output::line(&format!("ok: {} steps", STEPS.len()));
    Ok(())
}

fn command(step: &[&str]) -> Command {
    let (program, arguments) = step.split_first().unwrap_or((&"cargo", &[]));
    let mut command = child::command(program);
    command.args(arguments).current_dir(workspace::root());
    command
}
