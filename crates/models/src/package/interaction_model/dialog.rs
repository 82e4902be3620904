//! The dialog model: what Alexa asks by itself
//! ([dialog model](https://developer.amazon.com/en-US/docs/alexa/custom-skills/define-the-dialog-to-collect-and-confirm-required-information.html)).

use serde::{Deserialize, Serialize};

use super::LanguageModel;
use crate::package::{Findings, Place};
use crate::request::Extra;

/// What Alexa asks when something is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dialog {
    /// `ALWAYS` or `SKILL_RESPONSE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation_strategy: Option<String>,
    /// The intents that need a dialog.
    pub intents: Vec<DialogIntent>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The dialog of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DialogIntent {
    /// Name of the intent.
    pub name: String,
    /// Whether the whole is to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_required: Option<bool>,
    /// What it is confirmed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<DialogPrompts>,
    /// The dialog of each slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Vec<DialogSlot>>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The dialog of a slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DialogSlot {
    /// Name of the slot.
    pub name: String,
    /// Its type, as in the language model.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it has to be filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation_required: Option<bool>,
    /// Whether it has to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_required: Option<bool>,
    /// What it is asked for and confirmed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<DialogPrompts>,
    /// What else is there, such as `validations`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Ids of prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DialogPrompts {
    /// To ask with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<String>,
    /// To confirm with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Words that Alexa asks with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// What the dialog refers to it by.
    pub id: String,
    /// One of these is said.
    pub variations: Vec<PromptVariation>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One way to say a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptVariation {
    /// `PlainText` or `SSML`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The words.
    pub value: String,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What the dialog refers to has to be there.
pub(super) fn check(
    findings: &mut Findings,
    language: &LanguageModel,
    dialog: Option<&Dialog>,
    prompts: &[Prompt],
) {
    let all = Place::of(&["interactionModel", "prompts"]);
    for (index, prompt) in prompts.iter().enumerate() {
        let place = all.index(index).key("variations");
        for (index, variation) in prompt.variations.iter().enumerate() {
            if variation.value.trim().is_empty() {
                let message = format!("a variation of the prompt `{}` is empty", prompt.id);
                findings.refuse(&place.index(index).key("value"), message, "remove it");
            }
        }
    }
    let Some(dialog) = dialog else { return };
    let intents = Place::of(&["interactionModel", "dialog", "intents"]);
    for (index, intent) in dialog.intents.iter().enumerate() {
        let place = intents.index(index);
        known_prompts(findings, &place, intent.prompts.as_ref(), prompts);
        let Some(spoken) = language.intent(&intent.name) else {
            findings.refuse(
                &place.key("name"),
                format!(
                    "the dialog is of the intent `{}`, which nobody can say",
                    intent.name
                ),
                "add the intent to languageModel, or remove it here",
            );
            continue;
        };
        for (index, slot) in intent.slots.iter().flatten().enumerate() {
            let place = place.key("slots").index(index);
            known_prompts(findings, &place, slot.prompts.as_ref(), prompts);
            match spoken.slots().iter().find(|known| known.name == slot.name) {
                None => findings.refuse(
                    &place.key("name"),
                    format!("{} has no slot `{}`", intent.name, slot.name),
                    "add the slot to the intent in languageModel, or remove it here",
                ),
                Some(known) if known.kind != slot.kind => findings.refuse(
                    &place.key("type"),
                    format!(
                        "the slot `{}` is a {} here and a {} in languageModel",
                        slot.name, slot.kind, known.kind
                    ),
                    "use one type in both",
                ),
                Some(_) => {}
            }
        }
    }
}

fn known_prompts(
    findings: &mut Findings,
    place: &Place,
    used: Option<&DialogPrompts>,
    prompts: &[Prompt],
) {
    let Some(used) = used else { return };
    for (key, id) in [
        ("elicitation", &used.elicitation),
        ("confirmation", &used.confirmation),
    ] {
        let Some(id) = id else { continue };
        if !prompts.iter().any(|prompt| prompt.id == *id) {
            findings.refuse(
                &place.key("prompts").key(key),
                format!("there is no prompt `{id}`"),
                "add it to prompts, or use the id of one that is there",
            );
        }
    }
}
