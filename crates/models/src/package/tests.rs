use facts::rules::{self, Verdict};
use proptest::prelude::*;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::*;

fn model(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "interactionModel": {
            "languageModel": {
                "invocationName": "trip guide",
                "modelConfiguration": { "fallbackIntentSensitivity": { "level": "LOW" } },
                "intents": [
                    { "name": "AMAZON.HelpIntent", "samples": [] },
                    { "name": "AMAZON.StopIntent", "samples": [] },
                    { "name": "AMAZON.CancelIntent", "samples": [] },
                    {
                        "name": "BookIntent",
                        "slots": [{
                            "name": "city",
                            "type": "City",
                            "multipleValues": { "enabled": true },
                            "samples": ["to {city}"]
                        }],
                        "samples": ["book a trip to {city}"]
                    }
                ],
                "types": [{
                    "name": "City",
                    "values": [{
                        "id": "ROME",
                        "name": { "value": "Rome", "synonyms": ["the eternal city"] }
                    }]
                }]
            },
            "dialog": {
                "delegationStrategy": "ALWAYS",
                "intents": [{
                    "name": "BookIntent",
                    "confirmationRequired": true,
                    "prompts": { "confirmation": "Confirm.Book" },
                    "slots": [{
                        "name": "city",
                        "type": "City",
                        "elicitationRequired": true,
                        "confirmationRequired": false,
                        "prompts": { "elicitation": "Elicit.City" },
                        "validations": []
                    }]
                }]
            },
            "prompts": [
                { "id": "Confirm.Book", "variations": [{ "type": "PlainText", "value": "Sure?" }] },
                { "id": "Elicit.City", "variations": [{ "type": "PlainText", "value": "Where?" }] }
            ]
        },
        "version": "3"
    });
    change(&mut document);
    document
}

fn manifest(change: impl FnOnce(&mut Value)) -> Value {
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:guide:live";
    let mut document = json!({
        "manifest": {
            "manifestVersion": "1.0",
            "publishingInformation": {
                "category": "NAVIGATION_AND_TRIP_PLANNER",
                "isAvailableWorldwide": true,
                "testingInstructions": "Say: open trip guide.",
                "locales": { "en-US": {
                    "name": "Trip Guide",
                    "summary": "Trips.",
                    "description": "Books trips.",
                    "examplePhrases": ["Alexa, open trip guide"],
                    "keywords": ["trip"]
                } }
            },
            "privacyAndCompliance": { "allowsPurchases": false, "isExportCompliant": true },
            "permissions": [{ "name": "alexa::profile:email:read" }],
            "apis": { "custom": {
                "endpoint": { "uri": arn },
                "regions": { "EU": { "endpoint": { "uri": arn } } },
                "interfaces": [{ "type": "ALEXA_PRESENTATION_APL" }]
            } },
            "events": {
                "endpoint": { "uri": arn },
                "subscriptions": [{ "eventName": "SKILL_ENABLED" }]
            }
        }
    });
    change(&mut document);
    document
}

fn refusals(findings: &Findings) -> Vec<String> {
    findings.refusals.iter().map(Finding::to_string).collect()
}

#[track_caller]
fn refused_model(expected: &str, change: impl FnOnce(&mut Value)) {
    let found = refusals(&check_model("en-US", &model(change)));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(expected), "{found:#?}");
}

#[track_caller]
fn refused_manifest(expected: &str, change: impl FnOnce(&mut Value)) {
    let found = refusals(&check_manifest(&manifest(change)));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(expected), "{found:#?}");
}

#[test]
fn documents_survive_reading_and_writing() {
    let expected = model(|_| {});
    assert_eq!(check_model("en-US", &expected), Findings::default());
    let read = InteractionModelDocument::deserialize(&expected).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), expected);
    assert_eq!(check_manifest(&manifest(|_| {})), Findings::default());
}

