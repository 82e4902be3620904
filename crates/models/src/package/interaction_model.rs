//! What people say to a skill, for one locale
//! ([schema](https://developer.amazon.com/en-US/docs/alexa/smapi/interaction-model-schema.html)).

mod dialog;
mod invocation;
mod letters;
mod rules;
mod sample;

pub use dialog::{Dialog, DialogIntent, DialogPrompts, DialogSlot, Prompt, PromptVariation};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Findings, Place, structure};
use crate::request::Extra;

/// A file of `interactionModels/custom`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InteractionModelDocument {
    /// The model.
    pub interaction_model: InteractionModel,
    /// What else is in the file.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Checks the model of a locale such as `en-US`, a file of `interactionModels/custom`.
pub fn check_model(locale: &str, document: &Value) -> Findings {
    let mut findings = Findings::default();
    let root = Place::default();
    let schema = facts::smapi::interaction_model();
    structure::check(&mut findings, &root, "the file", schema, document);
    if findings.refusals.is_empty() {
        match InteractionModelDocument::deserialize(document) {
            Ok(document) => rules::check(&mut findings, locale, &document.interaction_model),
            Err(error) => findings.refuse(
                &root,
                format!("not an interaction model: {error}"),
                "compare it with the schema that Amazon publishes",
            ),
        }
    }
    findings
}

/// An interaction model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InteractionModel {
    /// What people say.
    pub language_model: LanguageModel,
    /// What Alexa asks when something is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialog: Option<Dialog>,
    /// The words that it asks with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<Vec<Prompt>>,
    /// What else is in the model.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What people say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LanguageModel {
    /// What people call the skill.
    pub invocation_name: String,
    /// What they can want of it.
    pub intents: Vec<ModelIntent>,
    /// The slot types that are the skill's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<SlotType>>,
    /// What else is in the model, such as `modelConfiguration`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LanguageModel {
    fn types(&self) -> &[SlotType] {
        self.types.as_deref().unwrap_or_default()
    }

    /// An intent by its name.
    pub fn intent(&self, name: &str) -> Option<&ModelIntent> {
        self.intents.iter().find(|intent| intent.name == name)
    }
}

/// Something that people can want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelIntent {
    /// Its name; Amazon's own begin with `AMAZON.`.
    pub name: String,
    /// The variable parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Vec<ModelSlot>>,
    /// Sentences that mean it, with slots in braces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<String>>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ModelIntent {
    fn slots(&self) -> &[ModelSlot] {
        self.slots.as_deref().unwrap_or_default()
    }

    fn samples(&self) -> &[String] {
        self.samples.as_deref().unwrap_or_default()
    }
}

/// A variable part of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelSlot {
    /// Its name.
    pub name: String,
    /// Its type, one of `types` or one of Amazon's.
    #[serde(rename = "type")]
    pub kind: String,
    /// Sentences that give the slot when Alexa asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<String>>,
    /// What else is there, such as `multipleValues`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A slot type of the skill's own, or values added to one of Amazon's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotType {
    /// Its name.
    pub name: String,
    /// Its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<SlotTypeValue>>,
    /// Where the values come from instead, such as a catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_supplier: Option<Value>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SlotType {
    fn values(&self) -> &[SlotTypeValue] {
        self.values.as_deref().unwrap_or_default()
    }
}

/// A value of a slot type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotTypeValue {
    /// What the skill gets to see of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people say.
    pub name: SlotTypeName,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What people say for a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotTypeName {
    /// The canonical name.
    pub value: String,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synonyms: Option<Vec<String>>,
    /// What else is there.
    #[serde(flatten)]
    pub extra: Extra,
}
