//! Deployments that are killed, and calls that fail: samples of what `cargo xtask chaos` tries.

use anyhow::Result;
use xshell::cmd;

use super::presets;
use super::toolbox::Toolbox;

/// A dozen points of each.
pub(super) fn chaos(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    cmd!(sh, "cargo xtask chaos --sample 12").run()?;
    cmd!(sh, "cargo xtask chaos --faults --sample 12").run()?;
    presets::tell(toolbox, &[presets::EMAIL])
}
