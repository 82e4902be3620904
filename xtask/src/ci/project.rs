//! A project as others make it.

use anyhow::{Result, ensure};
use xshell::cmd;

use cli::workspace;

use super::stage::no_other_stage;
use super::toolbox::Toolbox;

/// Makes a project with this checkout's crates, deploys it to this machine, and runs its own checks.
pub(super) fn project(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    let sh = &toolbox.sh;
    let root = &toolbox.root;
    let folder = toolbox.folder.join("project");
    // Most of what it is built from has been built here.
    let target = workspace::target();
    sh.remove_path(&folder)?;
    cmd!(
        sh,
        "cargo xtask new {folder} --name 'Taxi Desk' --region eu-west-1 --from {root}"
    )
    .run()?;
    let _in_folder = sh.push_dir(&folder);
    let told = cmd!(sh, "cargo xtask deploy")
        .env("CARGO_TARGET_DIR", &target)
        .read()?;
    ensure!(
        told.contains("Welcome back, Ada."),
        "a new project was deployed, and greeted nobody: {told}"
    );
    Ok(cmd!(sh, "cargo xtask test")
        .env("CARGO_TARGET_DIR", &target)
        .run()?)
}
