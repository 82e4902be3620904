//! Intents, slots and what entity resolution made of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Extra;
use super::open::open_enum;

/// An utterance that the interaction model understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentRequest {
    /// How far a dialog model has got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialog_state: Option<DialogState>,
    /// What the user wants.
    pub intent: Intent,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// How far a multi-turn dialog has got.
    DialogState {
        /// The dialog has begun.
        Started = "STARTED",
        /// Slots or confirmations are missing.
        InProgress = "IN_PROGRESS",
        /// Everything that the dialog model requires is there.
        Completed = "COMPLETED",
    }
}

open_enum! {
    /// Whether the user confirmed an intent or a slot.
    ConfirmationStatus {
        /// Not asked yet.
        None = "NONE",
        /// Yes.
        Confirmed = "CONFIRMED",
        /// No.
        Denied = "DENIED",
    }
}

/// What the user wants, with its slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Name in the interaction model.
    pub name: String,
    /// Whether the user confirmed the intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_status: Option<ConfirmationStatus>,
    /// Slots by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<BTreeMap<String, Slot>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Intent {
    /// One slot, filled or not.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.as_ref()?.get(name)
    }
}

/// One slot of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// Name in the interaction model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What the user said; absent in an empty slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether the user confirmed the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_status: Option<ConfirmationStatus>,
    /// Who filled the slot: `USER`, or the skill by a directive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What entity resolution made of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolutions: Option<Resolutions>,
    /// The value in the newer form, which can hold several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_value: Option<SlotValue>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Slot {
    /// The id of the value that the interaction model matched, if it matched one.
    pub fn resolved_id(&self) -> Option<&str> {
        let of_slot = self.resolutions.as_ref().and_then(Resolutions::first_id);
        let of_value = || self.slot_value.as_ref()?.values().first()?.resolved_id();
        of_slot.or_else(of_value)
    }
}

/// One value, or a list of them in a multi-value slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotValue {
    /// `Simple` or `List`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the user said, in a simple value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What entity resolution made of a simple value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolutions: Option<Resolutions>,
    /// The values of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<SlotValue>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SlotValue {
    /// The simple values: the members of a list, or the value itself.
    pub fn values(&self) -> &[SlotValue] {
        self.values
            .as_deref()
            .unwrap_or_else(|| std::slice::from_ref(self))
    }

    /// The id of the value that the interaction model matched.
    pub fn resolved_id(&self) -> Option<&str> {
        self.resolutions.as_ref()?.first_id()
    }
}

/// The answers of every authority that resolved a slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolutions {
    /// One for the static slot type, one for dynamic entities and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolutions_per_authority: Option<Vec<Resolution>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Resolutions {
    /// What the static slot types and the dynamic entities matched, authority by authority.
    pub fn matches(&self) -> impl Iterator<Item = (&Resolution, &ResolutionValue)> {
        self.resolutions_per_authority
            .iter()
            .flatten()
            .filter(|resolution| resolution.matched())
            .flat_map(|resolution| {
                let values = resolution.values.iter().flatten();
                values.map(move |found| (resolution, &found.value))
            })
    }

    fn first_id(&self) -> Option<&str> {
        self.resolutions_per_authority
            .iter()
            .flatten()
            .filter(|resolution| resolution.matched())
            .find_map(|resolution| resolution.values.as_ref()?.first()?.value.id.as_deref())
    }
}

/// The answer of one authority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// Which authority, `amzn1.er-authority.…`.
    #[serde(default)]
    pub authority: String,
    /// Whether it found a match.
    pub status: ResolutionStatus,
    /// The matches, the best first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<ResolvedValue>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Resolution {
    fn matched(&self) -> bool {
        self.status.code == "ER_SUCCESS_MATCH"
    }

    /// Whether the values were taught by the skill (`Dialog.UpdateDynamicEntities`) and are not
    /// those of the interaction model.
    pub fn is_dynamic(&self) -> bool {
        self.authority
            .starts_with("amzn1.er-authority.echo-sdk.dynamic.")
    }
}

/// Whether an authority found a match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolutionStatus {
    /// `ER_SUCCESS_MATCH`, `ER_SUCCESS_NO_MATCH` or an error.
    pub code: String,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One match, wrapped as Alexa wraps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedValue {
    /// The match.
    pub value: ResolutionValue,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A value of a slot type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolutionValue {
    /// Its canonical name.
    pub name: String,
    /// Its id in the interaction model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}
