use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::alexa::device::slots::Resolution;

fn english() -> &'static Language {
    Language::of_locale("en-US").unwrap()
}

fn model() -> Model {
    Model::compile(
        english(),
        &json!({ "languageModel": {
            "invocationName": "voice link",
            "types": [{ "name": "Info", "values": [
                { "id": "EMAIL", "name": { "value": "e-mail", "synonyms": ["e-mail address"] } },
                { "name": { "value": "full name" } },
            ] }],
            "intents": [
                { "name": "AMAZON.HelpIntent", "samples": ["what can I say"] },
                { "name": "AMAZON.StopIntent" },
                {
                    "name": "RequestInfoIntent",
                    "slots": [{ "name": "info", "type": "Info" }],
                    "samples": ["what is my {info}", "{info}", "is {info}'s value known"],
                },
                { "name": "ProfileIntent", "samples": ["what is my profile"] },
                {
                    "name": "AgeIntent",
                    "slots": [{ "name": "age", "type": "AMAZON.NUMBER" }],
                    "samples": ["I am {age}", "I am {age} years old"],
                },
                {
                    "name": "FindIntent",
                    "slots": [{ "name": "query", "type": "AMAZON.SearchQuery" }],
                    "samples": ["look up {query}"],
                },
            ],
        } }),
    )
}

fn understand(utterance: &str) -> Option<Understood> {
    model().understand(&words(english(), utterance))
}

/// Intent, spoken value, canonical value.
#[track_caller]
fn check(utterance: &str, intent: &str, spoken: Option<&str>, canonical: Option<&str>) {
    let understood = understand(utterance).unwrap();
    assert_eq!(understood.intent, intent);
    let filling = understood
        .slots
        .first()
        .and_then(|slot| slot.filling.as_ref());
    assert_eq!(filling.map(|filling| filling.value.as_str()), spoken);
    let found = filling.and_then(|filling| match &filling.resolution {
        Some(Resolution::Match(values)) => values.first().map(|value| value.name.as_str()),
        _ => None,
    });
    assert_eq!(found, canonical);
}

#[test]
fn samples_and_slots() {
    check("what is my profile", "ProfileIntent", None, None);
    check(
        "What's my e-mail?",
        "RequestInfoIntent",
        Some("email"),
        Some("e-mail"),
    );
    check(
        "what is my email address",
        "RequestInfoIntent",
        Some("email address"),
        Some("e-mail"),
    );
    check(
        "full name",
        "RequestInfoIntent",
        Some("full name"),
        Some("full name"),
    );
    check(
        "is email's value known",
        "RequestInfoIntent",
        Some("email"),
        Some("e-mail"),
    );
}

#[test]
fn a_value_that_the_type_does_not_know_is_heard_and_not_resolved() {
    check(
        "what is my shoe size",
        "RequestInfoIntent",
        Some("shoe size"),
        None,
    );
    let understood = understand("what is my shoe size").unwrap();
    let filling = understood.slots[0].filling.as_ref().unwrap();
    assert_eq!(filling.resolution, Some(Resolution::NoMatch));
}

#[test]
fn what_is_too_far_from_any_sample_is_not_understood() {
    assert_eq!(understand("sing a song"), None);
    assert_eq!(
        understand("what is my favourite thing to do on rainy days"),
        None
    );
    assert_eq!(understand(""), None);
}

#[test]
fn built_in_intents_need_no_samples_and_may_have_some() {
    check("help", "AMAZON.HelpIntent", None, None);
    check("what can I say", "AMAZON.HelpIntent", None, None);
    check("Stop!", "AMAZON.StopIntent", None, None);
    // Not declared.
    assert_eq!(understand("cancel"), None);
}

#[test]
fn built_in_slot_types() {
    check("I'm forty two", "AgeIntent", Some("42"), None);
    check("i am 7 years old", "AgeIntent", Some("7"), None);
    assert_eq!(understand("I am tired"), None);
    check(
        "look up the weather in oslo",
        "FindIntent",
        Some("the weather in oslo"),
        None,
    );
    assert_eq!(understand("look up"), None);
}

#[test]
fn an_id_defaults_to_something_stable() {
    let Some(Resolution::Match(values)) = understand("full name").unwrap().slots[0]
        .filling
        .clone()
        .unwrap()
        .resolution
    else {
        panic!("not resolved");
    };
    assert_eq!(values[0].id.len(), 32);
}

fn phrase() -> impl Strategy<Value = String> {
    proptest::collection::vec("[b-h]{2,4}", 1..4).prop_map(|words| words.join(" "))
}

proptest! {
    /// A sample with known values in its slots is always understood, as the sample's own intent
    /// unless another one has the very same words.
    #[test]
    fn samples_understand_themselves(
        before in phrase(), value in phrase(), after in phrase(), other in phrase(),
    ) {
        let model = Model::compile(english(), &json!({ "languageModel": {
            "invocationName": "x y",
            "types": [{ "name": "T", "values": [{ "name": { "value": value } }] }],
            "intents": [
                { "name": "Other", "samples": [other] },
                { "name": "Mine", "slots": [{ "name": "s", "type": "T" }],
                  "samples": [format!("{before} {{s}} {after}")] },
            ],
        } }));
        let utterance = format!("{before} {value} {after}");
        let understood = model.understand(&words(english(), &utterance));
        let expected = if utterance == other { "Other" } else { "Mine" };
        prop_assert_eq!(understood.map(|understood| understood.intent), Some(expected.to_owned()));
    }

    #[test]
    fn nothing_that_is_said_can_break_it(utterance in ".{0,60}") {
        understand(&utterance);
    }
}

#[test]
fn japanese_samples_need_no_spaces_in_what_is_said() {
    let japanese = Language::of_locale("ja-JP").unwrap();
    let model = Model::compile(
        japanese,
        &json!({ "languageModel": {
            "invocationName": "アカウント案内",
            "types": [{ "name": "Info", "values": [
                { "id": "EMAIL", "name": { "value": "メールアドレス", "synonyms": ["Eメール"] } },
            ] }],
            "intents": [
                { "name": "AMAZON.HelpIntent" },
                {
                    "name": "RequestInfoIntent",
                    "slots": [{ "name": "info", "type": "Info" }],
                    "samples": ["私の {info} は何ですか", "{info} を教えて"],
                },
            ],
        } }),
    );
    let understand = |text: &str| model.understand(&words(japanese, text));
    for text in ["私のＥメールは何ですか？", "メールアドレスを教えて"] {
        let understood = understand(text).unwrap();
        let filling = understood.slots[0].filling.clone().unwrap();
        assert!(
            matches!(filling.resolution, Some(Resolution::Match(_))),
            "{text}"
        );
    }
    let unknown = understand("私の身長は何ですか").unwrap();
    let filling = unknown.slots[0].filling.clone().unwrap();
    assert_eq!(
        (filling.value.as_str(), filling.resolution),
        ("身長", Some(Resolution::NoMatch))
    );
    // A built-in phrase is nearer than a slot that takes anything.
    assert_eq!(
        understand("使い方を教えて").unwrap().intent,
        "AMAZON.HelpIntent"
    );
    assert_eq!(understand("歌を歌って"), None);
}
