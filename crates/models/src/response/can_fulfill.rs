//! The answer to "could you?"
//! ([name-free interaction](https://developer.amazon.com/en-US/docs/alexa/custom-skills/implement-canfulfillintentrequest-for-name-free-interaction.html)).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::VERSION;

/// Whether the skill could do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CanFulfill {
    /// It could.
    Yes,
    /// It could not.
    No,
    /// It would need to ask first, for example for an account to be linked.
    Maybe,
}

/// What a skill can do with one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanFulfillSlot {
    /// Whether it knows the value.
    pub can_understand: CanFulfill,
    /// Whether it can act on it; there is no "maybe".
    #[serde(serialize_with = "yes_or_no")]
    pub can_fulfill: bool,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn yes_or_no<S: serde::Serializer>(yes: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *yes { "YES" } else { "NO" })
}

/// The answer to a `CanFulfillIntentRequest`. It neither speaks nor changes anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanFulfillAnswer {
    can_fulfill: CanFulfill,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    slots: BTreeMap<String, CanFulfillSlot>,
}

impl CanFulfillAnswer {
    /// An answer about the intent as a whole.
    pub fn new(can_fulfill: CanFulfill) -> Self {
        Self {
            can_fulfill,
            slots: BTreeMap::new(),
        }
    }

    /// Adds what the skill can do with a slot.
    #[must_use]
    pub fn with_slot(mut self, name: impl Into<String>, slot: CanFulfillSlot) -> Self {
        self.slots.insert(name.into(), slot);
        self
    }

    /// The answer as the Lambda returns it.
    pub fn render(&self) -> Value {
        json!({ "version": VERSION, "response": { "canFulfillIntent": self } })
    }
}
