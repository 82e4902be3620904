//! Links between pages, and from pages to the code.

use std::collections::BTreeSet;

use super::markdown::{anchors, prose};
use super::{Finding, Tree, line_of};

/// The page whose every item names one file.
const WHERE: &str = "docs/where.md";

/// A relative link.
struct Link<'a> {
    at: usize,
    target: &'a str,
}

pub(super) fn all(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (page, text) in tree.ending(".md") {
        let text = prose(text, &[]);
        for link in links(&text) {
            if let Some(what) = broken(tree, page, link.target) {
                findings.push(Finding::new(page, line_of(&text, link.at), what));
            }
        }
    }
    if let Some(text) = tree.text(WHERE) {
        findings.extend(one_file_each(tree, text));
    }
    findings
}

/// The links of a page that lead to no other host.
fn links(prose: &str) -> impl Iterator<Item = Link<'_>> {
    prose.match_indices("](").filter_map(|(at, mark)| {
        let rest = prose.get(at + mark.len()..)?;
        let target = rest.split([')', ' ', '\n']).next()?;
        let elsewhere = target.contains("://") || target.starts_with("mailto:");
        (!elsewhere).then_some(Link { at, target })
    })
}

fn broken(tree: &Tree, page: &str, target: &str) -> Option<String> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() {
        page.to_owned()
    } else {
        match resolve(page, path) {
            Some(file) => file,
            None => return Some(format!("{target} leads out of the repository")),
        }
    };
    let Some(text) = tree.text(&file) else {
        let exists = file.is_empty() || tree.has_folder(&file);
        return (!exists).then(|| format!("{target} leads to no file"));
    };
    // In a source file it is a line.
    let is_heading = !anchor.is_empty() && file.strip_suffix(".md").is_some();
    let is_there = !is_heading || anchors(text).contains(anchor);
    (!is_there).then(|| format!("{file} has no heading #{anchor}"))
}

/// A path from the root, for one that is written on a page.
fn resolve(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Items that name no file, several files, or a folder. That the file exists is every link's business.
fn one_file_each(tree: &Tree, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let mut at = 0;
    for item in text.split("\n- ") {
        let begin = at;
        at += item.len() + "\n- ".len();
        if begin == 0 {
            continue;
        }
        let question = item.split('?').next().unwrap_or_default();
        let item = item.split("\n## ").next().unwrap_or_default();
        let files: Vec<_> = links(item).map(|link| link.target).collect();
        let what = match &files[..] {
            [file] if resolve(WHERE, file).is_some_and(|path| tree.has_folder(&path)) => {
                format!("{file} is a folder; name the file to open first")
            }
            [_] if seen.insert(question.to_owned()) => continue,
            [_] => "the question is asked twice".to_owned(),
            files => format!("{} links; a question has one file", files.len()),
        };
        findings.push(Finding::new(WHERE, line_of(text, begin), what));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tree: &Tree) -> Vec<String> {
        all(tree).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn links_lead_somewhere() {
        let tree = Tree::from([
            (
                "docs/a.md",
                "# A b\n[here](#a-b) [page](../README.md#top) [folder](../infra) [code](b.rs#L3)\n\
                 [far](https://example.com/x) `[no](link)` [`x`](https://example.com)\n\
                 [gone](c.md) and [wrong](../README.md#bottom)\n\n[out](../../x)\n",
            ),
            ("docs/b.rs", ""),
            ("infra/x.rs", ""),
            ("README.md", "# Top\n"),
        ]);
        assert_eq!(
            found(&tree),
            [
                "docs/a.md:4: c.md leads to no file",
                "docs/a.md:4: README.md has no heading #bottom",
                "docs/a.md:6: ../../x leads out of the repository",
            ]
        );
    }

    #[test]
    fn every_question_has_one_file() {
        let tree = Tree::from([
            (
                WHERE,
                "# Where\n[ok](a.rs) [ok](a.rs)\n\n- Where is a? [a](a.rs): it.\n- Where is b? [b](../infra): it.\n\
                 - Where is c?\n  `c.rs`\n- Where is a? [a](a.rs)\n",
            ),
            ("docs/a.rs", ""),
            ("infra/x.rs", ""),
        ]);
        assert_eq!(
            found(&tree),
            [
                "docs/where.md:5: ../infra is a folder; name the file to open first",
                "docs/where.md:6: 0 links; a question has one file",
                "docs/where.md:8: the question is asked twice",
            ]
        );
    }
}
