//! What others wrote and becomes part of a fork: licences, sources, and what is known against it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use super::toolbox::Toolbox;

/// The version of cargo-deny that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// cargo-deny, by `deny.toml`. The database of advisories is on GitHub alone: where that is out of
/// reach, advisories are not checked.
pub(super) fn supply_chain(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let deny = cargo_deny(toolbox)?;
    cmd!(sh, "{deny} check licenses bans sources").run()?;
    let fetched = cmd!(sh, "{deny} fetch db")
        .quiet()
        .ignore_status()
        .output()?;
    if !fetched.status.success() {
        let said = String::from_utf8_lossy(&fetched.stderr);
        let why = said.lines().last().unwrap_or_default().trim().to_owned();
        toolbox.not_checked(
            Some("advisories"),
            format!("their database cannot be fetched: {why}"),
        );
        return Ok(());
    }
    Ok(cmd!(sh, "{deny} check advisories").run()?)
}

/// The program, built on first use.
fn cargo_deny(toolbox: &Toolbox) -> Result<PathBuf> {
    let sh = &toolbox.sh;
    let root = toolbox.folder.join("cargo-deny");
    let program = root.join("bin/cargo-deny");
    // Written last, so that half an installation is made again.
    let stamp = root.join("installed-version.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == CARGO_DENY) {
        return Ok(program);
    }
    let install = cmd!(
        sh,
        "cargo install cargo-deny --locked --force --version {CARGO_DENY} --root {root}"
    );
    // It checks for a second or two, and is built for minutes.
    install
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_TARGET_DIR", root.join("target"))
        .run()
        .context("cargo-deny could not be installed; is a registry reachable?")?;
    // Only the program is needed again.
    sh.remove_path(root.join("target"))?;
    fs::write(&stamp, CARGO_DENY).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}
