//! What a skill asks of Alexa besides speaking
//! ([dialog interface](https://developer.amazon.com/en-US/docs/alexa/custom-skills/dialog-interface-reference.html)).

mod raw;

pub use raw::RawDirective;

use serde::Serialize;

use crate::request::Intent;

/// An instruction to Alexa that goes with a question: each of these needs an open session, which
/// is why only a [`Question`](super::Question) takes them. `Dialog.Delegate` is not among them, because
/// it comes without words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Directive {
    /// Asks for a slot.
    #[serde(rename = "Dialog.ElicitSlot")]
    DialogElicitSlot {
        /// The slot to ask for.
        slot_to_elicit: String,
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Asks whether a slot was understood well.
    #[serde(rename = "Dialog.ConfirmSlot")]
    DialogConfirmSlot {
        /// The slot to confirm.
        slot_to_confirm: String,
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Asks whether everything was understood well.
    #[serde(rename = "Dialog.ConfirmIntent")]
    DialogConfirmIntent {
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Teaches Alexa values of slot types for the rest of the session, or forgets them
    /// ([dynamic entities](https://developer.amazon.com/en-US/docs/alexa/custom-skills/use-dynamic-entities-for-customized-interactions.html)).
    #[serde(rename = "Dialog.UpdateDynamicEntities")]
    DialogUpdateDynamicEntities(DynamicEntities),
}

impl Directive {
    /// Whether it decides what the dialog does next, which one directive alone may do.
    pub(super) fn takes_the_turn(&self) -> bool {
        !matches!(self, Self::DialogUpdateDynamicEntities(_))
    }
}

/// What becomes of the values that Alexa was taught before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "updateBehavior", rename_all = "UPPERCASE")]
pub enum DynamicEntities {
    /// They are replaced by these.
    Replace {
        /// The slot types and their values.
        types: Vec<DynamicType>,
    },
    /// They are forgotten, all of them.
    Clear,
}

impl DynamicEntities {
    /// How many values and synonyms there are together.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Clear => 0,
            Self::Replace { types } => types
                .iter()
                .flat_map(|kind| &kind.values)
                .map(|value| 1 + value.name.synonyms.len())
                .sum(),
        }
    }
}

/// A slot type, and the values that it has for this user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DynamicType {
    /// Name of the slot type in the interaction model.
    pub name: String,
    /// Its values.
    pub values: Vec<DynamicValue>,
}

/// A value of a slot type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DynamicValue {
    /// Comes back as the id in the resolutions of a slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people say.
    pub name: DynamicName,
}

/// What people say for a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DynamicName {
    /// The canonical name.
    pub value: String,
    /// Other words for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
}
