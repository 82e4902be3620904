//! The state as a JSON document: read whatever it says, and rewritten without losing what only a
//! later version knows.

use serde_json::{Map, Value};

use super::StageState;
use super::header::Header;
use super::place::{Place, StageIdentity};
use crate::error::{Code, Error};

/// A state together with the document that it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StateDocument {
    /// Every member, known or not, in its order.
    raw: Map<String, Value>,
    header: Header,
    state: StageState,
}

/// Records that are about one thing, with the members that say which. A record about another thing
/// keeps nothing of the one that it replaces.
const IDENTIFIED_BY: [(&str, &[&str]); 3] = [
    ("lock", &["owner", "since"]),
    ("pool", &["id"]),
    ("skill", &["nonce"]),
];

/// The largest number that every reader of JSON understands
/// ([RFC 8259, 6](https://www.rfc-editor.org/rfc/rfc8259#section-6)); a lock a second reaches it after
/// 285 million years.
pub(super) const LARGEST_FENCE: u64 = (1 << 53) - 1;

impl StateDocument {
    /// Reads a document that is this stage's and that this version may go on with.
    pub(super) fn parse(bytes: &[u8], place: &Place) -> Result<Self, Error> {
        let refused = |header: &Header, cause: String| place.unreadable(header).because(cause);
        let without = Header::default();
        let raw: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|error| refused(&without, error.to_string()))?;
        let header: Header = serde_json::from_value(Value::Object(raw.clone()))
            .map_err(|error| refused(&without, error.to_string()))?;
        if let Some(least) = header.demands() {
            return Err(place.for_later_tools(least));
        }
        // From the text, where a member that is there twice is refused.
        let state: StageState =
            serde_json::from_slice(bytes).map_err(|error| refused(&header, error.to_string()))?;
        // A derived reader takes a list for an object, with the members in their order.
        if let Some(path) = list_for_object(&raw, &to_object(&state)?) {
            return Err(refused(&header, format!("{path} is no JSON object")));
        }
        if state.fence > LARGEST_FENCE {
            let cause = format!("fence is {}, and at most {LARGEST_FENCE}", state.fence);
            return Err(refused(&header, cause));
        }
        place.check(&header, &state)?;
        Ok(Self { raw, header, state })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn state(&self) -> &StageState {
        &self.state
    }

    /// Takes something for known; nothing is written.
    pub(super) fn assume(&mut self, change: impl FnOnce(&mut StageState)) {
        change(&mut self.state);
    }

    /// The document that says `next`. Members that this version does not know stay as they are, in
    /// records too, unless a record is about another thing now.
    pub(super) fn rewrite(&self, next: StageState, whose: &StageIdentity) -> Result<Self, Error> {
        let (before, after) = (to_object(&self.state)?, to_object(&next)?);
        let mut kept = self.raw.clone();
        for (record, members) in IDENTIFIED_BY {
            let of = |all: &Map<String, Value>, member: &str| {
                all.get(record)
                    .and_then(|record| record.get(member))
                    .cloned()
            };
            if members
                .iter()
                .any(|name| of(&before, name) != of(&after, name))
            {
                kept.shift_remove(record);
            }
        }
        merge(&mut kept, &before, &after);
        let (header, mut raw) = self
            .header
            .over(whose)
            .map_err(|error| unwritable(&error))?;
        for (name, value) in kept {
            raw.entry(name).or_insert(value);
        }
        Ok(Self {
            raw,
            header,
            state: next,
        })
    }

    /// Whether both would be stored as the same text.
    pub(super) fn is_stored_as(&self, other: &Self) -> bool {
        self.raw == other.raw
    }

    /// The text that is stored.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec_pretty(&self.raw).map_err(|error| unwritable(&error))
    }
}

fn to_object(state: &StageState) -> Result<Map<String, Value>, Error> {
    let value = serde_json::to_value(state).and_then(serde_json::from_value);
    value.map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::new(Code::State, "the state cannot be written as JSON").because(error.to_string())
}

/// Makes `raw`, which says `before` and more, say `after` and the same more.
fn merge(raw: &mut Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) {
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        raw.shift_remove(name);
    }
    for (name, after) in after {
        match (raw.get_mut(name), before.get(name), after) {
            (Some(_), Some(before), after) if before == after => {}
            (Some(Value::Object(raw)), Some(Value::Object(before)), Value::Object(after)) => {
                merge(raw, before, after);
            }
            _ => {
                raw.insert(name.clone(), after.clone());
            }
        }
    }
}

/// The path of the first member that is an object to this version and something else in the text.
fn list_for_object(raw: &Map<String, Value>, typed: &Map<String, Value>) -> Option<String> {
    typed.iter().find_map(|(name, typed)| {
        let raw = raw.get(name)?;
        differs(raw, typed).map(|path| format!("{name}{path}"))
    })
}

fn differs(raw: &Value, typed: &Value) -> Option<String> {
    match (raw, typed) {
        (Value::Object(raw), Value::Object(typed)) => {
            list_for_object(raw, typed).map(|path| format!("/{path}"))
        }
        (Value::Array(raw), Value::Array(typed)) => (raw.iter().zip(typed))
            .enumerate()
            .find_map(|(index, (raw, typed))| Some(format!("/{index}{}", differs(raw, typed)?))),
        (_, Value::Object(_)) => Some(String::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
