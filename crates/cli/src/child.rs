//! Programs that the commands start, each with the environment that it needs and nothing else.
//!
//! This is the only module that starts a program: clippy.toml refuses `Command::new` everywhere else. Secrets of a deployment are in the environment of the commands; they are
//! none of cargo's business, whose build scripts and procedural macros are other people's code.

pub mod variables;

use std::ffi::OsString;
use std::path::Path;

/// A program with its part of this environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the environment of a program is decided"
)]
pub fn command(program: impl AsRef<Path>) -> std::process::Command {
    let program = program.as_ref();
    let mut command = std::process::Command::new(program);
    command.env_clear().envs(inherited(program));
    command
}

/// The same for a task.
pub fn task(program: impl AsRef<Path>) -> tokio::process::Command {
    command(program).into()
}

/// The cargo that has started this program, or the one on the PATH.
pub fn cargo() -> tokio::process::Command {
    task(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The variables of this process that a program gets.
pub fn inherited(program: &Path) -> impl Iterator<Item = (OsString, OsString)> {
    let name = program.file_stem().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    std::env::vars_os().filter(move |(variable, _)| {
        let variable = variable.to_str();
        variable.is_some_and(|variable| variables::is_for(&name, variable))
    })
}
