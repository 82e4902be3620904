//! What the interaction model builder accepts.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/create-intents-utterances-and-slots.html> and
//! <https://developer.amazon.com/docs/alexa/custom-skills/choose-the-invocation-name-for-a-custom-skill.html>

use std::collections::HashSet;
use std::sync::LazyLock;

use fancy_regex::Regex;
use serde_json::Value;

use super::errors::Violation;
use super::structure;

/// Words that no English invocation name may have: they wake a device, or begin a request to a skill.
const RESERVED: &[&str] = &[
    "alexa", "amazon", "app", "ask", "begin", "computer", "echo", "enable", "launch", "load",
    "open", "play", "resume", "run", "skill", "start", "tell", "use",
];
/// Most characters of a value of a slot type.
const LONGEST_VALUE: usize = 140;

/// An invocation name: letters that are not capital ones, of any script.
static INVOCATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let letter = r"[\p{L}\p{M}\u{200c}\u{200d}]";
    Regex::new(&format!(
        r"^(?!.*[\p{{Lu}}\p{{Lt}}]){letter}(?:{letter}|['.・ ])*$"
    ))
    .ok()
});
/// What may be outside of the slots of a sample.
static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{Nd}\u{200c}\u{200d} .'’_-]*$").ok());
/// A slot that touches a word.
static GLUED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{M}\p{Nd}]\{|\}[\p{L}\p{M}\p{Nd}]").ok());