/// What the specification says, each kind of it once.
#[test]
fn a_document_has_the_form_of_the_specification() {
    let set = |pointer: &'static str, value: Value| {
        move |document: &mut Value| {
            let (object, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(object).unwrap()[key] = value;
        }
    };
    let event = "/manifest/events/subscriptions/0/eventName";
    refused_manifest(
        "eventName: `SKILL_ENABLE` is not one of the values of eventName that Amazon knows: \
         perhaps one of SKILL_ENABLED, ",
        set(event, "SKILL_ENABLE".into()),
    );
    refused_manifest(
        "`2.0` is not one of the values of manifestVersion that Amazon knows: use one of 1.0",
        set("/manifest/manifestVersion", "2.0".into()),
    );
    refused_manifest(
        "eventName is a number instead of a text: write a text",
        set(event, 7.into()),
    );
    refused_manifest(
        "manifest.events: endpoint is missing from events: add endpoint",
        set("/manifest/events/endpoint", Value::Null),
    );
    refused_manifest(
        "manifest.permision: manifest has the member `permision`, which Amazon does not know",
        set("/manifest/permision", json!([])),
    );
    refused_manifest(
        "`US` is not one of the values of regions that Amazon knows: use one of EU, FE, NA",
        set(
            "/manifest/apis/custom/regions",
            json!({ "US": { "endpoint": { "uri": "arn" } } }),
        ),
    );
    refused_manifest(
        "interfaces[0].type: `TELEPATHY` is not one of the values of type",
        set(
            "/manifest/apis/custom/interfaces/0/type",
            "TELEPATHY".into(),
        ),
    );
    refused_manifest(
        "supportedViewports[0]: shape is missing from an entry of supportedViewports",
        set(
            "/manifest/apis/custom/interfaces/0/supportedViewports",
            json!([{ "mode": "HUB" }]),
        ),
    );
    let gadgets = "/manifest/publishingInformation/gadgetSupport";
    refused_manifest(
        "numPlayersMin is 17: use 1 to 16",
        set(
            gadgets,
            json!({ "requirement": "OPTIONAL", "numPlayersMin": 17 }),
        ),
    );
    refused_model(
        "intents has 0 entries: use at least 1",
        set("/interactionModel/languageModel/intents", json!([])),
    );
    let advised = check_manifest(&manifest(set(
        "/manifest/publishingInformation/categroy",
        "UTILITIES".into(),
    )));
    assert_eq!(advised.refusals, []);
    assert!(
        advised.advice[0].message.contains("`categroy`"),
        "{advised:?}"
    );
}

