//! The steps that build what Lambda runs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::runtime::Runtime;
use xshell::cmd;

use super::toolbox::Toolbox;
use cli::build::{self, Kind, Parts, Site, What};
use cli::bundle::sha256;
use cli::{output, stack, workspace};

/// A short measurement. Times say nothing on a busy machine; sizes do.
pub(super) fn bench(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let stdout = cmd!(sh, "cargo xtask bench --runs 5 --requests 200 --json").read()?;
    let line = stdout.lines().last().unwrap_or_default();
    let report: Value = serde_json::from_str(line)
        .with_context(|| format!("`bench --json` printed no JSON: {stdout}"))?;
    let goals = report["goals"].as_array().context("there are no goals")?;
    let sizes = |goal: &&Value| {
        let name = goal["name"].as_str().unwrap_or_default();
        name.contains("memory") || name.contains("zip")
    };
    let sizes: Vec<&Value> = goals.iter().filter(sizes).collect();
    ensure!(sizes.len() == 3, "which goals are about sizes? {goals:?}");
    for goal in sizes {
        output::line(&goal.to_string());
        ensure!(goal["held"] == true, "a goal is missed: {goal}");
    }
    Ok(())
}

/// A build where people build, and a clean one in another folder with another cargo home, make one zip.
pub(super) fn reproducible(toolbox: &Toolbox) -> Result<()> {
    let folder = toolbox.folder.join("reproducible");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot delete {}", folder.display()))?;
    }
    let copy = folder.join("another place/with a copy");
    copy_sources(&toolbox.root, &copy)?;
    let sites = [
        Site::here(),
        Site {
            root: copy.clone(),
            target: None,
            cargo_home: Some(another_cargo_home(&folder)?),
        },
    ];
    let stack =
        stack::read(Path::new("stack.toml")).map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let parts = Parts::of(&stack);
    let kind = Kind::Release(build::host());
    let runtime = Runtime::new().context("cannot start a runtime")?;
    let mut hashes = Vec::new();
    for site in &sites {
        let program = runtime.block_on(build::compile(kind, What::Bootstrap(parts), site))?;
        let hash = sha256(&build::zip(&program, kind)?);
        output::line(&format!("{hash}  {}", site.root.display()));
        hashes.push(hash);
    }
    ensure!(
        hashes[0] == hashes[1],
        "the zip depends on where it is built; compare {} and {} with `diffoscope` or `strings`",
        workspace::target().display(),
        copy.join("target").display()
    );
    fs::remove_dir_all(&folder).with_context(|| format!("cannot delete {}", folder.display()))
}

/// A cargo home of another name with the same downloads.
fn another_cargo_home(folder: &Path) -> Result<std::path::PathBuf> {
    let home = folder.join("cargo home");
    fs::create_dir_all(&home)?;
    let real = std::env::var_os("CARGO_HOME").map_or_else(
        || std::env::home_dir().map(|home| home.join(".cargo")),
        |home| Some(home.into()),
    );
    let real = real.context("where is cargo's home?")?;
    for entry in fs::read_dir(&real).with_context(|| format!("cannot read {}", real.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let shared = ["registry", "git", "config.toml"];
        if shared.iter().any(|shared| name == **shared) {
            link(&entry.path(), &home.join(name))?;
        }
    }
    Ok(home)
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result<()> {
    std::os::unix::fs::symlink(original, link)
        .with_context(|| format!("cannot link {}", link.display()))
}

#[cfg(not(unix))]
fn link(_original: &Path, _link: &Path) -> Result<()> {
    anyhow::bail!("run this step on Linux, where a bundle for Lambda can be built")
}

/// Copies what is not made by building.
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    const MADE: [&str; 4] = ["target", "dist", ".git", "node_modules"];
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = entry.file_type()?;
        if kind.is_dir() && !MADE.iter().any(|made| name == **made) {
            copy_sources(&entry.path(), &to.join(&name))?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(&name))
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}
