//! Interaction models: the rules that a build at Amazon would otherwise fail by.
//!
//! <https://developer.amazon.com/en-US/docs/alexa/custom-skills/create-intents-utterances-and-slots.html>

use std::collections::{BTreeMap, BTreeSet};

use super::{InteractionModel, LanguageModel, ModelIntent, SlotType, dialog, invocation};
use crate::package::{Findings, Place};

/// The intents that every custom skill must have.
///
/// <https://developer.amazon.com/en-US/docs/alexa/custom-skills/standard-built-in-intents.html>
const REQUIRED: [&str; 3] = [
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
];

/// What is to be said about a model.
pub(super) fn check(findings: &mut Findings, locale: &str, document: &InteractionModel) {
    let model = &document.language_model;
    let mut checker = Checker {
        root: Place::of(&["interactionModel", "languageModel"]),
        findings,
    };
    if let Some((message, hint)) = invocation::check(locale, &model.invocation_name) {
        checker.report(&checker.root.key("invocationName"), message, hint);
    }
    checker.types(model);
    checker.intents(model);
    checker.samples(model);
    let prompts = document.prompts.as_deref().unwrap_or_default();
    dialog::check(checker.findings, model, document.dialog.as_ref(), prompts);
}

struct Checker<'f> {
    root: Place,
    findings: &'f mut Findings,
}

impl Checker<'_> {
    fn report(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.refuse(place, message, hint);
    }

    /// Reports what is in a list twice, compared as Alexa does.
    fn distinct<'a>(&mut self, what: &str, names: impl IntoIterator<Item = (Place, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (path, name) in names {
            if !seen.insert(name.to_lowercase()) {
                self.report(
                    &path,
                    format!("the {what} `{name}` is there twice"),
                    "remove one of them, or rename it",
                );
            }
        }
    }

    fn types(&mut self, model: &LanguageModel) {
        let types = self.root.key("types");
        self.distinct(
            "slot type",
            (model.types().iter().enumerate()).map(|(index, slot_type)| {
                (types.index(index).key("name"), slot_type.name.as_str())
            }),
        );
        for (index, slot_type) in model.types().iter().enumerate() {
            let values = types.index(index).key("values");
            self.distinct(
                "value",
                slot_type.values().iter().enumerate().map(|(index, value)| {
                    let path = values.index(index).key("name").key("value");
                    (path, value.name.value.as_str())
                }),
            );
            self.distinct(
                "value id",
                (slot_type.values().iter().enumerate()).filter_map(|(index, value)| {
                    Some((values.index(index).key("id"), value.id.as_deref()?))
                }),
            );
        }
    }

    fn intents(&mut self, model: &LanguageModel) {
        let intents = self.root.key("intents");
        self.distinct(
            "intent",
            (model.intents.iter().enumerate())
                .map(|(index, intent)| (intents.index(index).key("name"), intent.name.as_str())),
        );
        for name in REQUIRED {
            if !model.intents.iter().any(|intent| intent.name == name) {
                self.report(
                    &intents,
                    format!("the intent {name} is missing, and Alexa demands it of every skill"),
                    format!("add {{\"name\": \"{name}\", \"samples\": []}}"),
                );
            }
        }
        for (index, intent) in model.intents.iter().enumerate() {
            let path = intents.index(index);
            let custom = intent.name.strip_prefix("AMAZON.").unwrap_or(&intent.name);
            if !is_identifier(custom) {
                self.report(
                    &path.key("name"),
                    format!("`{}` cannot be the name of an intent", intent.name),
                    "use letters and underscores",
                );
            }
            self.slots(&path.key("slots"), intent, model.types());
        }
    }

    fn slots(&mut self, path: &Place, intent: &ModelIntent, types: &[SlotType]) {
        self.distinct(
            "slot",
            (intent.slots().iter().enumerate())
                .map(|(index, slot)| (path.index(index).key("name"), slot.name.as_str())),
        );
        for (index, slot) in intent.slots().iter().enumerate() {
            if !is_identifier(&slot.name) {
                self.report(
                    &path.index(index).key("name"),
                    format!("`{}` cannot be the name of a slot", slot.name),
                    "use letters and underscores",
                );
            }
            let known = slot.kind.starts_with("AMAZON.")
                || types.iter().any(|slot_type| slot_type.name == slot.kind);
            if !known {
                let names: Vec<&str> = types.iter().map(|known| known.name.as_str()).collect();
                self.report(
                    &path.index(index).key("type"),
                    format!(
                        "the slot `{}` has the unknown type `{}`",
                        slot.name, slot.kind
                    ),
                    format!("define it in types, or use one of: {}", names.join(", ")),
                );
            }
        }
    }

    fn samples(&mut self, model: &LanguageModel) {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for (index, intent) in model.intents.iter().enumerate() {
            let path = self.root.key("intents").index(index);
            let own = intent.samples().iter().enumerate();
            for (index, sample) in own {
                let at = path.key("samples").index(index);
                self.sample(&at, sample, intent);
                if let Some(owner) = owners.insert(normalised(sample), &intent.name) {
                    self.report(
                        &at,
                        format!("the sample \"{sample}\" is there twice, also for {owner}"),
                        "leave it to one intent, once",
                    );
                }
            }
            for (slot_index, slot) in intent.slots().iter().enumerate() {
                for (index, sample) in slot.samples.iter().flatten().enumerate() {
                    let at = path
                        .key("slots")
                        .index(slot_index)
                        .key("samples")
                        .index(index);
                    self.sample(&at, sample, intent);
                }
            }
        }
    }

    fn sample(&mut self, path: &Place, sample: &str, intent: &ModelIntent) {
        let mut words = String::new();
        let mut rest = sample;
        while let Some((before, after)) = rest.split_once('{') {
            words.push_str(before);
            let Some((slot, after)) = after.split_once('}') else {
                self.report(
                    path,
                    format!("the sample \"{sample}\" opens a brace and does not close it"),
                    "write slots as {slotName}",
                );
                return;
            };
            if !intent.slots().iter().any(|known| known.name == slot) {
                self.report(
                    path,
                    format!("the sample \"{sample}\" names the unknown slot `{slot}`"),
                    format!("add the slot to {}, or remove it here", intent.name),
                );
            }
            rest = after;
        }
        words.push_str(rest);
        let strange = words
            .chars()
            .find(|c| !(c.is_alphabetic() || c.is_whitespace() || ".'’_-".contains(*c)));
        if let Some(strange) = strange {
            self.report(
                path,
                format!("the sample \"{sample}\" has the character `{strange}`"),
                "use letters, spaces, periods, apostrophes, hyphens and {slots}; spell numbers out",
            );
        } else if sample.trim().is_empty() {
            self.report(path, "the sample is empty", "remove it");
        }
    }
}

fn normalised(sample: &str) -> String {
    let words: Vec<String> = sample.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_')
}
