//! Manifests: dependencies of the workspace, versions, and a README for every crate.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use super::{Finding, Tree};

const ROOT: &str = "Cargo.toml";
/// Most lines of a crate's README.
const README_LINES: usize = 10;

pub(super) fn all(tree: &Tree) -> Result<Vec<Finding>> {
    let root = parse(tree, ROOT)?;
    let members = members(tree, &root);
    let mut used = BTreeSet::new();
    for member in &members {
        let manifest = parse(tree, &format!("{member}/{ROOT}"))?;
        collect_used(&manifest, &mut used);
    }
    let text = tree.text(ROOT).unwrap_or_default();
    let mut findings = dependencies(&root, text, &used);
    findings.extend(members.iter().filter_map(|member| readme(tree, member)));
    Ok(findings)
}

fn parse(tree: &Tree, path: &str) -> Result<Table> {
    let text = tree.text(path);
    let text = text.with_context(|| format!("{path} is missing"))?;
    text.parse()
        .with_context(|| format!("{path} cannot be read"))
}

/// The folders of the workspace's members.
fn members(tree: &Tree, root: &Table) -> Vec<String> {
    let listed = root.get("workspace").and_then(|table| table.get("members"));
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    let patterns: Vec<_> = listed.filter_map(Value::as_str).collect();
    let is_member = |folder: &str| {
        patterns
            .iter()
            .any(|pattern| match pattern.split_once('*') {
                None => *pattern == folder,
                Some((start, _)) => {
                    (folder.strip_prefix(start)).is_some_and(|rest| !rest.contains('/'))
                }
            })
    };
    let manifests = tree.ending("/Cargo.toml");
    let folders = manifests.filter_map(|(path, _)| path.strip_suffix("/Cargo.toml"));
    folders
        .filter(|folder| is_member(folder))
        .map(str::to_owned)
        .collect()
}

/// Dependencies that a manifest takes from the workspace, of whatever kind and for whatever target.
fn collect_used(table: &Table, used: &mut BTreeSet<String>) {
    for (key, value) in table {
        let Value::Table(inner) = value else { continue };
        if !matches!(
            key.as_str(),
            "dependencies" | "dev-dependencies" | "build-dependencies"
        ) {
            collect_used(inner, used);
            continue;
        }
        let taken = inner
            .iter()
            .filter(|(_, value)| value.get("workspace").and_then(Value::as_bool) == Some(true));
        used.extend(taken.map(|(name, _)| name.clone()));
    }
}

fn dependencies(root: &Table, text: &str, used: &BTreeSet<String>) -> Vec<Finding> {
    let workspace = root.get("workspace");
    let table = |name| workspace.and_then(|table| table.get(name));
    let version = table("package").and_then(|package| package.get("version"));
    let listed = table("dependencies").and_then(Value::as_table);
    let mut findings = Vec::new();
    for (name, dependency) in listed.into_iter().flatten() {
        let line = line_of_key(text, name);
        if !used.contains(name) {
            findings.push(Finding::new(ROOT, line, format!("no crate uses {name}")));
        }
        if dependency.get("path").is_some() && dependency.get("version") != version {
            let wanted = version.and_then(Value::as_str).unwrap_or_default();
            let what = format!("{name} has another version than the workspace, {wanted}");
            findings.push(Finding::new(ROOT, line, what));
        }
    }
    findings
}

/// The line of a key in the table of the workspace's dependencies.
fn line_of_key(text: &str, key: &str) -> usize {
    let mut lines = text.lines().zip(1..);
    let inside = lines
        .by_ref()
        .find(|(line, _)| line.trim() == "[workspace.dependencies]");
    let is_key = |line: &str| {
        let rest = line.strip_prefix(key).unwrap_or_default();
        rest.trim_start().starts_with(['=', '.'])
    };
    let found = lines.find(|(line, _)| is_key(line)).or(inside);
    found.map_or(1, |(_, number)| number)
}

fn readme(tree: &Tree, member: &str) -> Option<Finding> {
    let path = format!("{member}/README.md");
    let Some(text) = tree.text(&path) else {
        return Some(Finding::new(&path, 1, "the crate has no README"));
    };
    let lines = text.lines().count();
    (lines > README_LINES).then(|| {
        let what = format!("{lines} lines; a crate's README has at most {README_LINES}");
        Finding::new(&path, README_LINES + 1, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"[workspace]
members = ["crates/*", "infra"]
[workspace.package]
version = "0.2.0"
[workspace.dependencies]
facts = { version = "0.1.0", path = "crates/facts" }
infra = { version = "0.2.0", path = "infra" }
serde = "1"
serde_json = "1"
"#;

    fn found(tree: &Tree) -> Vec<String> {
        let findings = all(tree).unwrap();
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn unused_and_stale_dependencies_are_found() {
        let tree = Tree::from([
            ("Cargo.toml", WORKSPACE),
            (
                "crates/facts/Cargo.toml",
                "[target.'cfg(unix)'.dev-dependencies]\nserde_json.workspace = true\n",
            ),
            ("crates/facts/README.md", "# facts\n"),
            (
                "infra/Cargo.toml",
                "[dependencies]\nfacts.workspace = true\nserde = \"1\"\n\
                 [build-dependencies]\ninfra = { workspace = true, features = [\"a\"] }\n",
            ),
            ("infra/README.md", "# infra\n"),
        ]);
        assert_eq!(
            found(&tree),
            [
                "Cargo.toml:6: facts has another version than the workspace, 0.2.0",
                "Cargo.toml:8: no crate uses serde",
            ]
        );
    }

    #[test]
    fn a_crate_has_a_short_readme() {
        let root = "[workspace]\nmembers = [\"crates/*\", \"infra\"]\n";
        let long = "line\n".repeat(11);
        let tree = Tree::from([
            ("Cargo.toml", root),
            ("crates/a/Cargo.toml", ""),
            ("crates/b/Cargo.toml", ""),
            ("crates/b/README.md", &long),
            // A template and a fixture are no members.
            ("crates/b/template/Cargo.toml", ""),
            ("tests/fixtures/c/Cargo.toml", ""),
        ]);
        assert_eq!(
            found(&tree),
            [
                "crates/a/README.md:1: the crate has no README",
                "crates/b/README.md:11: 11 lines; a crate's README has at most 10",
            ]
        );
    }
}