/// The rules that Amazon's specification does not say; the local stage runs the same examples.
#[test]
fn every_example_of_every_rule_is_judged_as_it_says() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        for (expected, locale, document) in rule.examples() {
            let findings = match rule.document {
                rules::Document::Manifest => check_manifest(&document),
                rules::Document::Model => check_model(locale, &document),
            };
            let found = match (findings.refusals.is_empty(), findings.advice.is_empty()) {
                (true, true) => Verdict::Accept,
                (true, false) => Verdict::Advise,
                (false, _) => Verdict::Refuse,
            };
            if found != expected {
                let id = &rule.id;
                wrong.push(format!(
                    "{id}: {found:?}, not {expected:?}: {findings:?} {document}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dialog_refers_to_what_is_there() {
    let intent = "/interactionModel/dialog/intents/0";
    let set = |pointer: String, value: Value| {
        move |document: &mut Value| *document.pointer_mut(&pointer).unwrap() = value
    };
    refused_model(
        "interactionModel.dialog.intents[0].name: the dialog is of the intent `BuyIntent`",
        set(format!("{intent}/name"), "BuyIntent".into()),
    );
    refused_model(
        "slots[0].name: BookIntent has no slot `town`",
        set(format!("{intent}/slots/0/name"), "town".into()),
    );
    refused_model(
        "slots[0].type: the slot `city` is a AMAZON.City here and a City in",
        set(format!("{intent}/slots/0/type"), "AMAZON.City".into()),
    );
    refused_model(
        "prompts.elicitation: there is no prompt `Elicit.Town`",
        set(
            format!("{intent}/slots/0/prompts/elicitation"),
            "Elicit.Town".into(),
        ),
    );
    refused_model(
        "prompts[0].variations: variations has 0 entries: use at least 1",
        set(
            "/interactionModel/prompts/0/variations".to_owned(),
            json!([]),
        ),
    );
}

#[test]
fn the_store_has_limits() {
    let texts = "/manifest/publishingInformation/locales/en-US";
    let set = |key: &str, value: Value| {
        let pointer = format!("{texts}/{key}");
        let key = key.to_owned();
        move |document: &mut Value| match document.pointer_mut(&pointer) {
            Some(there) => *there = value,
            None => document.pointer_mut(texts).unwrap()[key] = value,
        }
    };
    refused_manifest(
        "name has 51 characters: use 2 to 50",
        set("name", "x".repeat(51).into()),
    );
    refused_manifest(
        "summary has 161 characters: use at most 160",
        set("summary", "x".repeat(161).into()),
    );
    refused_manifest(
        "updatesDescription has 4001",
        set("updatesDescription", "x".repeat(4_001).into()),
    );
    refused_manifest(
        "examplePhrases has 5 entries: use at most 4",
        set("examplePhrases", json!(vec!["Alexa, open it"; 5])),
    );
    refused_manifest(
        "keywords[1]: an entry of keywords has 151 characters",
        set("keywords", json!(["trip", "x".repeat(151)])),
    );
    refused_manifest(
        "keywords has 31 entries: use at most 30",
        set("keywords", json!(vec!["a"; 31])),
    );
}

#[test]
fn endpoints_are_functions_or_https() {
    refused_manifest(
        "manifest.apis.custom.regions.EU.endpoint.uri: uri is `http://example.com`: \
         use what matches ^(arn|https://)",
        |document| {
            document["manifest"]["apis"]["custom"]["regions"]["EU"]["endpoint"]["uri"] =
                "http://example.com".into();
        },
    );
    refused_manifest("manifest.events.endpoint.uri: uri is `x`", |document| {
        document["manifest"]["events"]["endpoint"]["uri"] = "x".into();
    });
}

proptest! {
    #[test]
    fn unknown_members_survive(member in "zz[A-Za-z]{0,8}", value in "\\PC{0,8}") {
        let expected = model(|document| {
            for pointer in [
                "",
                "/interactionModel",
                "/interactionModel/languageModel",
                "/interactionModel/languageModel/intents/3",
                "/interactionModel/languageModel/intents/3/slots/0",
                "/interactionModel/languageModel/types/0/values/0/name",
                "/interactionModel/dialog/intents/0/slots/0",
                "/interactionModel/prompts/0/variations/0",
            ] {
                document.pointer_mut(pointer).unwrap()[&member] = value.clone().into();
            }
        });
        prop_assert_eq!(check_model("en-US", &expected).refusals, []);
        let read = InteractionModelDocument::deserialize(&expected).unwrap();
        prop_assert_eq!(serde_json::to_value(read).unwrap(), expected);
        let expected = manifest(|document| {
            for pointer in [
                "",
                "/manifest/apis/custom",
                "/manifest/apis/custom/regions/EU/endpoint",
                "/manifest/publishingInformation/locales/en-US",
                "/manifest/privacyAndCompliance",
                "/manifest/events/subscriptions/0",
                "/manifest/permissions/0",
            ] {
                document.pointer_mut(pointer).unwrap()[&member] = value.clone().into();
            }
        });
        let findings = check_manifest(&expected);
        prop_assert_eq!((findings.refusals.len(), findings.advice.len()), (0, 7));
    }
}
