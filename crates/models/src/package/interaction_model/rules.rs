//! Interaction models: the rules that a build at Amazon would otherwise fail by.
//!
//! <https://developer.amazon.com/en-US/docs/alexa/custom-skills/create-intents-utterances-and-slots.html>

use std::collections::{BTreeMap, BTreeSet};

use super::letters::is_digit;
use super::{InteractionModel, LanguageModel, ModelIntent, SlotType, dialog, invocation, sample};
use crate::package::{Findings, Place};

/// The intents that every custom skill must have.
///
/// <https://developer.amazon.com/en-US/docs/alexa/custom-skills/standard-built-in-intents.html>
const REQUIRED: [&str; 3] = [
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
];

/// Most characters of a value of a slot type.
const LONGEST_VALUE: usize = 140;

/// What is to be said about a model.
pub(super) fn check(findings: &mut Findings, locale: &str, document: &InteractionModel) {
    let model = &document.language_model;
    let mut checker = Checker {
        root: Place::of(&["interactionModel", "languageModel"]),
        findings,
    };
    checker.locale(locale, document);
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

    fn locale(&mut self, locale: &str, document: &InteractionModel) {
        let known = facts::smapi::locales();
        if !known.iter().any(|known| known == locale) {
            self.report(
                &Place::default(),
                format!("{locale} is not a locale that Alexa has skills in"),
                format!("use one of {}", known.join(", ")),
            );
        }
        let configuration = document.language_model.extra.get("modelConfiguration");
        let sensitivity = configuration.and_then(|it| it.get("fallbackIntentSensitivity"));
        let tuned = ["en", "de"].contains(&locale.split('-').next().unwrap_or_default());
        if sensitivity.is_some_and(|it| !it.is_null()) && !tuned {
            self.report(
                &self.root.key("modelConfiguration"),
                format!("fallbackIntentSensitivity cannot be set in {locale}"),
                "remove it: it is there for English and German only",
            );
        }
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
            let name = &slot_type.name;
            let values = types.index(index).key("values");
            let own = name.strip_prefix("AMAZON.").unwrap_or(name);
            if !is_identifier(own, |c| c.is_ascii_digit()) {
                self.report(
                    &types.index(index).key("name"),
                    format!("`{name}` cannot be the name of a slot type"),
                    "use letters, digits and underscores, and begin with a letter",
                );
            }
            if slot_type.values().is_empty() && slot_type.value_supplier.is_none() {
                let message = format!("the slot type `{name}` has no values");
                self.report(&values, message, "add what people say, or remove the type");
            }
            for (index, value) in slot_type.values().iter().enumerate() {
                let at = values.index(index).key("name").key("value");
                let characters = value.name.value.chars().count();
                if characters > LONGEST_VALUE {
                    let message = format!("a value of `{name}` has {characters} characters");
                    self.report(&at, message, format!("use at most {LONGEST_VALUE}"));
                } else if value.name.value.trim().is_empty() {
                    self.report(&at, format!("a value of `{name}` is empty"), "remove it");
                }
            }
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
            if !is_identifier(custom, |_| false) {
                self.report(
                    &path.key("name"),
                    format!("`{}` cannot be the name of an intent", intent.name),
                    "use letters and underscores, and begin with a letter",
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
            if !is_identifier(&slot.name, |_| false) {
                self.report(
                    &path.index(index).key("name"),
                    format!("`{}` cannot be the name of a slot", slot.name),
                    "use letters and underscores, and begin with a letter",
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
                    self.findings.advise(
                        &at,
                        format!("the sample \"{sample}\" is there twice, also for {owner}"),
                        "leave it to one intent, once: Alexa builds it and chooses one of them",
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
        let parts = match sample::parts(sample) {
            Ok(parts) => parts,
            Err(what) => {
                let message = format!("the sample \"{sample}\" {what}");
                return self.report(path, message, "write slots as {slotName}");
            }
        };
        let mut queries = 0;
        for slot in &parts.slots {
            match intent.slots().iter().find(|known| known.name == *slot) {
                None => self.report(
                    path,
                    format!("the sample \"{sample}\" names the unknown slot `{slot}`"),
                    format!("add the slot to {}, or remove it here", intent.name),
                ),
                Some(known) if known.kind == "AMAZON.SearchQuery" => queries += 1,
                Some(_) => {}
            }
        }
        let words = parts.words();
        // What answers a question needs no words around it.
        let own = intent.samples().iter().any(|own| own == sample);
        if own && queries > 0 && (parts.slots.len() > 1 || words.trim().is_empty()) {
            self.report(
                path,
                format!("the sample \"{sample}\" needs words, and nothing else, beside its AMAZON.SearchQuery"),
                "write what people say around it, such as \"search for {query}\"",
            );
        }
        if let Some(glued) = parts.glued() {
            self.report(
                path,
                format!("the sample \"{sample}\" has `{glued}` right beside a slot"),
                "put a space between them, also in languages without spaces",
            );
        }
        if let Some(strange) = words.chars().find(|c| !sample::may_have(*c)) {
            self.report(
                path,
                format!("the sample \"{sample}\" has the character `{strange}`"),
                "use letters, spaces, periods, apostrophes, hyphens and {slots}; spell numbers out",
            );
        } else if sample.trim().is_empty() {
            self.report(path, "the sample is empty", "remove it");
        } else if words.contains(is_digit) {
            self.findings.advise(
                path,
                format!("the sample \"{sample}\" has digits"),
                "spell numbers out, as they are said",
            );
        }
    }
}

fn normalised(sample: &str) -> String {
    let words: Vec<String> = sample.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Letters, underscores and what `other` allows, beginning with a letter.
fn is_identifier(name: &str, other: fn(char) -> bool) -> bool {
    let part = |c: char| c.is_ascii_alphabetic() || c == '_' || other(c);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(part)
}
