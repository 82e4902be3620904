//! `cargo xtask tidy`: rules of the house that no compiler knows, over the texts of the repository.
//!
//! A check is a pure function from [`Tree`] to findings; only this module reads and writes files.

mod links;
mod manifests;
mod markdown;
mod modules;
mod paths;
mod ratchet;
mod sizes;
mod strings;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use cli::output;

/// How to look.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Write the list of findings that are left, which may only get shorter
    #[arg(long)]
    update: bool,
}

/// Text files by their path from the root, with `/` between folders.
#[derive(Debug, Default)]
pub(crate) struct Tree(BTreeMap<String, String>);

/// A place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    /// From 1.
    line: usize,
    what: String,
}

impl Finding {
    fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Folders that hold nothing that is changed here, wherever they are.
const FOREIGN: &[&str] = &[".git", "dist", "fixtures", "node_modules", "target"];

impl Tree {
    /// Every text file below a folder.
    fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.add(root, "")?;
        Ok(tree)
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = std::fs::read_dir(folder);
        for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                if !FOREIGN.contains(&name.as_str()) {
                    self.add(&path, &format!("{prefix}{name}/"))?;
                }
            } else if kind.is_file() {
                let bytes = std::fs::read(&path);
                let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
                // A file that is no text is still one that a link can lead to.
                let text = String::from_utf8(bytes).unwrap_or_default();
                self.0.insert(format!("{prefix}{name}"), text);
            }
        }
        Ok(())
    }

    /// Files whose path ends so.
    fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self.0.iter();
        files
            .filter(move |(path, _)| path.ends_with(end))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    fn has_folder(&self, path: &str) -> bool {
        let inside = format!("{}/", path.trim_end_matches('/'));
        let mut after = self.0.range(inside.clone()..);
        after
            .next()
            .is_some_and(|(path, _)| path.starts_with(&inside))
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Tree {
    fn from(files: [(&str, &str); N]) -> Self {
        let owned = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Self(owned.into())
    }
}

/// Everything that is wrong in the workspace.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let tree = Tree::read(root)?;
    let found = words::all(&tree);
    let allowed = tree.text(ratchet::FILE).unwrap_or_default();
    if options.update {
        let list = ratchet::shorter(allowed, &found)?;
        let path = root.join(ratchet::FILE);
        std::fs::write(&path, list).with_context(|| format!("cannot write {}", path.display()))?;
        return Ok(());
    }
    let mut findings = manifests::all(&tree)?;
    findings.extend(sizes::all(&tree)?);
    findings.extend(links::all(&tree));
    findings.extend(modules::all(&tree));
    findings.extend(ratchet::new(allowed, found)?);
    findings.sort();
    for finding in &findings {
        output::line(&finding.to_string());
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("1 finding"),
        number => bail!("{number} findings"),
    }
}

/// The line, from 1, that a byte of a text is in.
fn line_of(text: &str, at: usize) -> usize {
    text.get(..at)
        .map_or(1, |before| 1 + before.matches('\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_place() {
        let finding = Finding::new("docs/plan.md", 7, "no");
        assert_eq!(finding.to_string(), "docs/plan.md:7: no");
        assert_eq!(line_of("a\nb\nc", 2), 2);
    }

    #[test]
    fn what_is_built_is_not_looked_at() {
        let folder = tempfile::TempDir::new().unwrap();
        for path in ["docs/plan.md", "target/a.md", "judges/node_modules/b.md"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "text").unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let files: Vec<_> = tree.ending("").collect();
        assert_eq!(files, [("docs/plan.md", "text")]);
        assert!(tree.has_folder("docs") && tree.has_folder("docs/"));
        assert!(!tree.has_folder("doc") && !tree.has_folder("target"));
    }
}
