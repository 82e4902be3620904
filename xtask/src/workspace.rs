//! Where things are in this workspace.

use std::ffi::OsString;
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

/// The variables by which `cargo run` describes xtask; passed on to another cargo, they would make
/// it build crates again that read them.
pub(crate) fn set_by_cargo_run() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_")
            || [
                "CARGO_MANIFEST_DIR",
                "CARGO_MANIFEST_PATH",
                "CARGO_BIN_NAME",
            ]
            .contains(&name.as_ref())
    })
}