/// Whether a text has a match; what cannot be judged has none.
fn fits(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    let regex = regex.as_ref();
    regex.is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

/// The `interactionModel` as the service keeps it, or all that is wrong with it.
pub(super) fn check(locale: &str, document: &Value) -> Result<Value, Vec<Violation>> {
    let mut document = structure::without_nulls(document.clone());
    let schema = facts::smapi::interaction_model();
    let mut rules = Rules(structure::violations("$", schema, &document));
    if !facts::smapi::locales().iter().any(|known| known == locale) {
        rules.report(format!("The locale {locale} is not supported."));
    }
    // What has another form than it should cannot be read any further.
    if rules.0.is_empty() {
        let model = &document["interactionModel"];
        rules.language_model(locale, &model["languageModel"]);
        rules.dialog(model);
    }
    if rules.0.is_empty() {
        Ok(document["interactionModel"].take())
    } else {
        Err(rules.0)
    }
}

struct Rules(Vec<Violation>);

impl Rules {
    fn report(&mut self, message: impl Into<String>) {
        self.0.push(Violation::plain(message));
    }

    fn language_model(&mut self, locale: &str, language: &Value) {
        self.invocation_name(locale, text(&language["invocationName"]));
        let types = self.types(&language["types"]);
        self.intents(items(&language["intents"]), &types);
        let configuration = &language["modelConfiguration"];
        let tuned = locale.starts_with("en-") || locale.starts_with("de-");
        if configuration["fallbackIntentSensitivity"].is_object() && !tuned {
            self.report(format!(
                "The sensitivity of the fallback intent is not supported in {locale}."
            ));
        }
    }

    fn invocation_name(&mut self, locale: &str, name: &str) {
        let length = name.chars().count();
        if !(2..=50).contains(&length) {
            self.report(format!(
                "The invocation name \"{name}\" has {length} characters; it must have between 2 and 50."
            ));
        }
        if !fits(&INVOCATION, name) || (name.contains('・') && locale != "ja-JP") {
            self.report(format!(
                "The invocation name \"{name}\" is not valid. It must start with a letter and can \
                 only contain lower case letters, spaces, apostrophes and periods."
            ));
        } else if name.split(' ').any(str::is_empty) {
            self.report(format!(
                "The invocation name \"{name}\" is not valid. One space is between its words."
            ));
        }
        if locale.starts_with("en-")
            && let Some(word) = name.split(' ').find(|word| RESERVED.contains(word))
        {
            self.report(format!(
                "The invocation name \"{name}\" contains the reserved word \"{word}\"."
            ));
        }
    }

    /// The names of the custom slot types.
    fn types<'v>(&mut self, types: &'v Value) -> HashSet<&'v str> {
        let mut names = HashSet::new();
        for slot_type in items(types) {
            let name = text(&slot_type["name"]);
            if !names.insert(name) {
                self.report(format!(
                    "The slot type \"{name}\" is defined more than once."
                ));
            }
            if !name.starts_with("AMAZON.") && !is_identifier(name) {
                self.report(format!(
                    "The slot type name \"{name}\" is not valid. It can only contain letters, \
                     digits and underscores and must start with a letter."
                ));
            }
            let values = items(&slot_type["values"]);
            if values.is_empty() && !slot_type["valueSupplier"].is_object() {
                self.report(format!("The slot type \"{name}\" has no values."));
            }
            let mut seen = HashSet::new();
            let mut ids = HashSet::new();
            for value in values {
                if let Some(id) = value["id"].as_str()
                    && !ids.insert(id)
                {
                    self.report(format!(
                        "The slot type \"{name}\" has the value id \"{id}\" more than once."
                    ));
                }
                let value = text(&value["name"]["value"]);
                if value.chars().count() > LONGEST_VALUE {
                    self.report(format!(
                        "A value of the slot type \"{name}\" exceeds the limit of {LONGEST_VALUE} \
                         characters."
                    ));
                } else if value.trim().is_empty() {
                    self.report(format!("A value of the slot type \"{name}\" is empty."));
                } else if !seen.insert(value.to_lowercase()) {
                    self.report(format!(
                        "The slot type \"{name}\" has the value \"{value}\" more than once."
                    ));
                }
            }
        }
        names
    }

    fn intents(&mut self, intents: &[Value], types: &HashSet<&str>) {
        let mut names = HashSet::new();
        for intent in intents {
            let name = text(&intent["name"]);
            if !names.insert(name) {
                self.report(format!("The intent \"{name}\" is defined more than once."));
            }
            if !name.starts_with("AMAZON.") && !is_intent_name(name) {
                self.report(format!(
                    "The intent name \"{name}\" is not valid. It can only contain letters and \
                     underscores and must start with a letter."
                ));
            }
            let slots = self.slots(name, &intent["slots"], types);
            self.samples(intent, &slots);
        }
    }

    /// Name and type of each slot.
    fn slots<'v>(
        &mut self,
        intent: &str,
        slots: &'v Value,
        types: &HashSet<&str>,
    ) -> Vec<(&'v str, &'v str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for slot in items(slots) {
            let (name, slot_type) = (text(&slot["name"]), text(&slot["type"]));
            if !is_intent_name(name) {
                self.report(format!(
                    "The slot name \"{name}\" of the intent \"{intent}\" is not valid. It can only \
                     contain letters and underscores and must start with a letter."
                ));
            }
            if found.iter().any(|(other, _)| *other == name) {
                self.report(format!(
                    "The slot \"{name}\" is defined more than once in the intent \"{intent}\"."
                ));
            }
            if !slot_type.starts_with("AMAZON.") && !types.contains(slot_type) {
                self.report(format!(
                    "The slot \"{name}\" of the intent \"{intent}\" has the unknown slot type \
                     \"{slot_type}\"."
                ));
            }
            found.push((name, slot_type));
        }
        found
    }

    fn samples(&mut self, intent: &Value, slots: &[(&str, &str)]) {
        let name = text(&intent["name"]);
        for sample in items(&intent["samples"]) {
            let sample = text(sample);
            self.sample(name, sample, slots);
            self.carrier(name, sample, slots);
        }
        for slot in items(&intent["slots"]) {
            for sample in items(&slot["samples"]) {
                self.sample(name, text(sample), slots);
            }
        }
    }

    fn sample(&mut self, intent: &str, sample: &str, slots: &[(&str, &str)]) {
        let Some(parts) = SampleParts::parse(sample) else {
            return self.report(format!(
                "The sample utterance \"{sample}\" of the intent \"{intent}\" has unbalanced \
                 curly braces."
            ));
        };
        if sample.trim().is_empty() || !fits(&WORDS, &parts.literal) {
            self.report(format!(
                "InvalidCharInSamples: the sample utterance \"{sample}\" of the intent \"{intent}\" \
                 is not valid. Sample utterances can consist of only unicode characters, spaces, \
                 periods for abbreviations, underscores, possessive apostrophes, and hyphens."
            ));
        }
        if fits(&GLUED, sample) {
            self.report(format!(
                "InvalidSample: in the sample utterance \"{sample}\" of the intent \"{intent}\" a \
                 slot is not separated from the text beside it."
            ));
        }
        for slot in &parts.slots {
            if !slots.iter().any(|(name, _)| name == slot) {
                self.report(format!(
                    "The sample utterance \"{sample}\" refers to the slot \"{slot}\", which the \
                     intent \"{intent}\" does not have."
                ));
            }
        }
    }

    /// A query takes whatever is said, so something else has to say where it begins.
    fn carrier(&mut self, intent: &str, sample: &str, slots: &[(&str, &str)]) {
        let Some(parts) = SampleParts::parse(sample) else {
            return;
        };
        let is_query = |slot: &&str| slots.contains(&(slot, "AMAZON.SearchQuery"));
        let alone = parts.slots.len() == 1 && !parts.literal.trim().is_empty();
        if parts.slots.iter().any(is_query) && !alone {
            self.report(format!(
                "The sample utterance \"{sample}\" of the intent \"{intent}\" must include a carrier \
                 phrase, and no other slot, beside its AMAZON.SearchQuery slot."
            ));
        }
    }

    /// A dialog refers to what is there.
    fn dialog(&mut self, model: &Value) {
        let prompts: HashSet<&str> = items(&model["prompts"])
            .iter()
            .map(|prompt| text(&prompt["id"]))
            .collect();
        let spoken = items(&model["languageModel"]["intents"]);
        for intent in items(&model["dialog"]["intents"]) {
            let name = text(&intent["name"]);
            self.prompts(&prompts, name, &intent["prompts"]);
            let Some(known) = spoken.iter().find(|known| text(&known["name"]) == name) else {
                self.report(format!(
                    "The dialog model refers to the intent \"{name}\", which the language model does \
                     not have."
                ));
                continue;
            };
            for slot in items(&intent["slots"]) {
                self.prompts(&prompts, name, &slot["prompts"]);
                let slot_name = text(&slot["name"]);
                let same = |known: &&Value| text(&known["name"]) == slot_name;
                match items(&known["slots"]).iter().find(same) {
                    Some(known) if known["type"] == slot["type"] => {}
                    Some(_) => self.report(format!(
                        "The slot \"{slot_name}\" of the intent \"{name}\" has another type in the \
                         dialog model than in the language model."
                    )),
                    None => self.report(format!(
                        "The dialog model refers to the slot \"{slot_name}\", which the intent \
                         \"{name}\" does not have."
                    )),
                }
            }
        }
    }

    fn prompts(&mut self, known: &HashSet<&str>, intent: &str, used: &Value) {
        for purpose in ["elicitation", "confirmation"] {
            if let Some(id) = used[purpose].as_str()
                && !known.contains(id)
            {
                self.report(format!(
                    "The prompt \"{id}\" of the intent \"{intent}\" does not exist."
                ));
            }
        }
    }
}

