//! The steps that cargo can do alone.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use super::toolbox::Toolbox;
use crate::shell::Shell;
use crate::tidy;
use cli::workspace;

/// A toolchain may have been installed without its tools.
fn have(sh: &Shell, tool: &str) -> Result<()> {
    let there = cmd!(sh, "cargo {tool} --version");
    if there.quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(());
    }
    let component = if tool == "fmt" { "rustfmt" } else { tool };
    Ok(cmd!(sh, "rustup component add {component}").run()?)
}

pub(super) fn fmt(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    have(sh, "fmt")?;
    Ok(cmd!(sh, "cargo fmt --all --check").run()?)
}

pub(super) fn tidy(_: &Toolbox) -> Result<()> {
    tidy::run(&workspace::root(), &tidy::Options::default())
}

/// The packages and features that tests and their helpers are built with. With others, cargo would build half of the
/// dependencies again.
pub(super) const EVERYTHING: [&str; 4] = [
    "--workspace",
    "--features",
    "voicelink-local-cloud/attack-test,voicelink-local-cloud/dynamodb",
    "--locked",
];

pub(super) fn clippy(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    have(sh, "clippy")?;
    Ok(cmd!(
        sh,
        "cargo clippy {EVERYTHING...} --all-targets -- -D warnings"
    )
    .run()?)
}

pub(super) fn doc(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo doc --workspace --no-deps --locked")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?)
}

/// A file that tests leave for a judge where a variable names it.
pub(super) struct Recording {
    variable: &'static str,
    file: &'static str,
    /// Which tests leave it.
    tests: &'static [&'static str],
}

/// Every answer of a skill.
pub(super) const RESPONSES: Recording = Recording {
    variable: "RESPONSE_RECORDING",
    file: "responses.jsonl",
    tests: &[
        "-p",
        "voicelink-models",
        "-p",
        "skill",
        "-p",
        "voicelink-skill-kit",
        "--test",
        "it",
    ],
};

/// Every call that our client of SMAPI can make.
pub(super) const SMAPI_CALLS: Recording = Recording {
    variable: "SMAPI_RECORDING",
    file: "smapi-client.jsonl",
    tests: &["-p", "voicelink-local-cloud", "--test", "it", "smapi::"],
};

impl Recording {
    /// The file, which the step `test` has left, or else these tests alone leave.
    pub(super) fn made(&self, toolbox: &Toolbox) -> Result<PathBuf> {
        let (sh, tests) = (&toolbox.sh, self.tests);
        let path = toolbox.folder.join(self.file);
        if !toolbox.has_tested.get() {
            sh.remove_path(&path)?;
            cmd!(sh, "cargo test {tests...}")
                .env(self.variable, &path)
                .run()?;
        }
        Ok(path)
    }
}

pub(super) fn test(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let mut tests = cmd!(sh, "cargo test {EVERYTHING...}");
    for recording in [RESPONSES, SMAPI_CALLS] {
        let path = toolbox.folder.join(recording.file);
        sh.remove_path(&path)?;
        tests = tests.env(recording.variable, path);
    }
    tests.run()?;
    toolbox.has_tested.set(true);
    Ok(())
}

/// What others take is complete without the rest of the repository, as far as cargo looks at it.
pub(super) fn package(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(
        sh,
        "cargo package --workspace --exclude xtask --exclude local --exclude skill --exclude bench --no-verify --allow-dirty --locked"
    )
    .run()?)
}

pub(super) fn render(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo xtask render --check").run()?)
}

pub(super) fn docs(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo xtask docs --check").run()?)
}
