//! What is wrong with a stack file, and where.

use std::fmt;

use toml::de::{DeTable, DeValue};

use super::declaration::{self, Key};
use super::spelling::closest;

/// A stack file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct StackFileError {
    path: String,
    problems: Vec<Problem>,
}

impl StackFileError {
    pub(super) fn new(path: &str, problems: Vec<Problem>) -> Self {
        Self {
            path: path.to_owned(),
            problems,
        }
    }

    /// Everything that is wrong, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for StackFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{problem}", self.path)?;
        }
        Ok(())
    }
}

/// One thing that is wrong, or not advisable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write in its place.
    pub hint: Option<String>,
    /// Where the rule is written down.
    pub source: Option<&'static str>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        if let Some(source) = self.source {
            write!(f, "\n  see {source}")?;
        }
        Ok(())
    }
}

impl Problem {
    /// What the TOML parser or a value's own check found.
    pub(super) fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let byte = error.span().map_or(0, |span| span.start);
        let (line, column) = position(text, byte);
        let message = error.message().trim_end().to_owned();
        // These are this project's own rules.
        let ours = message.starts_with("unknown field") || message.ends_with("is listed twice");
        let key = Locator::new(text).key_at(byte).filter(|_| !ours);
        let declared = |what| declaration::of(key.as_deref()?, what);
        let hint = hint(&message).or_else(|| declared(Key::hint).map(str::to_owned));
        Self {
            line,
            column,
            message,
            hint,
            source: declared(Key::source),
        }
    }
}

/// A suggestion for a word that is unknown.
fn hint(message: &str) -> Option<String> {
    if message.starts_with("missing field `name`") {
        return Some("begin with name = \"my-skill\"; every other key has a default".to_owned());
    }
    if !message.starts_with("unknown ") {
        return None;
    }
    // "unknown field `acess`, expected one of `access`, `refresh`"
    let mut quoted = message.split('`').skip(1).step_by(2);
    let word = quoted.next()?;
    closest(word, quoted).map(|meant| format!("did you mean `{meant}`?"))
}

/// Line and column, both from 1, of a byte of `text`.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

/// Finds keys of a stack file in its text.
pub(super) struct Locator<'a> {
    text: &'a str,
    table: Option<DeTable<'a>>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let table = DeTable::parse(text).ok().map(toml::Spanned::into_inner);
        Self { text, table }
    }

    /// Line and column of the first of these keys that the file has; where it has none, of the
    /// table that the first one belongs in, or the beginning of the file.
    pub(super) fn find(&self, keys: &[&str]) -> (usize, usize) {
        let found = keys.iter().find_map(|key| self.byte(key));
        let table = || {
            keys.first()?
                .rsplit_once('.')
                .and_then(|(table, _)| self.byte(table))
        };
        position(self.text, found.or_else(table).unwrap_or(0))
    }

    /// Whether the file has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.byte(key).is_some()
    }

    /// The key whose value, or whose name, has this byte; tables in lists have no key of their own.
    fn key_at(&self, byte: usize) -> Option<String> {
        fn within(table: &DeTable<'_>, above: &str, byte: usize) -> Option<String> {
            table.iter().find_map(|(name, value)| {
                let key = match above {
                    "" => name.get_ref().to_string(),
                    _ => format!("{above}.{}", name.get_ref()),
                };
                let inside = || match value.get_ref() {
                    DeValue::Table(inner) => within(inner, &key, byte),
                    _ => None,
                };
                let here = name.span().contains(&byte) || value.span().contains(&byte);
                inside().or_else(|| here.then_some(key.clone()))
            })
        }
        within(self.table.as_ref()?, "", byte)
    }

    /// The first byte of a key's value.
    fn byte(&self, key: &str) -> Option<usize> {
        let mut table = self.table.as_ref()?;
        let mut steps = key.split('.').peekable();
        loop {
            let value = table.get(steps.next()?)?;
            if steps.peek().is_none() {
                return Some(value.span().start);
            }
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => return None,
            }
        }
    }
}
