//! Where a build happens, and how to have that leave no trace in what is built.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rollout::error::{Code, Error};
use serde::Deserialize;

use crate::workspace;

/// The folders of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The workspace.
    pub root: PathBuf,
    /// The target folder, unless cargo's settings decide.
    pub target: Option<PathBuf>,
    /// Cargo's home, unless the environment decides.
    pub cargo_home: Option<PathBuf>,
}

/// The variable that cargo takes compiler flags from, one after the other with [`SEPARATOR`]
/// ([documentation](https://doc.rust-lang.org/cargo/reference/environment-variables.html)).
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
const SEPARATOR: &str = "\u{1f}";

/// What is used of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    /// Where it comes from; nothing for a member of the workspace.
    source: Option<String>,
}

impl Site {
    /// This workspace, with what a person has set.
    pub fn here() -> Self {
        Self {
            root: workspace::root(),
            target: None,
            cargo_home: None,
        }
    }

    /// A variable for cargo that keeps folders of this machine out of what is built: panics name
    /// source files, and a bundle's hash decides what is deployed.
    pub(super) async fn reproducible(&self) -> Result<(&'static str, OsString), Error> {
        let output = super::cargo(self)
            .args(["metadata", "--format-version", "1", "--locked"])
            .output()
            .await
            .map_err(|error| {
                Error::new(Code::Build, format!("cannot run cargo: {error}"))
                    .hint("install Rust from https://rustup.rs")
            })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::new(Code::Build, "cargo cannot read the workspace")
                .because(said)
                .hint("mend what cargo says; Cargo.lock has to be committed and up to date"));
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| {
            Error::new(
                Code::Build,
                format!("cargo describes no workspace: {error}"),
            )
            .hint("is this the cargo of https://rustup.rs?")
        })?;
        let ours = remapped(&metadata);
        Ok((
            FLAGS,
            with_flags_of(|name| std::env::var(name).ok(), ours).into(),
        ))
    }
}

/// Flags that give every folder a name that is the same everywhere. Where several fit, the
/// compiler takes the last.
fn remapped(metadata: &Metadata) -> Vec<String> {
    let sources: BTreeSet<&Path> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| package.manifest_path.parent()?.parent())
        .collect();
    let named = [
        (metadata.workspace_root.as_path(), "/workspace"),
        (metadata.target_directory.as_path(), "/target"),
    ];
    named
        .into_iter()
        .chain(sources.into_iter().map(|folder| (folder, "/crates")))
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect()
}

/// Flags after those that a person has set.
fn with_flags_of(lookup: impl Fn(&str) -> Option<String>, ours: Vec<String>) -> String {
    let encoded = lookup(FLAGS).map(|flags| {
        let flags = flags.split(SEPARATOR).map(str::to_owned);
        flags.collect()
    });
    let mut flags: Vec<String> = encoded
        .or_else(|| {
            let flags = lookup("RUSTFLAGS")?;
            Some(flags.split_whitespace().map(str::to_owned).collect())
        })
        .unwrap_or_default();
    flags.retain(|flag| !flag.is_empty());
    flags.extend(ours);
    flags.join(SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_machine_are_named_the_same_everywhere() {
        let package = |path: &str, source: Option<&str>| Package {
            manifest_path: path.into(),
            source: source.map(str::to_owned),
        };
        let registry = Some("registry+https://example.com");
        let metadata = Metadata {
            packages: vec![
                package(
                    "/home/me/.cargo/registry/src/x/serde-1.0.0/Cargo.toml",
                    registry,
                ),
                package(
                    "/home/me/.cargo/registry/src/x/ring-0.17.0/Cargo.toml",
                    registry,
                ),
                package("/home/me/skill/crates/skill/Cargo.toml", None),
            ],
            workspace_root: "/home/me/skill".into(),
            target_directory: "/tmp/target".into(),
        };
        assert_eq!(
            remapped(&metadata),
            [
                "--remap-path-prefix=/home/me/skill=/workspace",
                "--remap-path-prefix=/tmp/target=/target",
                "--remap-path-prefix=/home/me/.cargo/registry/src/x=/crates",
            ]
        );
    }

    #[test]
    fn flags_that_a_person_has_set_stay() {
        let flags = |name: &'static str, value: &'static str| {
            let lookup = move |wanted: &str| (wanted == name).then(|| value.to_owned());
            with_flags_of(lookup, vec!["-x".to_owned()])
        };
        assert_eq!(flags("RUSTFLAGS", "-a  -b"), "-a\u{1f}-b\u{1f}-x");
        assert_eq!(flags(FLAGS, "-a b\u{1f}-c"), "-a b\u{1f}-c\u{1f}-x");
        assert_eq!(flags("OTHER", "-a"), "-x");
    }
}
