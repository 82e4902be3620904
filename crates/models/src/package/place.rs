//! Where in a JSON text a value is, so that a problem can be shown with its line.

use std::fmt;
use std::ops::Range;

/// The way to a value from the root of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Place {
    /// The value at these keys.
    #[must_use]
    pub fn of(keys: &[&str]) -> Self {
        let key = |key: &&str| Step::Key((*key).to_owned());
        Self(keys.iter().map(key).collect())
    }

    /// The value of a member of this one.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// An item of this one, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The bytes of the value in `text`, if it is there. `text` must be valid JSON.
    pub fn span(&self, text: &str) -> Option<Range<usize>> {
        let mut scanner = Scanner {
            bytes: text.as_bytes(),
            at: 0,
        };
        scanner.space();
        if !self.0.iter().all(|step| scanner.enter(step)) {
            return None;
        }
        let start = scanner.at;
        // To the comma, or to the end of what has the value.
        let end = if scanner.skip_to_next() {
            scanner.at - 1
        } else {
            scanner.at
        };
        Some(start..start + text[start..end].trim_end().len())
    }

    /// Line and column, both from 1, of the value in `text`; of the innermost value on the way
    /// that exists, if it does not. `text` must be valid JSON.
    pub fn position(&self, text: &str) -> (usize, usize) {
        let mut scanner = Scanner {
            bytes: text.as_bytes(),
            at: 0,
        };
        let byte = scanner.follow(&self.0);
        let before = &text[..byte];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

/// Walks valid JSON without building anything.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// The first byte of the value at the end of `steps`, or of the last one that exists.
    fn follow(&mut self, steps: &[Step]) -> usize {
        self.space();
        let mut found = self.at;
        for step in steps {
            if !self.enter(step) {
                break;
            }
            found = self.at;
        }
        found
    }

    fn enter(&mut self, step: &Step) -> bool {
        match step {
            Step::Key(key) => self.enter_member(key),
            Step::Index(index) => self.enter_item(*index),
        }
    }

    fn enter_member(&mut self, key: &str) -> bool {
        if self.next() != Some(b'{') {
            return false;
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return false;
            }
            let start = self.at;
            self.skip_string();
            let name = serde_json::from_slice::<String>(&self.bytes[start..self.at]);
            self.space();
            self.at += 1; // the colon
            self.space();
            if name.is_ok_and(|name| name == key) {
                return true;
            }
            if !self.skip_to_next() {
                return false;
            }
        }
    }

    fn enter_item(&mut self, index: usize) -> bool {
        if self.next() != Some(b'[') {
            return false;
        }
        self.space();
        if self.peek() == Some(b']') {
            return false;
        }
        for _ in 0..index {
            if !self.skip_to_next() {
                return false;
            }
            self.space();
        }
        true
    }

    /// Skips a value and the comma after it; false if there is none.
    fn skip_to_next(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return false,
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => {
                    self.at += 1;
                    return true;
                }
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.next() {
            match byte {
                b'"' => return,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": [1, \"x]\\\"\", {\"b\": true}],\n  \"c d\": {}\n}";

    #[test]
    fn values_are_found() {
        let at = |path: Place| path.position(TEXT);
        assert_eq!(at(Place::default()), (1, 1));
        assert_eq!(at(Place::of(&["a"])), (2, 8));
        assert_eq!(at(Place::of(&["a"]).index(1)), (2, 12));
        assert_eq!(at(Place::of(&["a"]).index(2).key("b")), (2, 26));
        assert_eq!(at(Place::of(&["c d"])), (3, 10));
    }

    #[test]
    fn the_text_of_a_value_is_found() {
        let text = |path: Place| path.span(TEXT).map(|span| &TEXT[span]);
        let all = "[1, \"x]\\\"\", {\"b\": true}]";
        assert_eq!(text(Place::default()), Some(TEXT));
        assert_eq!(text(Place::of(&["a"])), Some(all));
        assert_eq!(text(Place::of(&["a"]).index(2).key("b")), Some("true"));
        assert_eq!(text(Place::of(&["c d"])), Some("{}"));
        assert_eq!(text(Place::of(&["z"])), None);
        assert_eq!(text(Place::of(&["a"]).index(7)), None);
    }

    #[test]
    fn what_is_missing_is_shown_where_it_belongs() {
        assert_eq!(Place::of(&["c d", "e"]).position(TEXT), (3, 10));
        assert_eq!(Place::of(&["a"]).index(7).position(TEXT), (2, 8));
        assert_eq!(Place::of(&["z"]).position(TEXT), (1, 1));
    }

    #[test]
    fn a_path_reads_as_people_write_it() {
        let path = Place::of(&["intents"]).index(2).key("name");
        assert_eq!(path.to_string(), "intents[2].name");
    }
}
