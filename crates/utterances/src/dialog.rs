//! The dialog model: what Alexa would ask before, or instead of, sending a request.
//!
//! This device asks nothing. It says what Alexa would have asked.
//! <https://developer.amazon.com/en-US/docs/alexa/custom-skills/delegate-dialog-to-alexa.html>

use serde_json::Value;

use crate::slots::{Resolution, Slot};

/// The dialog rules of one intent.
#[derive(Debug)]
pub struct Rules {
    /// The skill asks with directives, and not Alexa by herself. Amazon does not document what is so
    /// where the model names no strategy; then Alexa may ask.
    is_manual: bool,
    confirmed: bool,
    /// In the model's order, which is the order in which Alexa asks.
    slots: Vec<SlotRules>,
}

#[derive(Debug)]
struct SlotRules {
    name: String,
    required: bool,
    confirmed: bool,
    /// The types of its validations.
    validations: Vec<String>,
}

/// The state of the dialog when an intent was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// The skill manages it, from here on.
    Started,
    /// Nothing has to be asked.
    Completed,
    /// Alexa would go on with this: "ask for the slot size".
    Unfinished(String),
}

impl Dialog {
    /// `dialogState` of the request.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Completed => "COMPLETED",
            Self::Unfinished(_) => "IN_PROGRESS",
        }
    }
}

impl Rules {
    /// The rules that an `interactionModel` document has for an intent.
    pub fn compile(document: &Value, intent: &str) -> Option<Self> {
        let dialog = &document["dialog"];
        let rules = members(&dialog["intents"]).find(|rules| rules["name"] == intent)?;
        let own = rules.get("delegationStrategy");
        let strategy = own.filter(|own| own.is_string());
        let strategy = strategy.unwrap_or(&dialog["delegationStrategy"]);
        Some(Self {
            is_manual: strategy == "SKILL_RESPONSE",
            confirmed: rules["confirmationRequired"] == true,
            slots: members(&rules["slots"]).map(SlotRules::compile).collect(),
        })
    }

    /// The state of the dialog with these slots.
    pub fn apply(&self, slots: &[Slot]) -> Dialog {
        if self.is_manual {
            return Dialog::Started;
        }
        let question = self.slots.iter().find_map(|rules| {
            let slot = slots.iter().find(|slot| slot.name == rules.name)?;
            rules.question(slot)
        });
        match question {
            Some(question) => Dialog::Unfinished(question),
            None if self.confirmed => Dialog::Unfinished("ask to confirm the intent".to_owned()),
            None => Dialog::Completed,
        }
    }
}

impl SlotRules {
    fn compile(rules: &Value) -> Self {
        let types = members(&rules["validations"]).filter_map(|rule| rule["type"].as_str());
        Self {
            name: rules["name"].as_str().unwrap_or_default().to_owned(),
            required: rules["elicitationRequired"] == true,
            confirmed: rules["confirmationRequired"] == true,
            validations: types.map(str::to_owned).collect(),
        }
    }

    fn question(&self, slot: &Slot) -> Option<String> {
        let name = &self.name;
        let Some(filling) = &slot.filling else {
            return self.required.then(|| format!("ask for the slot {name}"));
        };
        let is_match = matches!(filling.resolution, Some(Resolution::Match(_)));
        let unproven = |kind: &&String| !(is_match && *kind == "hasEntityResolutionMatch");
        if let Some(kind) = self.validations.iter().find(unproven) {
            return Some(format!("validate the slot {name} ({kind})"));
        }
        self.confirmed
            .then(|| format!("ask to confirm the slot {name}"))
    }
}

fn members(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
