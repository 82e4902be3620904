//! Sentences that a skill understands, by its own interaction model.

use serde_json::Value;

use crate::language::Language;

/// How many sentences are enough to choose from.
const ENOUGH: usize = 24;

/// The sentence that opens the skill, then the first sample of each intent, then the second ones, and so
/// on. Slots have the first value of their type; a sample with a slot of Amazon's own types is left out.
pub fn of(language: &Language, document: &Value) -> Vec<String> {
    let model = &document["languageModel"];
    let name = model["invocationName"].as_str().unwrap_or_default();
    let opening = match (language.launch, language.launch_after) {
        ([], [after, ..]) => format!("{name}{after}"),
        ([open, ..], _) => format!("{open} {name}"),
        ([], []) => name.to_owned(),
    };
    let intents: Vec<Vec<String>> = members(&model["intents"])
        .map(|intent| sentences(language, intent, &model["types"]))
        .collect();
    let longest = intents.iter().map(Vec::len).max().unwrap_or_default();
    let in_turn = (0..longest).flat_map(|place| {
        let intents = intents.iter();
        intents.filter_map(move |sentences| sentences.get(place).cloned())
    });
    std::iter::once(opening)
        .chain(in_turn)
        .take(ENOUGH)
        .collect()
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The samples of an intent; of one of Amazon's own without any, the phrase that Alexa knows it by.
fn sentences(language: &Language, intent: &Value, types: &Value) -> Vec<String> {
    let samples: Vec<String> = members(&intent["samples"])
        .filter_map(|sample| fill(sample.as_str()?, &intent["slots"], types))
        .collect();
    if !samples.is_empty() {
        return samples;
    }
    let mut known = language.built_in.iter();
    let known = known.find(|(name, _)| intent["name"] == *name);
    let phrase = known.and_then(|(_, phrases)| phrases.first());
    phrase
        .map(|phrase| (*phrase).to_owned())
        .into_iter()
        .collect()
}

/// A sample with a value in each slot, if there is one for each.
fn fill(sample: &str, slots: &Value, types: &Value) -> Option<String> {
    let mut sentence = String::new();
    let mut rest = sample;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let slot = members(slots).find(|slot| slot["name"] == name.trim())?;
        let kind = members(types).find(|kind| kind["name"] == slot["type"])?;
        let value = &kind["values"][0]["name"]["value"];
        sentence.push_str(before);
        sentence.push_str(value.as_str()?);
        rest = after;
    }
    sentence.push_str(rest);
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Understanding, understanding};

    #[test]
    fn every_sentence_is_understood() {
        let model = json!({ "languageModel": {
            "invocationName": "account guide",
            "intents": [
                { "name": "NameIntent", "samples": ["what is my name", "my name"] },
                {
                    "name": "InfoIntent",
                    "slots": [{ "name": "info", "type": "Info" }],
                    "samples": ["tell me my {info}"],
                },
                {
                    "name": "DayIntent",
                    "slots": [{ "name": "day", "type": "AMAZON.DATE" }],
                    "samples": ["on {day}"],
                },
                { "name": "AMAZON.HelpIntent", "samples": [] },
            ],
            "types": [{ "name": "Info", "values": [{ "name": { "value": "e-mail address" } }] }],
        } });
        let language = Language::of_locale("en-US").unwrap();
        let sentences = of(language, &model);
        assert_eq!(
            sentences,
            [
                "open account guide",
                "what is my name",
                "tell me my e-mail address",
                "help",
                "my name"
            ]
        );
        assert_eq!(
            understanding("en-US", &model, &sentences[0]),
            Understanding::Launch
        );
        for (sentence, intent) in sentences[1..].iter().zip(["NameIntent", "InfoIntent"]) {
            let sentence = format!("ask account guide {sentence}");
            let understood = understanding("en-US", &model, &sentence);
            assert_eq!(understood, Understanding::Intent(intent.to_owned()));
        }
    }
}
