//! The ways to sign in: a sample of what `cargo xtask grid --whole` deploys.

use anyhow::Result;
use xshell::cmd;

use super::toolbox::Toolbox;

/// As few as show every two options together.
pub(super) fn grid(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    cmd!(sh, "cargo xtask grid").run()?;
    Ok(())
}
