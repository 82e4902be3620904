//! Words that we do not write: on pages, of which the text of `--help` is one (`docs/commands.md`), in messages, which
//! are the string literals of programs, and at the beginning of doc comments.

use super::markdown::prose;
use super::ratchet::Found;
use super::strings::literals;
use super::{Finding, Tree};

/// Words and phrases, and what to write instead.
const RULED_OUT: &[(&str, &str)] = &[
    ("shall", "say who does what"),
    ("nobody", "say what is missing"),
    ("somebody", "name who acts"),
    ("whoever", "name who acts"),
    ("whichever", "name the choice"),
    ("of one's own", "write \"your own\""),
    ("is told", "say who logs, prints or sends it"),
    ("in so many words", "leave it out"),
    ("that follow from the code", "write \"generated\""),
    ("as it shall be", "write \"as declared\""),
];

/// Openings of a doc comment, which begins with the thing.
const OPENINGS: &[&str] = &["What ", "Whether "];

/// Pages beside those of `docs/`.
const PAGES: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];

pub(super) fn all(tree: &Tree) -> Found {
    let is_ours = |path: &str| path.starts_with("docs/") || PAGES.contains(&path);
    let pages = tree.ending(".md").filter(|(path, _)| is_ours(path));
    let sources = || tree.ending(".rs");
    let programs = sources().filter(|(path, _)| is_program(path));
    Found {
        words: pages.flat_map(|(path, text)| page(path, text)).collect(),
        messages: programs
            .flat_map(|(path, text)| messages(path, text))
            .collect(),
        openings: sources()
            .flat_map(|(path, text)| openings(path, text))
            .collect(),
    }
}

/// Neither a test, nor the skill, whose words are a project's own, nor this list.
fn is_program(path: &str) -> bool {
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    !is_test && !path.starts_with("crates/skill/") && !path.starts_with("xtask/src/tidy/")
}

fn page(path: &str, text: &str) -> Vec<Finding> {
    words(path, 1, &prose(text, &["text"]))
}

fn messages(path: &str, source: &str) -> Vec<Finding> {
    let found = literals(source).into_iter();
    found
        .flat_map(|literal| words(path, literal.line, &without_escapes(literal.text)))
        .collect()
}

/// The text with a space for every escape; a line that goes on in the next one still does.
fn without_escapes(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut characters = literal.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '\\' => match characters.next() {
                Some('\n') => '\n',
                _ => ' ',
            },
            c => c,
        });
    }
    text
}

/// Words of a text that begins in a line of a file, wherever its lines are broken.
fn words(path: &str, first: usize, text: &str) -> Vec<Finding> {
    let text = text.to_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    let words: Vec<(&str, usize)> = (text.lines().zip(first..))
        .flat_map(|(line, number)| line.split(|c| !is_part(c)).map(move |word| (word, number)))
        .filter(|(word, _)| !word.is_empty())
        .collect();
    let mut findings = Vec::new();
    for (phrase, instead) in RULED_OUT {
        let parts: Vec<_> = phrase.split(' ').collect();
        for window in words.windows(parts.len()) {
            if let [(_, line), ..] = window
                && window.iter().map(|(word, _)| word).eq(&parts)
            {
                findings.push(Finding::new(path, *line, format!("`{phrase}`: {instead}")));
            }
        }
    }
    findings
}

/// Doc comments that open with a question word.
fn openings(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_inside = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim_start();
        let comment = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"));
        let comment = comment.filter(|rest| rest.is_empty() || rest.starts_with(' '));
        if let Some(comment) = comment.filter(|_| !is_inside) {
            let opening = OPENINGS
                .iter()
                .find(|word| comment.trim_start().starts_with(*word));
            findings.extend(opening.map(|word| {
                let what = format!(
                    "a doc comment opens with the thing, not with `{}`",
                    word.trim_end()
                );
                Finding::new(path, number, what)
            }));
        }
        is_inside = comment.is_some();
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_across_lines_and_not_in_code() {
        let text = "A domain of one's\nown, Nobody's.\n`nobody`\n```sh\nnobody\n```\n```text\nwhoever shall\n```\n";
        let mut found = page("docs/a.md", text);
        found.sort();
        let found: Vec<_> = found.iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            [
                "docs/a.md:1: `of one's own`: write \"your own\"",
                "docs/a.md:8: `shall`: say who does what",
                "docs/a.md:8: `whoever`: name who acts",
            ]
        );
    }

    #[test]
    fn messages_are_read_as_they_are_printed() {
        let source = "fn nobody() {} // nobody\nlet a = \"has\\nsomebody of \\\n    one's own, nobody's\";\n";
        let mut found = messages("a.rs", source);
        found.sort();
        let found: Vec<_> = found.iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            [
                "a.rs:2: `of one's own`: write \"your own\"",
                "a.rs:2: `somebody`: name who acts",
            ]
        );
    }

    #[test]
    fn only_the_opening_of_a_comment_counts() {
        let text = "//! What a module is.\n\n/// The thing.\n/// What follows.\nfn a() {}\n    /// Whether it is.\n\
                    // What is this?\n//// What\n/// Whatever.\n";
        let found: Vec<_> = openings("a.rs", text)
            .iter()
            .map(Finding::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "a.rs:1: a doc comment opens with the thing, not with `What`",
                "a.rs:6: a doc comment opens with the thing, not with `Whether`",
            ]
        );
    }

    #[test]
    fn only_our_pages_are_read() {
        let text = "shall";
        let tree = Tree::from([
            ("README.md", text),
            ("docs/a.md", text),
            ("CHANGELOG.md", text),
            ("judges/README.md", text),
            ("crates/a/src/b.rs", "\"shall\""),
            ("crates/a/src/b/tests.rs", "\"shall\""),
            ("crates/a/tests/it/b.rs", "\"shall\""),
            ("crates/skill/src/b.rs", "\"shall\""),
        ]);
        let found = all(&tree);
        let places = found.words.iter().chain(&found.messages);
        let files: Vec<_> = places.map(|finding| finding.file.as_str()).collect();
        assert_eq!(files, ["README.md", "docs/a.md", "crates/a/src/b.rs"]);
    }
}
