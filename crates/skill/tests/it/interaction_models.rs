//! The interaction models and the code know the same locales, intents and slot values.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use skill::{InfoType, Intent, Locale};
use skill_kit::{Intents as _, Locale as _};

/// The interaction model of every locale, with its path.
fn models() -> Vec<(PathBuf, Value)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skill-package/interactionModels/custom");
    let mut models = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            models.push((path, serde_json::from_str(&text).unwrap()));
        }
    }
    assert!(!models.is_empty(), "{} has no model", folder.display());
    models
}

fn texts<'a>(values: &'a Value, pointer: &str) -> BTreeSet<&'a str> {
    let values = values.as_array().unwrap();
    let texts = values
        .iter()
        .map(|value| value.pointer(pointer).unwrap().as_str().unwrap());
    texts.collect()
}

#[test]
fn every_locale_has_strings_a_model_and_a_description() {
    let spoken: BTreeSet<&str> = Locale::ALL.iter().map(|locale| locale.tag()).collect();
    let models = models();
    let modelled: BTreeSet<&str> = (models.iter())
        .map(|(path, _)| path.file_stem().unwrap().to_str().unwrap())
        .collect();
    assert!(spoken.is_subset(&modelled), "{modelled:?}");
    // A country without words of its own hears those of another.
    let language = |tag: &str| tag.split('-').next().map(str::to_owned);
    for tag in &modelled {
        let mut spoken = spoken.iter();
        assert!(spoken.any(|one| language(one) == language(tag)), "{tag}");
    }

    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skill-package/skill.json");
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    let described = &manifest["manifest"]["publishingInformation"]["locales"];
    let described = described.as_object().unwrap();
    assert_eq!(
        described
            .keys()
            .map(String::as_str)
            .collect::<BTreeSet<_>>(),
        modelled
    );
    for (locale, texts) in described {
        let (_, model) = (models.iter())
            .find(|(path, _)| path.ends_with(format!("{locale}.json")))
            .unwrap();
        let name = &model["interactionModel"]["languageModel"]["invocationName"];
        for phrase in texts["examplePhrases"].as_array().unwrap() {
            let phrase = phrase.as_str().unwrap().to_lowercase();
            assert!(
                phrase.contains(name.as_str().unwrap()),
                "{locale}: {phrase}"
            );
        }
        for member in ["name", "summary", "description"] {
            assert!(texts[member].is_string(), "{locale} has no {member}");
        }
        for member in ["examplePhrases", "keywords"] {
            assert_eq!(
                texts[member].as_array().unwrap().len(),
                3,
                "{locale} {member}"
            );
        }
    }
}

#[test]
fn every_intent_has_a_handler_and_every_handler_an_intent() {
    let handled: BTreeSet<&str> = Intent::ALL.iter().map(|intent| intent.name()).collect();
    for (path, model) in models() {
        let modelled = texts(
            &model["interactionModel"]["languageModel"]["intents"],
            "/name",
        );
        assert_eq!(modelled, handled, "{}", path.display());
    }
}

#[test]
fn every_slot_value_has_a_meaning() {
    let known: BTreeSet<&str> = InfoType::ALL.into_iter().map(InfoType::id).collect();
    for (path, model) in models() {
        let language_model = &model["interactionModel"]["languageModel"];
        let types = language_model["types"].as_array().unwrap();
        let info_type = types
            .iter()
            .find(|known| known["name"] == "InfoType")
            .unwrap();
        assert_eq!(
            texts(&info_type["values"], "/id"),
            known,
            "{}",
            path.display()
        );

        let intents = language_model["intents"].as_array().unwrap();
        let intent = intents
            .iter()
            .find(|intent| intent["name"] == "RequestInfoIntent")
            .unwrap();
        assert_eq!(
            texts(&intent["slots"], "/name"),
            BTreeSet::from(["infoTypeRequested"]),
            "{}",
            path.display()
        );
    }
}

/// `cargo xtask talk` holds the conversations; here is that none is missing.
#[test]
fn every_locale_hears_every_state_of_an_account() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conversations");
    for locale in Locale::ALL.iter().map(|locale| locale.tag()) {
        let text = std::fs::read_to_string(folder.join(format!("{locale}.yaml"))).unwrap();
        for account in [
            "not-linked",
            "linked",
            "expired",
            "revoked",
            "foreign-token",
            "provider-unavailable",
            "out-of-time",
        ] {
            let held = text.contains(&format!("    account: {account}\n"));
            assert!(held, "{locale} lacks a conversation with {account}");
        }
        // A speaker whom Alexa recognises: with an account of their own, and without.
        let voices = "voices: {ann: linked, ben: not-linked,";
        assert!(text.contains(voices), "{locale} lacks recognised speakers");
    }
}
