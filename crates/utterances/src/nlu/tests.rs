use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::slots::Resolution;

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
    model().understand(&[words(english(), utterance)])
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

/// Two intents for the same words, and slots that are a whole sample.
fn clashing() -> Model {
    Model::compile(
        english(),
        &json!({ "languageModel": {
            "invocationName": "tie breaker",
            "intents": [
                { "name": "AMAZON.HelpIntent", "samples": ["support"] },
                { "name": "AMAZON.NextIntent" },
                { "name": "AMAZON.FallbackIntent" },
                { "name": "OwnHelpIntent", "samples": ["help", "support"] },
                { "name": "OwnNextIntent", "samples": ["next"] },
                {
                    "name": "DayIntent",
                    "slots": [{ "name": "day", "type": "AMAZON.DATE" }],
                    "samples": ["{day}", "remind me on {day}"],
                },
                {
                    "name": "CountryIntent",
                    "slots": [{ "name": "country", "type": "AMAZON.Country" }],
                    "samples": ["{country}", "{country} please", "take me to {country}"],
                },
            ],
        } }),
    )
}

#[track_caller]
fn check_clash(utterance: &str, intent: &str, value: Option<&str>) {
    let understood = clashing()
        .understand(&[words(english(), utterance)])
        .unwrap();
    assert_eq!(understood.intent, intent, "{utterance}");
    let filling = understood
        .slots
        .first()
        .and_then(|slot| slot.filling.as_ref());
    assert_eq!(filling.map(|filling| filling.value.as_str()), value);
}

#[test]
fn an_intent_of_the_skills_own_wins_over_a_built_in_one() {
    check_clash("help", "OwnHelpIntent", None);
    check_clash("support", "OwnHelpIntent", None);
    check_clash("next", "OwnNextIntent", None);
    // What no intent of the skill says is the built-in intent's, also beside a slot for anything.
    check_clash("help me", "AMAZON.HelpIntent", None);
    check_clash("skip", "AMAZON.NextIntent", None);
}

#[test]
fn values_of_amazons_lists_need_no_words_around_them() {
    check_clash("france", "CountryIntent", Some("france"));
    check_clash("united states", "CountryIntent", Some("united states"));
    check_clash(
        "United Arab Emirates, please",
        "CountryIntent",
        Some("united arab emirates"),
    );
    check_clash(
        "take me to bosnia and herzegovina",
        "CountryIntent",
        Some("bosnia and herzegovina"),
    );
    let long = "a sentence that is longer than any country is";
    assert_eq!(clashing().understand(&[words(english(), long)]), None);
}

#[test]
fn the_best_reading_counts() {
    let readings = ["for help", "help"].map(|text| words(english(), text));
    let understood = clashing().understand(&readings).unwrap();
    assert_eq!(understood.intent, "OwnHelpIntent");
}

/// A model whose one intent has two slots, with these dialog rules.
fn dialog(dialog: &Value) -> impl Fn(&str) -> Option<Dialog> + use<> {
    let model = Model::compile(
        english(),
        &json!({
            "languageModel": {
                "invocationName": "pizza place",
                "types": [{ "name": "Size", "values": [{ "name": { "value": "big" } }] }],
                "intents": [{
                    "name": "OrderIntent",
                    "slots": [
                        { "name": "size", "type": "Size" },
                        { "name": "count", "type": "AMAZON.NUMBER" },
                    ],
                    "samples": [
                        "order a pizza", "order a {size} pizza", "order {count} pizzas",
                        "order {count} {size} pizzas",
                    ],
                }],
            },
            "dialog": dialog,
        }),
    );
    move |utterance| {
        model
            .understand(&[words(english(), utterance)])
            .unwrap()
            .dialog
    }
}

fn asks(what: &str) -> Dialog {
    Dialog::Unfinished(what.to_owned())
}

#[test]
fn what_alexa_would_ask_is_known() {
    let rules = json!({ "delegationStrategy": "ALWAYS", "intents": [{
        "name": "OrderIntent",
        "confirmationRequired": false,
        "slots": [
            { "name": "size", "type": "Size", "elicitationRequired": true,
              "validations": [{ "type": "hasEntityResolutionMatch" }] },
            { "name": "count", "type": "AMAZON.NUMBER", "confirmationRequired": true },
        ],
    }] });
    let state = dialog(&rules);
    assert_eq!(state("order a pizza"), Some(asks("ask for the slot size")));
    assert_eq!(state("order a big pizza"), Some(Dialog::Completed));
    assert_eq!(
        state("order a tiny pizza"),
        Some(asks("validate the slot size (hasEntityResolutionMatch)"))
    );
    assert_eq!(
        state("order two big pizzas"),
        Some(asks("ask to confirm the slot count"))
    );

    let mut confirmed = rules.clone();
    confirmed["intents"][0]["confirmationRequired"] = json!(true);
    assert_eq!(
        dialog(&confirmed)("order a big pizza"),
        Some(asks("ask to confirm the intent"))
    );

    // The intent's own strategy wins over the skill's; no strategy is not documented.
    let mut manual = rules.clone();
    manual["intents"][0]["delegationStrategy"] = json!("SKILL_RESPONSE");
    assert_eq!(dialog(&manual)("order a pizza"), Some(Dialog::Started));
    let mut silent = rules;
    silent["delegationStrategy"] = Value::Null;
    assert_eq!(
        dialog(&silent)("order a pizza"),
        Some(asks("ask for the slot size"))
    );
    assert_eq!(dialog(&Value::Null)("order a pizza"), None);
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
        let understood = model.understand(&[words(english(), &utterance)]);
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
    let understand = |text: &str| model.understand(&[words(japanese, text)]);
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
