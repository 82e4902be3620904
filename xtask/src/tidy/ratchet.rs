//! Findings that were there before their check: counted by file in a list that only gets shorter.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::{Finding, line_of};

/// The list.
pub(super) const FILE: &str = "xtask/src/tidy/not-yet.toml";

/// What is found, by kind.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) words: Vec<Finding>,
    pub(super) messages: Vec<Finding>,
    pub(super) openings: Vec<Finding>,
}

/// Numbers of findings by file.
type Counts = BTreeMap<String, usize>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    #[serde(default)]
    words: Counts,
    #[serde(default)]
    messages: Counts,
    #[serde(default)]
    openings: Counts,
}

fn parse(list: &str) -> Result<Allowed> {
    toml::from_str(list).with_context(|| format!("{FILE} cannot be read"))
}

/// Findings of files that have more than the list says, and rows that say more than there are.
pub(super) fn new(list: &str, found: Found) -> Result<Vec<Finding>> {
    let allowed = parse(list)?;
    let mut findings = compare(list, &allowed.words, found.words);
    findings.extend(compare(list, &allowed.messages, found.messages));
    findings.extend(compare(list, &allowed.openings, found.openings));
    Ok(findings)
}

fn compare(list: &str, allowed: &Counts, found: Vec<Finding>) -> Vec<Finding> {
    let there = count(&found);
    let most = |file: &str| allowed.get(file).copied().unwrap_or_default();
    let surplus = |finding: &Finding| {
        let number = there.get(&finding.file).copied().unwrap_or_default();
        number > most(&finding.file)
    };
    let mut findings: Vec<_> = found.into_iter().filter(surplus).collect();
    for (file, number) in allowed {
        let left = there.get(file).copied().unwrap_or_default();
        if left < *number {
            let line = list
                .find(&format!("\"{file}\""))
                .map_or(1, |at| line_of(list, at));
            let what =
                format!("{file} has {left} and not {number}: run `cargo xtask tidy --update`");
            findings.push(Finding::new(FILE, line, what));
        }
    }
    findings
}

fn count(found: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in found {
        *counts.entry(finding.file.clone()).or_default() += 1;
    }
    counts
}

/// The list for what is found now: files may have moved, and no kind may have more than before.
pub(super) fn shorter(list: &str, found: &Found) -> Result<String> {
    let allowed = parse(list)?;
    let mut text =
        "# Findings of `cargo xtask tidy` that are left, by file. The list only gets shorter:\n\
                    # `cargo xtask tidy --update` writes it.\n"
            .to_owned();
    for (kind, before, found) in [
        ("words", &allowed.words, &found.words),
        ("messages", &allowed.messages, &found.messages),
        ("openings", &allowed.openings, &found.openings),
    ] {
        let most: usize = before.values().sum();
        if found.len() > most {
            bail!("{kind}: {} findings, and {FILE} allows {most}", found.len());
        }
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\n[{kind}]");
        for (file, number) in count(found) {
            let _ = writeln!(text, "\"{file}\" = {number}");
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[words]\n\"a.md\" = 2\n\"b.md\" = 1\n[openings]\n\"a.rs\" = 1\n";

    fn found(words: &[(&str, usize)]) -> Found {
        let words = words
            .iter()
            .map(|(file, line)| Finding::new(file, *line, "no"));
        Found {
            words: words.collect(),
            messages: Vec::new(),
            openings: vec![Finding::new("a.rs", 1, "no")],
        }
    }

    fn told(words: &[(&str, usize)]) -> Vec<String> {
        let findings = new(LIST, found(words)).unwrap();
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn what_was_there_before_is_no_finding() {
        assert!(told(&[("a.md", 1), ("a.md", 2), ("b.md", 3)]).is_empty());
    }

    #[test]
    fn one_more_shows_all_of_its_file() {
        let words = [("a.md", 1), ("a.md", 2), ("a.md", 5), ("b.md", 3)];
        assert_eq!(told(&words), ["a.md:1: no", "a.md:2: no", "a.md:5: no"]);
        let words = [("a.md", 1), ("a.md", 2), ("b.md", 3), ("c.md", 3)];
        assert_eq!(told(&words), ["c.md:3: no"]);
    }

    #[test]
    fn the_list_gets_shorter() {
        let what = "b.md has 0 and not 1: run `cargo xtask tidy --update`";
        let words = [("a.md", 1), ("a.md", 2)];
        assert_eq!(told(&words), [format!("{FILE}:3: {what}")]);
        let moved = found(&[("a.md", 1), ("c.md", 2), ("c.md", 3)]);
        let list = shorter(LIST, &moved).unwrap();
        assert!(
            list.contains("\"c.md\" = 2") && !list.contains("b.md"),
            "{list}"
        );
        assert!(new(&list, moved).unwrap().is_empty());
        let more = found(&[("a.md", 1), ("a.md", 2), ("b.md", 3), ("c.md", 4)]);
        let error = shorter(LIST, &more).unwrap_err().to_string();
        assert_eq!(error, format!("words: 4 findings, and {FILE} allows 3"));
    }
}
