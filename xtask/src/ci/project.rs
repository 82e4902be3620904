//! A project as others make it.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use cli::workspace;

use super::stage::no_other_stage;
use super::toolbox::Toolbox;

/// A project as the first version that made projects made it. Nothing in it changes any more.
const FIRST: &str = "tests/fixtures/project-of-0.2.0";

/// Projects with this checkout's crates, deployed to this machine and checked by their own checks: a new one, one with
/// the sample skill, and one that an older version has made, of which an upgrade changes the versions alone.
pub(super) fn project(toolbox: &Toolbox) -> Result<()> {
    no_other_stage()?;
    let sh = &toolbox.sh;
    let root = &toolbox.root;
    let made = toolbox.folder.join("project");
    for more in [&[][..], &["--sample"]] {
        sh.remove_path(&made)?;
        cmd!(
            sh,
            "cargo xtask new {made} --name 'Taxi Desk' --region eu-west-1 --from {root} {more...}"
        )
        .run()?;
        works(toolbox, &made)?;
    }
    // In the same folder: in a shared target folder, cargo takes packages of one name in two for the same.
    sh.remove_path(&made)?;
    workspace::copy_folder(&root.join(FIRST), &made)?;
    upgrade(&made, root)?;
    works(toolbox, &made)
}

fn works(toolbox: &Toolbox, folder: &Path) -> Result<()> {
    let sh = &toolbox.sh;
    // Most of what it is built from has been built here.
    let target = workspace::target();
    let _in_folder = sh.push_dir(folder);
    let told = cmd!(sh, "cargo xtask deploy")
        .env("CARGO_TARGET_DIR", &target)
        .read()?;
    ensure!(
        told.contains("Welcome back, Ada."),
        "a project was deployed, and greeted nobody: {told}"
    );
    Ok(cmd!(sh, "cargo xtask test")
        .env("CARGO_TARGET_DIR", &target)
        .run()?)
}

/// Gives the tool's crates another version, and says where they are while they are on no registry.
fn upgrade(folder: &Path, root: &Path) -> Result<()> {
    let path = folder.join("Cargo.toml");
    let before = fs::read_to_string(&path)?;
    let version = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\" }");
    let after = before.replace("version = \"0.2.0\" }", version) + &cli::new::patch(root);
    fs::write(path, after)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}