/// The text of a value whose form is known.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The entries of a list whose form is known.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A sample utterance taken apart.
struct SampleParts<'a> {
    literal: String,
    slots: Vec<&'a str>,
}

impl<'a> SampleParts<'a> {
    fn parse(sample: &'a str) -> Option<Self> {
        let mut literal = String::new();
        let mut slots = Vec::new();
        let mut rest = sample;
        while let Some(open) = rest.find('{') {
            let close = open + rest[open..].find('}')?;
            literal.push_str(&rest[..open]);
            slots.push(rest[open + 1..close].trim());
            rest = &rest[close + 1..];
        }
        literal.push_str(rest);
        (!literal.contains('}')).then_some(Self { literal, slots })
    }
}

fn is_intent_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut language = json!({
            "invocationName": "voice link",
            "types": [{ "name": "Info", "values": [
                { "name": { "value": "email" } }, { "name": { "value": "name" } },
            ] }],
            "intents": [
                { "name": "AMAZON.HelpIntent", "samples": [] },
                {
                    "name": "RequestInfoIntent",
                    "slots": [{ "name": "info", "type": "Info" }],
                    "samples": ["what is my {info}", "tell me user's e-mail"],
                },
            ],
        });
        change(&mut language);
        match check(
            "en-US",
            &json!({ "interactionModel": { "languageModel": language } }),
        ) {
            Ok(_) => Vec::new(),
            Err(violations) => violations
                .iter()
                .map(|violation| violation.message().to_owned())
                .collect(),
        }
    }

    #[track_caller]
    fn refused(part: &str, change: impl FnOnce(&mut Value)) {
        let found = model(change);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(part), "{found:?}");
    }

    #[test]
    fn a_sound_model_is_kept() {
        assert_eq!(model(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn invocation_names() {
        refused("has 1 characters", |model| {
            model["invocationName"] = "x".into();
        });
        refused("not valid", |model| {
            model["invocationName"] = "Voice Link".into();
        });
        refused("not valid", |model| {
            model["invocationName"] = "voice 2".into();
        });
        refused("reserved word", |model| {
            model["invocationName"] = "my alexa".into();
        });
        refused("missing", |model| model["invocationName"] = Value::Null);
    }

    #[test]
    fn intents() {
        refused("has 0 items", |model| model["intents"] = json!([]));
        refused("more than once", |model| {
            model["intents"][1] = model["intents"][0].clone();
        });
        refused("not valid", |model| {
            model["intents"][0]["name"] = "Intent2".into();
        });
    }

    #[test]
    fn slots_and_types() {
        refused("unknown slot type \"Other\"", |model| {
            model["intents"][1]["slots"][0]["type"] = "Other".into();
        });
        refused("has no values", |model| {
            model["types"][0]["values"] = json!([]);
        });
        refused("more than once", |model| {
            model["types"][0]["values"][1] = model["types"][0]["values"][0].clone();
        });
    }

    #[test]
    fn samples() {
        let sample = |text: &'static str| {
            move |model: &mut Value| model["intents"][1]["samples"][0] = text.into()
        };
        refused("not valid", sample("what is my {info}?"));
        refused("which the intent", sample("what is my {other}"));
        refused("unbalanced", sample("what is my {info"));
        refused("carrier phrase", |model| {
            model["intents"][1]["slots"][0]["type"] = "AMAZON.SearchQuery".into();
            model["intents"][1]["samples"][0] = "{info}".into();
        });
    }

    #[test]
    fn an_unknown_locale_is_refused() {
        let document = json!({ "interactionModel": { "languageModel": {
            "invocationName": "voice link", "intents": [{ "name": "AMAZON.HelpIntent" }],
        } } });
        assert!(check("en-GB", &document).is_ok());
        assert!(check("en-XX", &document).is_err());
    }
}
