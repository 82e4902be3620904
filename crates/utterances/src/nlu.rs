//! Understanding: which intent an utterance means, by the interaction model.
//!
//! Words either match a sample exactly or fill one of its slots. What Alexa's statistics would
//! generalise beyond the samples is not imitated, so an utterance that works here has a sample. The
//! values of Amazon's own list types, such as `AMAZON.Country`, are not known here either: a few words
//! in such a slot are taken for one, unless the utterance means something that is known.

mod near;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::dialog::{Dialog, Rules};
use crate::language::Language;
use crate::slots::{Filling, Fit, Resolution, Slot, SlotType, Trust};
use crate::words::words;
pub use near::Near;

/// What Amazon's own intents and slot types begin with.
const AMAZON: &str = "AMAZON.";

/// The interaction model of one locale, ready to be matched against.
#[derive(Debug)]
pub struct Model {
    /// The words of the invocation name.
    pub invocation: Vec<String>,
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
    dialog: Option<Rules>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    /// An index into the intent's slots.
    Slot(usize),
}

/// What an utterance means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// The intent's name.
    pub intent: String,
    /// Every slot of the intent, filled or not, in the model's order.
    pub slots: Vec<Slot>,
    /// The state of the dialog, if the model has dialog rules for the intent.
    pub dialog: Option<Dialog>,
}

impl Understood {
    /// The slots by name, as `POST /say` shows them: `null`, or the `value` that was said, with `name`
    /// and `id` of the value that it was resolved to.
    pub fn shown_slots(&self) -> Value {
        let shown = self.slots.iter().map(|slot| {
            let filling = slot.filling.as_ref().map(|filling| {
                let mut shown = json!({ "value": filling.value });
                if let Some(Resolution::Match(values)) = &filling.resolution
                    && let Some(best) = values.first()
                {
                    shown["name"] = json!(best.name);
                    shown["id"] = json!(best.id);
                }
                shown
            });
            (slot.name.clone(), json!(filling))
        });
        Value::Object(shown.collect())
    }
}

/// How well a sample matches; the lower, the better.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// Words that went into a slot without being one of its known values.
    free: usize,
    /// Words that may be a value of one of Amazon's lists.
    listed: usize,
    /// Words that went into slots at all.
    slotted: usize,
}

impl Model {
    /// Reads the `interactionModel` document, which the model builder has accepted.
    pub fn compile(language: &'static Language, document: &Value) -> Self {
        let model = &document["languageModel"];
        let members = |name: &str| model[name].as_array().into_iter().flatten();
        Self {
            invocation: words(
                language,
                model["invocationName"].as_str().unwrap_or_default(),
            ),
            intents: members("intents")
                .map(|intent| Intent::compile(language, intent, document))
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
    pub fn bare(&self, intent: &str) -> Option<Understood> {
        let intent = self.intents.iter().find(|other| other.name == intent)?;
        Some(intent.understood(Vec::new()))
    }

    /// The intent that the words mean in the best of their readings, likeliest first, or `None` when
    /// none is close enough.
    ///
    /// An intent of the skill's own wins over a built-in one with the same words
    /// (<https://developer.amazon.com/en-US/docs/alexa/custom-skills/test-utterances-and-improve-your-interaction-model.html>),
    /// then the model's order decides.
    pub fn understand(&self, readings: &[Vec<String>]) -> Option<Understood> {
        readings
            .iter()
            .flat_map(|reading| self.candidates(reading))
            // The first of equals.
            .min_by_key(|(intent, matched)| (matched.distance, intent.is_built_in()))
            .map(|(intent, matched)| intent.understood(matched.fillings))
    }

    /// Everything that some words may mean.
    fn candidates(&self, utterance: &[String]) -> Vec<(&Intent, Match)> {
        if utterance.is_empty() {
            return Vec::new();
        }
        let built_in = self
            .intents
            .iter()
            .filter(|intent| self.is_phrase_of(intent, utterance))
            .map(|intent| (intent, Match::default()));
        let samples = self.intents.iter().flat_map(|intent| {
            intent.samples.iter().filter_map(move |sample| {
                let matched = self.fit(intent, sample, utterance)?;
                acceptable(intent, sample, &matched, utterance.len()).then_some((intent, matched))
            })
        });
        built_in.chain(samples).collect()
    }

    /// True if Alexa knows the built-in intent by these words.
    fn is_phrase_of(&self, intent: &Intent, utterance: &[String]) -> bool {
        let mut known = self.language.built_in.iter();
        let known = known.find(|(name, _)| *name == intent.name);
        known.is_some_and(|(_, phrases)| {
            let mut phrases = phrases.iter();
            phrases.any(|phrase| words(self.language, phrase) == utterance)
        })
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
                        match fit.trust {
                            Trust::Known => {}
                            Trust::Listed => matched.distance.listed += length,
                            Trust::Free => matched.distance.free += length,
                        }
                        matched.fillings.push((*index, fit.filling));
                        Some(matched)
                    })
                    .min_by_key(|matched| matched.distance)
            }
        }
    }

    fn fit_slot(&self, slot_type: &str, value: &[String]) -> Option<Fit> {
        let own = self.types.get(slot_type).map(|own| own.fit(value));
        match own {
            Some(fit) if fit.trust == Trust::Known || !slot_type.starts_with(AMAZON) => Some(fit),
            // An extended type of Amazon's has values beyond those of the model.
            Some(fit) => {
                let trust = crate::slots::built_in(self.language, slot_type, value)?.trust;
                Some(Fit { trust, ..fit })
            }
            None => crate::slots::built_in(self.language, slot_type, value),
        }
    }
}

#[derive(Debug, Default)]
struct Match {
    distance: Distance,
    fillings: Vec<(usize, Filling)>,
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
    fn is_built_in(&self) -> bool {
        self.name.starts_with(AMAZON)
    }

    fn compile(language: &'static Language, intent: &Value, document: &Value) -> Self {
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
        let name = intent["name"].as_str().unwrap_or_default();
        Self {
            name: name.to_owned(),
            slots,
            samples,
            dialog: Rules::compile(document, name),
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
            dialog: self.dialog.as_ref().map(|rules| rules.apply(&slots)),
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
