//! As much of Markdown as the checks need: prose without code, and the anchors of headings.

use std::collections::{BTreeMap, BTreeSet};

/// The text with everything blanked that is code: spans, and fenced blocks but those of the languages to
/// keep. Lines stay where they are.
pub(super) fn prose(text: &str, keep: &[&str]) -> String {
    without_spans(&without_fences(text, keep))
}

fn without_fences(text: &str, keep: &[&str]) -> String {
    let mut fence: Option<(&str, bool)> = None;
    let mut result = String::with_capacity(text.len());
    for line in text.lines() {
        let start = line.trim_start();
        let ticks = start.len() - start.trim_start_matches('`').len();
        let marks = start.get(..ticks).unwrap_or_default();
        match fence {
            Some((opening, _)) if marks.len() >= opening.len() => fence = None,
            None if ticks >= 3 => {
                let language = start.get(ticks..).unwrap_or_default().trim();
                fence = Some((marks, keep.contains(&language)));
            }
            Some((_, true)) | None => result.push_str(line),
            Some((_, false)) => {}
        }
        result.push('\n');
    }
    result
}

/// A span ends with as many backticks as it begins with, in the same paragraph.
fn without_spans(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        result.push_str(before);
        let inside = from.trim_start_matches('`');
        let (marks, _) = from.split_at(from.len() - inside.len());
        let paragraph = inside.find("\n\n").unwrap_or(inside.len());
        if let Some(end) = closing(inside, marks).filter(|end| *end < paragraph) {
            let (span, after) = inside.split_at(end);
            result.extend(span.chars().map(|c| if c == '\n' { c } else { ' ' }));
            rest = after.trim_start_matches('`');
        } else {
            rest = inside;
        }
    }
    result.push_str(rest);
    result
}

/// Where a run of exactly these marks begins.
fn closing(text: &str, marks: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let begin = rest.find('`')?;
        let run = rest.get(begin..)?;
        let length = run.len() - run.trim_start_matches('`').len();
        if length == marks.len() {
            return Some(at + begin);
        }
        at += begin + length;
    }
}

/// The anchors of a page's headings, as GitHub makes them.
pub(super) fn anchors(text: &str) -> BTreeSet<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in without_fences(text, &[]).lines() {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let slug = slug(title.trim());
        let before = times.entry(slug.clone()).or_default();
        anchors.insert(match *before {
            0 => slug,
            number => format!("{slug}-{number}"),
        });
        *before += 1;
    }
    anchors
}

fn slug(title: &str) -> String {
    let kept = title.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_no_prose() {
        let text = "a `b` c ``d ` e`` f\n```sh\ng\n```\nh `i\nj` k ` l\n\nm ` n\n```text\no\n```\n";
        assert_eq!(
            prose(text, &["text"]),
            "a   c       f\n\n\n\nh  \n  k  l\n\nm  n\n\no\n\n"
        );
    }

    #[test]
    fn anchors_are_those_of_github() {
        let text = "# From nothing, to `this`\n## Two\n```sh\n# no\n```\n## Two\n#no\n";
        let anchors: Vec<_> = anchors(text).into_iter().collect();
        assert_eq!(anchors, ["from-nothing-to-this", "two", "two-1"]);
    }
}
