//! Where things are in this workspace.

use std::path::{Path, PathBuf};

use crate::environment::DIST;

/// The folder of the workspace's Cargo.toml: the one that the command is called in, or else the one that it
/// was built in. A job of a pipeline runs what another has built, perhaps in another folder.
pub(crate) fn root() -> PathBuf {
    let is_root = |folder: &&Path| {
        ["Cargo.toml", "stack.toml"]
            .iter()
            .all(|file| folder.join(file).is_file())
    };
    let here = std::env::current_dir().unwrap_or_default();
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = built.parent().unwrap_or(built);
    here.ancestors().find(is_root).unwrap_or(built).to_owned()
}

/// Where cargo builds, and where everything goes that may be deleted at any time.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The skill package that a person edits.
pub(crate) fn skill_package() -> PathBuf {
    root().join("skill-package")
}

/// Rendered documents of a stage.
pub(crate) fn dist(stage: &str) -> PathBuf {
    let dist = std::env::var_os(DIST.name).map_or_else(|| root().join("dist"), PathBuf::from);
    dist.join(stage)
}
