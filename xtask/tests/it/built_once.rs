//! `xtask` and `local` are two programs that a laptop builds first of all, from many of the same crates.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The features of every crate that a package is built from, by name and version.
fn features(package: &str) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["tree", "--locked", "--offline", "--package", package])
        .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
        .args(["--format", "{p}|{f}"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((package, features)) = line.split_once('|') else {
            continue;
        };
        let features = features.trim_end_matches(" (*)").split(',');
        let features = features.filter(|feature| !feature.is_empty());
        let known = found.entry(package.to_owned()).or_default();
        known.extend(features.map(str::to_owned));
    }
    found
}

/// Cargo builds a crate twice for two programs that want other features of it.
#[test]
fn what_both_programs_are_built_from_is_built_once() {
    let (local, xtask) = (features("local"), features("xtask"));
    let both = local.keys().filter(|package| xtask.contains_key(*package));
    let mut compared = 0;
    for package in both {
        assert_eq!(
            local[package], xtask[package],
            "{package}: `local` on the left, `xtask` on the right; crates/local-access/Cargo.toml \
             lists what either wants"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
    // The stage is in its own program alone.
    assert!(!xtask.keys().any(|package| package.contains("local-cloud")));
    assert!(local.keys().any(|package| package.contains("local-cloud")));
}
