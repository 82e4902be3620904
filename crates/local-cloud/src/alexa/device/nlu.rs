//! Understanding: which intent an utterance means, by the interaction model.
//!
//! Words either match a sample exactly or fill one of its slots. What Alexa's statistics would
//! generalise beyond the samples is not imitated, so an utterance that works here has a sample.

use std::collections::HashMap;

use serde_json::Value;

use super::language::Language;
use super::slots::{Filling, Fit, SlotType};
use super::words::words;

/// The interaction model of one locale, ready to be matched against.
#[derive(Debug)]
pub(super) struct Model {
    /// The words of the invocation name.
    pub(super) invocation: Vec<String>,
    intents: Vec<Intent>,
    types: HashMap<String, SlotType>,
    language: &'static Language,
}

#[derive(Debug)]
struct Intent {
    name: String,
    /// Name and type.
    slots: Vec<(String, String)>,
    samples: Vec<Vec<Part>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    /// An index into the intent's slots.
    Slot(usize),
}

/// What an utterance means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Understood {
    /// The intent's name.
    pub(super) intent: String,
    /// Every slot of the intent, filled or not, in the model's order.
    pub(super) slots: Vec<Slot>,
}

/// One slot of an understood intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) name: String,
    /// The name of its type.
    pub(super) kind: String,
    pub(super) filling: Option<Filling>,
}

/// How well a sample matches; the lower, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// Words that went into a slot without being one of its known values.
    free: usize,
    /// Words that went into slots at all.
    slotted: usize,
}

impl Model {
    /// Reads the `interactionModel` document, which the model builder has accepted.
    pub(super) fn compile(language: &'static Language, document: &Value) -> Self {
        let model = &document["languageModel"];
        let members = |name: &str| model[name].as_array().into_iter().flatten();
        Self {
            invocation: words(
                language,
                model["invocationName"].as_str().unwrap_or_default(),
            ),
            intents: members("intents")
                .map(|intent| Intent::compile(language, intent))
                .collect(),
            types: members("types")
                .filter_map(|slot_type| {
                    let name = slot_type["name"].as_str()?;
                    Some((name.to_owned(), SlotType::compile(language, slot_type)))
                })
                .collect(),
            language,
        }
    }

    /// An intent without any slot filled, if it is part of the model.
    pub(super) fn bare(&self, intent: &str) -> Option<Understood> {
        let intent = self.intents.iter().find(|other| other.name == intent)?;
        Some(intent.understood(Vec::new()))
    }

    /// The intent that the words mean, or `None` when none is close enough.
    pub(super) fn understand(&self, utterance: &[String]) -> Option<Understood> {
        if utterance.is_empty() {
            return None;
        }
        let built_in = self.intents.iter().filter_map(|intent| {
            let phrases = self
                .language
                .built_in
                .iter()
                .find(|(name, _)| *name == intent.name)?
                .1;
            phrases
                .iter()
                .any(|phrase| words(self.language, phrase) == utterance)
                .then(|| {
                    (
                        Distance {
                            free: 0,
                            slotted: 0,
                        },
                        intent,
                        Vec::new(),
                    )
                })
        });
        let samples = self.intents.iter().flat_map(|intent| {
            intent.samples.iter().filter_map(move |sample| {
                let matched = self.fit(intent, sample, utterance)?;
                acceptable(intent, sample, &matched, utterance.len()).then_some((
                    matched.distance,
                    intent,
                    matched.fillings,
                ))
            })
        });
        // `min_by_key` keeps the first of equals: the model's order decides.
        built_in
            .chain(samples)
            .min_by_key(|(distance, _, _)| *distance)
            .map(|(_, intent, fillings)| intent.understood(fillings))
    }

    /// The best way to lay a sample over the words, if there is one.
    fn fit(&self, intent: &Intent, sample: &[Part], utterance: &[String]) -> Option<Match> {
        let Some((part, rest)) = sample.split_first() else {
            return utterance.is_empty().then(Match::default);
        };
        match part {
            Part::Word(word) => match utterance.split_first() {
                Some((said, others)) if said == word => self.fit(intent, rest, others),
                _ => None,
            },
            Part::Slot(index) => {
                let slot_type = &intent.slots[*index].1;
                // Each part that follows needs a word of its own.
                let longest = utterance.len().checked_sub(rest.len())?;
                (1..=longest)
                    .filter_map(|length| {
                        let (value, others) = utterance.split_at(length);
                        let fit = self.fit_slot(slot_type, value)?;
                        let mut matched = self.fit(intent, rest, others)?;
                        matched.distance.slotted += length;
                        if fit.free {
                            matched.distance.free += length;
                        }
                        matched.fillings.push((*index, fit.filling));
                        Some(matched)
                    })
                    .min_by_key(|matched| matched.distance)
            }
        }
    }

    fn fit_slot(&self, slot_type: &str, value: &[String]) -> Option<Fit> {
        match self.types.get(slot_type) {
            Some(custom) => Some(custom.fit(value)),
            None => super::slots::built_in(self.language, slot_type, value),
        }
    }
}

#[derive(Debug)]
struct Match {
    distance: Distance,
    fillings: Vec<(usize, Filling)>,
}

impl Default for Match {
    fn default() -> Self {
        Self {
            distance: Distance {
                free: 0,
                slotted: 0,
            },
            fillings: Vec::new(),
        }
    }
}

/// A value that no slot type knows is only believed when enough of the sample is around it.
fn acceptable(intent: &Intent, sample: &[Part], matched: &Match, length: usize) -> bool {
    let literal = length - matched.distance.slotted;
    let is_query = sample.iter().any(|part| match part {
        Part::Slot(index) => intent.slots[*index].1 == "AMAZON.SearchQuery",
        Part::Word(_) => false,
    });
    matched.distance.free == 0 || (literal > 0 && (is_query || matched.distance.free <= literal))
}

impl Intent {
    fn compile(language: &'static Language, intent: &Value) -> Self {
        let slots: Vec<(String, String)> = intent["slots"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|slot| {
                Some((
                    slot["name"].as_str()?.to_owned(),
                    slot["type"].as_str()?.to_owned(),
                ))
            })
            .collect();
        let samples = intent["samples"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|sample| parts(language, sample, &slots))
            .collect();
        Self {
            name: intent["name"].as_str().unwrap_or_default().to_owned(),
            slots,
            samples,
        }
    }

    fn understood(&self, fillings: Vec<(usize, Filling)>) -> Understood {
        let mut slots: Vec<Slot> = self
            .slots
            .iter()
            .map(|(name, kind)| Slot {
                name: name.clone(),
                kind: kind.clone(),
                filling: None,
            })
            .collect();
        for (index, filling) in fillings {
            slots[index].filling = Some(filling);
        }
        Understood {
            intent: self.name.clone(),
            slots,
        }
    }
}

fn parts(language: &Language, sample: &str, slots: &[(String, String)]) -> Vec<Part> {
    let mut parts = Vec::new();
    let literal = |text: &str| words(language, text).into_iter().map(Part::Word);
    let mut rest = sample;
    while let Some((before, after)) = rest.split_once('{') {
        parts.extend(literal(before));
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let index = slots.iter().position(|(slot, _)| slot == name.trim());
        parts.extend(index.map(Part::Slot));
        rest = after;
    }
    parts.extend(literal(rest));
    parts
}

#[cfg(test)]
mod tests;
