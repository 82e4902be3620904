//! Understands what is said to an Alexa device, by the interaction model of a skill.
//!
//! The device of the local stage works by it, and `check` tries a skill's testing phrases with it.
//! Amazon does not publish how Alexa understands; docs/local-stage.md says what this does.

pub mod dialog;
pub mod language;
pub mod nlu;
pub mod samples;
pub mod slots;
pub mod utterance;
pub mod words;

use serde_json::Value;

use language::Language;
use nlu::Model;
use utterance::Addressed;

/// What a device makes of a sentence that is meant for a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Understanding {
    /// The skill is opened.
    Launch,
    /// The skill is asked for something: the intent's name.
    Intent(String),
    /// The skill is asked for something that no sample says.
    NoIntent,
    /// The skill's invocation name is not in it, or not where it belongs.
    NotTheSkill,
}

/// The sentence that opens a skill with an invocation name, on a device that speaks a locale.
pub fn opening(locale: &str, invocation_name: &str) -> String {
    let language = Language::of_locale(locale);
    let wake_word = match language.and_then(|language| language.wake_words.first()) {
        Some(&"alexa") | None => "Alexa",
        Some(other) => other,
    };
    match language.map(|language| (language.launch, language.launch_after)) {
        Some(([], [after, ..])) if language.is_some_and(|language| language.spaced) => {
            format!("{wake_word}, {invocation_name} {after}")
        }
        Some(([], [after, ..])) => format!("{wake_word}、{invocation_name}{after}"),
        Some(([open, ..], _)) => format!("{wake_word}, {open} {invocation_name}"),
        Some(([], [])) | None => format!("{wake_word}, open {invocation_name}"),
    }
}

/// What a device that speaks a locale, such as `en-US`, makes of a sentence, if the skill with this
/// `interactionModel` is the only one.
pub fn understanding(locale: &str, model: &Value, sentence: &str) -> Understanding {
    let Some(language) = Language::of_locale(locale) else {
        // No locale of Alexa's.
        return Understanding::NotTheSkill;
    };
    let model = Model::compile(language, model);
    let heard = utterance::heard(language, sentence);
    let addressed = match utterance::address(language, &heard, &[&model.invocation]) {
        Addressed::Loosely(addressed) => *addressed,
        addressed => addressed,
    };
    match addressed {
        Addressed::Launch(_) => Understanding::Launch,
        Addressed::OneShot(_, readings) => model
            .understand(&readings)
            .map_or(Understanding::NoIntent, |understood| {
                Understanding::Intent(understood.intent)
            }),
        Addressed::Loosely(_) | Addressed::Nobody => Understanding::NotTheSkill,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_opening_is_understood_in_every_language() {
        for (locale, name) in [
            ("ar-SA", "دليل الحساب"),
            ("de-DE", "taxi zentrale"),
            ("en-AU", "taxi desk"),
            ("en-CA", "taxi desk"),
            ("en-GB", "taxi desk"),
            ("en-IN", "taxi desk"),
            ("en-US", "taxi desk"),
            ("es-ES", "guía de cuenta"),
            ("es-MX", "guía de cuenta"),
            ("es-US", "guía de cuenta"),
            ("fr-CA", "l'île mystère"),
            ("fr-FR", "l'élève modèle"),
            ("hi-IN", "दिल्ली की सैर"),
            ("it-IT", "perché no"),
            ("ja-JP", "アカウント案内"),
            ("nl-NL", "coördinatie gids"),
            ("pt-BR", "são joão"),
        ] {
            let model = json!({ "languageModel": {
                "invocationName": name,
                "intents": [{ "name": "AMAZON.StopIntent", "samples": [] }],
            } });
            let sentence = opening(locale, name);
            let understood = understanding(locale, &model, &sentence);
            assert_eq!(understood, Understanding::Launch, "{sentence}");
        }
    }
}
