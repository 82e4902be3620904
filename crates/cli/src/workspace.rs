//! Where things are in this workspace.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::environment::DIST;

static XTASK: OnceLock<PathBuf> = OnceLock::new();

/// Says in which folder the package is that this program was built from.
pub(crate) fn built_in(xtask: &str) {
    // A process says it once.
    let _ = XTASK.set(PathBuf::from(xtask));
}

/// The folder of the workspace's Cargo.toml: the one that the command is called in, or else the one that it
/// was built in. A job of a pipeline runs what another has built, perhaps in another folder.
pub fn root() -> PathBuf {
    let is_root = |folder: &&Path| {
        ["Cargo.toml", "stack.toml"]
            .iter()
            .all(|file| folder.join(file).is_file())
    };
    let here = std::env::current_dir().unwrap_or_default();
    let built = XTASK.get().and_then(|xtask| xtask.parent());
    let root = here.ancestors().find(is_root).or(built);
    root.unwrap_or(&here).to_owned()
}

/// Where cargo builds, and where everything goes that may be deleted at any time.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The skill package that a person edits.
pub fn skill_package() -> PathBuf {
    root().join("skill-package")
}

/// Rendered documents of a stage.
pub fn dist(stage: &str) -> PathBuf {
    let dist = std::env::var_os(DIST.name).map_or_else(|| root().join("dist"), PathBuf::from);
    dist.join(stage)
}

/// Copies a folder with everything below it.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
