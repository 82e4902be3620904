//! The steps that cargo can do alone.

use anyhow::Result;
use xshell::{Shell, cmd};

use super::toolbox::Toolbox;

/// A toolchain may have been installed without its tools.
fn have(sh: &Shell, tool: &str) -> Result<()> {
    let there = Toolbox::as_person(cmd!(sh, "cargo {tool} --version"));
    if there.quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(());
    }
    let component = if tool == "fmt" { "rustfmt" } else { tool };
    Ok(Toolbox::as_person(cmd!(sh, "rustup component add {component}")).run()?)
}

pub(super) fn fmt(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    have(sh, "fmt")?;
    Ok(Toolbox::as_person(cmd!(sh, "cargo fmt --all --check")).run()?)
}

pub(super) fn clippy(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    have(sh, "clippy")?;
    Ok(Toolbox::as_person(cmd!(
        sh,
        "cargo clippy --workspace --all-targets --locked -- -D warnings"
    ))
    .run()?)
}

pub(super) fn doc(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(
        Toolbox::as_person(cmd!(sh, "cargo doc --workspace --no-deps --locked"))
            .env("RUSTDOCFLAGS", "-D warnings")
            .run()?,
    )
}

pub(super) fn test(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(Toolbox::as_person(cmd!(sh, "cargo test --workspace --locked")).run()?)
}

pub(super) fn render(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(Toolbox::as_person(cmd!(sh, "cargo xtask render --check")).run()?)
}

pub(super) fn docs(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(Toolbox::as_person(cmd!(sh, "cargo xtask docs --check")).run()?)
}
