//! Deployments that are killed: a sample of what `cargo xtask chaos` tries.

use anyhow::Result;
use xshell::cmd;

use super::toolbox::Toolbox;

/// A dozen points.
pub(super) fn chaos(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    Ok(Toolbox::as_person(cmd!(sh, "cargo xtask chaos --sample 12")).run()?)
}
