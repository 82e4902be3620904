//! Rules that Amazon's specification does not say, as examples.
//!
//! `rules.json` has one entry for each: what it says, where that is written down, and documents that
//! are accepted, refused, or accepted with advice. The deployer's check and the local stage
//! implement the rules apart; a test of each runs all examples.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The committed list.
const RULES: &str = include_str!("../rules.json");

/// Short names of places that examples are mostly about.
const SHORT: [(&str, &str); 9] = [
    (
        "invocationName",
        "/interactionModel/languageModel/invocationName",
    ),
    (
        "modelConfiguration",
        "/interactionModel/languageModel/modelConfiguration",
    ),
    ("types", "/interactionModel/languageModel/types"),
    ("intents", "/interactionModel/languageModel/intents"),
    ("name", "/interactionModel/languageModel/intents/4/name"),
    ("slots", "/interactionModel/languageModel/intents/4/slots"),
    (
        "samples",
        "/interactionModel/languageModel/intents/4/samples",
    ),
    ("dialog", "/interactionModel/dialog"),
    ("prompts", "/interactionModel/prompts"),
];

static ALL: LazyLock<List> = LazyLock::new(|| serde_json::from_str(RULES).unwrap_or_default());

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// Documents that nothing is wrong with, which the examples change.
    base: Base,
    rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    manifest: Value,
    model: Value,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called.
    pub id: String,
    /// What it says.
    pub says: String,
    /// Where that is written down, or was seen.
    pub source: String,
    /// What it is about.
    pub document: Document,
    /// What is accepted, without advice.
    #[serde(default)]
    accept: Vec<Example>,
    /// What is refused.
    #[serde(default)]
    refuse: Vec<Example>,
    /// What is accepted and does not work as it looks.
    #[serde(default)]
    advise: Vec<Example>,
}

/// A document of a skill package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Document {
    /// `skill.json`.
    Manifest,
    /// A file of `interactionModels/custom`.
    Model,
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is to be said about it.
    Accept,
    /// It is not taken.
    Refuse,
    /// It is taken, and `check` advises against it.
    Advise,
}

/// An example: the base document with some places changed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    #[serde(default)]
    locale: Option<String>,
    /// New values by place: a JSON pointer, or one of [`SHORT`]. `null` removes.
    set: Map<String, Value>,
}

/// All rules.
pub fn all() -> &'static [Rule] {
    &ALL.rules
}

impl Rule {
    /// Every example: what becomes of it, its locale such as `en-US`, and the whole document.
    pub fn examples(&self) -> impl Iterator<Item = (Verdict, &str, Value)> {
        let lists = [
            (Verdict::Accept, &self.accept),
            (Verdict::Refuse, &self.refuse),
            (Verdict::Advise, &self.advise),
        ];
        lists.into_iter().flat_map(move |(verdict, examples)| {
            examples.iter().map(move |example| {
                let locale = example.locale.as_deref().unwrap_or("en-US");
                (verdict, locale, self.document.changed(&example.set))
            })
        })
    }
}

impl Document {
    fn changed(self, set: &Map<String, Value>) -> Value {
        let base = &ALL.base;
        let mut document = match self {
            Self::Manifest => base.manifest.clone(),
            Self::Model => base.model.clone(),
        };
        for (place, value) in set {
            let short = SHORT.iter().find(|(name, _)| name == place);
            let pointer = short.map_or(place.as_str(), |(_, pointer)| pointer);
            let Some((parent, key)) = pointer.rsplit_once('/') else {
                continue;
            };
            match document.pointer_mut(parent) {
                Some(Value::Object(members)) if value.is_null() => {
                    members.shift_remove(key);
                }
                Some(Value::Object(members)) => {
                    members.insert(key.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_can_be_read_and_every_rule_has_its_examples() {
        let list: List = serde_json::from_str(RULES).unwrap();
        let ids: BTreeSet<&str> = list.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), list.rules.len());
        for rule in &list.rules {
            assert!(rule.source.starts_with("https://"), "{}", rule.id);
            let (good, bad) = (rule.accept.len(), rule.refuse.len() + rule.advise.len());
            assert!(good > 0 && bad > 0, "{}", rule.id);
        }
    }

    /// An example whose place is misspelt would say nothing.
    #[test]
    fn every_example_is_another_document() {
        for rule in all() {
            let base = rule.document.changed(&Map::new());
            for (_, locale, document) in rule.examples() {
                assert!(
                    document != base || locale != "en-US",
                    "{}: {document}",
                    rule.id
                );
            }
        }
    }

    /// Letters are Unicode's: every locale of Alexa has an invocation name and a sample.
    #[test]
    fn every_locale_has_letters() {
        for id in ["invocation-letters", "sample-letters"] {
            let rule = all().iter().find(|rule| rule.id == id).unwrap();
            let accepted = rule
                .examples()
                .filter(|(verdict, _, _)| *verdict == Verdict::Accept);
            let found: BTreeSet<String> =
                accepted.map(|(_, locale, _)| locale.to_owned()).collect();
            let all: BTreeSet<String> = crate::smapi::locales().iter().cloned().collect();
            assert_eq!(found, all, "{id}");
        }
    }
}
