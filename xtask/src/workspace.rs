//! Where things are in this workspace.

use std::path::{Path, PathBuf};

use crate::environment::DIST;

/// The folder of the workspace's Cargo.toml.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
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
