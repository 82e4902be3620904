//! The steps that cargo can do alone.

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

pub(super) fn clippy(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    have(sh, "clippy")?;
    Ok(cmd!(
        sh,
        "cargo clippy --workspace --all-targets --features voicelink-local-cloud/attack-test,voicelink-local-cloud/dynamodb --locked -- -D warnings"
    )
    .run()?)
}

pub(super) fn doc(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo doc --workspace --no-deps --locked")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?)
}

pub(super) fn test(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(cmd!(sh, "cargo test --workspace --locked").run()?)
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
