//! A sample utterance, taken apart at its slots.

use super::letters::{is_digit, is_letter};

/// Words and slots of a sample, in turn.
pub(super) struct Parts<'a> {
    /// What is before, between and after the slots.
    words: Vec<&'a str>,
    /// Names of the slots.
    pub(super) slots: Vec<&'a str>,
}

/// Takes a sample apart, or says what is wrong with its braces.
pub(super) fn parts(sample: &str) -> Result<Parts<'_>, &'static str> {
    let mut parts = Parts {
        words: Vec::new(),
        slots: Vec::new(),
    };
    let mut rest = sample;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((slot, after)) = after.split_once('}') else {
            return Err("opens a brace and does not close it");
        };
        parts.words.push(before);
        parts.slots.push(slot.trim());
        rest = after;
    }
    parts.words.push(rest);
    if parts.words.iter().any(|words| words.contains('}')) {
        return Err("closes a brace that was not opened");
    }
    Ok(parts)
}

/// Whether a character may be outside of the slots. A digit may, and is better spelled out.
pub(super) fn may_have(c: char) -> bool {
    is_letter(c) || is_digit(c) || matches!(c, ' ' | '.' | '\'' | '’' | '_' | '-')
}

impl Parts<'_> {
    /// Everything outside of the slots.
    pub(super) fn words(&self) -> String {
        self.words.concat()
    }

    /// A letter, mark or digit that touches a slot.
    pub(super) fn glued(&self) -> Option<char> {
        let touches = |c: &char| is_letter(*c) || is_digit(*c);
        let (_, others) = self.words.split_last()?;
        let before = others.iter().filter_map(|words| words.chars().next_back());
        let after = self
            .words
            .iter()
            .skip(1)
            .filter_map(|words| words.chars().next());
        before.chain(after).find(touches)
    }
}
