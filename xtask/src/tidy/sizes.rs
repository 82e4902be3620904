//! Long files: a few, each with its reason.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::{Finding, Tree, line_of};

/// Most lines of a file that needs no reason.
const MOST: usize = 400;
/// Paths and reasons.
const LIST: &str = "xtask/src/tidy/long-files.toml";

pub(super) fn all(tree: &Tree) -> Result<Vec<Finding>> {
    let text = tree.text(LIST).unwrap_or_default();
    let reasons: BTreeMap<String, String> =
        toml::from_str(text).with_context(|| format!("{LIST} cannot be read"))?;
    let long = |path: &str| tree.text(path).map_or(0, |text| text.lines().count()) > MOST;
    let unlisted = tree
        .ending(".rs")
        .filter(|(path, _)| long(path) && !reasons.contains_key(*path));
    let mut findings: Vec<_> = unlisted
        .map(|(path, text)| {
            let lines = text.lines().count();
            let what = format!("{lines} lines; split it, or give a reason in {LIST}");
            Finding::new(path, MOST + 1, what)
        })
        .collect();
    for (path, reason) in &reasons {
        let what = if !long(path) {
            format!("{path} is not, or no longer, longer than {MOST} lines")
        } else if reason.trim().is_empty() {
            format!("{path} has no reason")
        } else {
            continue;
        };
        let line = text.find(path).map_or(1, |at| line_of(text, at));
        findings.push(Finding::new(LIST, line, what));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_has_a_reason_and_a_short_one_has_none() {
        let (long, short) = ("\n".repeat(401), "\n".repeat(400));
        let list = "\"a.rs\" = \"a table\"\n\"b.rs\" = \"a table\"\n\"d.rs\" = \"\"\n";
        let tree = Tree::from([
            ("a.rs", long.as_str()),
            ("b.rs", &short),
            ("c.rs", &long),
            ("d.rs", &long),
            ("e.md", &long),
            (LIST, list),
        ]);
        let found: Vec<_> = all(&tree).unwrap().iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            [
                "c.rs:401: 401 lines; split it, or give a reason in xtask/src/tidy/long-files.toml",
                "xtask/src/tidy/long-files.toml:2: b.rs is not, or no longer, longer than 400 lines",
                "xtask/src/tidy/long-files.toml:3: d.rs has no reason",
            ]
        );
    }
}
