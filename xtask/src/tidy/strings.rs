//! The string literals of Rust source, found by as much of its grammar as that takes.

/// A string literal as it is written, without its quotes, and the line that it begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// Every string literal of a file up to its unit tests.
pub(super) fn literals(source: &str) -> Vec<Literal<'_>> {
    let end = source.find("\n#[cfg(test)]\nmod ").unwrap_or(source.len());
    let mut rest = source.get(..end).unwrap_or_default();
    let mut line = 1;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (length, text) = match first {
            '/' if rest.starts_with("//") => (until(rest, "\n"), None),
            '/' if rest.starts_with("/*") => (until(rest, "*/"), None),
            '"' => quoted(rest),
            'r' => raw(rest).unwrap_or_else(|| (word(rest), None)),
            '\'' => (character(rest), None),
            first if is_word(first) => (word(rest), None),
            first => (first.len_utf8(), None),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.extend(text.map(|text| Literal { line, text }));
        line += token.matches('\n').count();
        rest = after;
    }
    found
}

fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of an identifier, so that its last letter begins nothing. `b"` and `c"` are a word and a string.
fn word(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// A string that begins here: the length with its quotes, and the text between them.
fn quoted(text: &str) -> (usize, Option<&str>) {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return (at + 1, text.get(1..at)),
            _ => {}
        }
    }
    (text.len(), None)
}

/// A raw string that begins here.
fn raw(text: &str) -> Option<(usize, Option<&str>)> {
    let marks = text.strip_prefix('r')?;
    let inside = marks.trim_start_matches('#');
    let (marks, _) = marks.split_at_checked(marks.len() - inside.len())?;
    let inside = inside.strip_prefix('"')?;
    let begin = text.len() - inside.len();
    let end = begin + inside.find(&format!("\"{marks}"))?;
    Some((end + 1 + marks.len(), text.get(begin..end)))
}

/// The length of a character, or of the quote of a lifetime.
fn character(text: &str) -> usize {
    let inside = text.strip_prefix('\'').unwrap_or_default();
    let length = match inside.strip_prefix('\\') {
        // The escaped character may be a quote.
        Some(escape) => escape.chars().next().map_or(0, char::len_utf8) + 1,
        None => inside.chars().next().map_or(0, char::len_utf8),
    };
    let after = inside.get(length..).unwrap_or_default();
    match after.find('\'') {
        Some(0) => length + 2,
        Some(end) if inside.starts_with('\\') => length + end + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(usize, &str)> {
        let found = literals(source);
        found.iter().map(|found| (found.line, found.text)).collect()
    }

    #[test]
    fn strings_are_found_and_nothing_else() {
        let source = "// \"no\"\nlet a = \"one \\\" two\";\n/* \"no\" */ let b = '\"'; f('\\'', '\\u{22}', \"b\\\n c\");\n\
                      fn g<'a>(a: &'a str) { h(r#\"d \"e\" \"#, br\"f\", expr) }\n\n#[cfg(test)]\nmod tests { \"no\" }";
        assert_eq!(
            texts(source),
            [
                (2, "one \\\" two"),
                (3, "b\\\n c"),
                (5, "d \"e\" "),
                (5, "f"),
            ]
        );
    }
}
