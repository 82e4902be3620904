use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn parse(json: &Value) -> RequestEnvelope {
    serde_json::from_value(json.clone()).unwrap()
}

#[track_caller]
fn survives(json: &Value) -> RequestEnvelope {
    let envelope = parse(json);
    assert_eq!(&serde_json::to_value(&envelope).unwrap(), json);
    envelope
}

fn envelope(request: &Value) -> Value {
    json!({
        "version": "1.0",
        "context": {
            "System": {
                "application": { "applicationId": "amzn1.ask.skill.1" },
                "user": { "userId": "amzn1.ask.account.A", "accessToken": "eyJ-secret" },
                "apiEndpoint": "https://api.amazonalexa.com",
                "apiAccessToken": "api-secret"
            }
        },
        "request": request
    })
}

#[test]
fn an_intent_with_slots_survives() {
    let resolutions = json!({
        "resolutionsPerAuthority": [
            {
                "authority": "amzn1.er-authority.echo-sdk.dynamic.InfoType",
                "status": { "code": "ER_SUCCESS_NO_MATCH" }
            },
            {
                "authority": "amzn1.er-authority.echo-sdk.amzn1.ask.skill.1.InfoType",
                "status": { "code": "ER_SUCCESS_MATCH" },
                "values": [
                    { "value": { "name": "email address", "id": "emailAddress" } },
                    { "value": { "name": "phone number", "id": "phoneNumber" } }
                ]
            }
        ]
    });
    let mut json = envelope(&json!({
        "type": "IntentRequest",
        "requestId": "amzn1.echo-api.request.1",
        "timestamp": "2026-11-20T09:30:00Z",
        "locale": "en-US",
        "dialogState": "STARTED",
        "intent": {
            "name": "RequestInfoIntent",
            "confirmationStatus": "NONE",
            "slots": {
                "infoTypeRequested": {
                    "name": "infoTypeRequested",
                    "value": "mail",
                    "confirmationStatus": "SOMETHING_NEW",
                    "source": "USER",
                    "resolutions": resolutions,
                    "slotValue": { "type": "Simple", "value": "mail", "resolutions": resolutions }
                },
                "empty": { "name": "empty", "confirmationStatus": "NONE" }
            }
        }
    }));
    json["session"] = json!({
        "new": true,
        "sessionId": "amzn1.echo-api.session.1",
        "application": { "applicationId": "amzn1.ask.skill.1" },
        "attributes": { "last": "email" },
        "user": { "userId": "amzn1.ask.account.A", "accessToken": "eyJ-secret" }
    });
    let envelope = survives(&json);
    assert!(envelope.opens_session());
    let RequestBody::Intent(request) = envelope.request.body else {
        panic!("not an intent");
    };
    let slot = request.intent.slot("infoTypeRequested").unwrap();
    assert_eq!(slot.resolved_id(), Some("emailAddress"));
    assert_eq!(
        slot.confirmation_status,
        Some(ConfirmationStatus::Other("SOMETHING_NEW".to_owned()))
    );
    assert_eq!(request.intent.slot("empty").unwrap().resolved_id(), None);
}

/// A request is for a skill when all that it says about that agrees. What is spoiled does not count
/// as unsaid.
#[test]
fn a_request_is_for_one_skill() {
    const ID: &str = "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55";
    let skill: SkillId = ID.parse().unwrap();
    let named = |id: Value| json!({ "application": { "applicationId": id } });
    let system = |id: Value| json!({ "System": named(id) });
    let (ours, other) = (json!(ID), json!(ID.replace('5', "6")));
    for (context, session, expected) in [
        (system(ours.clone()), named(ours.clone()), true),
        (system(ours.clone()), json!(null), true),
        (system(ours.clone()), json!({ "new": true }), true),
        (system(ours.clone()), json!({ "application": null }), true),
        (json!(null), named(ours.clone()), true),
        (json!(null), json!(null), false),
        (json!(null), named(other.clone()), false),
        (system(other.clone()), named(ours.clone()), false),
        (system(ours.clone()), named(other), false),
        (system(json!(null)), named(ours.clone()), false),
        (system(json!(7)), named(ours.clone()), false),
        (system(json!([ID])), named(ours.clone()), false),
        (system(json!(format!("{ID} "))), named(ours.clone()), false),
        (
            json!({ "System": { "application": ID } }),
            named(ours.clone()),
            false,
        ),
        (json!({ "System": 7 }), named(ours.clone()), false),
        (json!({}), named(ours.clone()), false),
        (json!("x"), named(ours.clone()), false),
        (system(ours.clone()), named(json!(7)), false),
        (system(ours.clone()), json!({ "application": [] }), false),
    ] {
        let json = json!({
            "context": context, "session": session, "request": { "type": "LaunchRequest" }
        });
        assert_eq!(parse(&json).is_for(&skill), expected, "{json}");
    }
}

/// A token that is no text is refused by whoever verifies it, and is not taken for none.
#[test]
fn a_spoiled_token_is_not_taken_for_none() {
    let request = |token: Value, of: &str| {
        let mut json = envelope(&json!({ "type": "LaunchRequest" }));
        let system = json["context"]["System"].as_object_mut().unwrap();
        system.remove("person");
        system.insert(of.to_owned(), json!({ "accessToken": token }));
        parse(&json)
    };
    assert!(matches!(
        request(Value::Null, "user").linked_account(),
        LinkedAccount::NotLinked
    ));
    for spoiled in [json!(7), json!(true), json!(["eyJ"]), json!({ "eyJ": 1 })] {
        let shared = request(spoiled.clone(), "user");
        let speakers = request(spoiled, "person");
        match (shared.linked_account(), speakers.linked_account()) {
            (LinkedAccount::Shared(shared), LinkedAccount::Speaker(speakers)) => {
                assert_eq!((shared.expose(), speakers.expose()), ("", ""));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Who spoke is not known, but that there was a recognised speaker is.
#[test]
fn a_spoiled_speaker_is_still_a_speaker() {
    let person = |person: Value| {
        let mut json = envelope(&json!({ "type": "LaunchRequest" }));
        json["context"]["System"]["person"] = person;
        parse(&json).context.unwrap().system.unwrap().person
    };
    assert!(person(Value::Null).is_none());
    for spoiled in [json!(7), json!("p"), json!([]), json!({ "personId": 7 })] {
        let person = person(spoiled).unwrap();
        assert!(person.access_token.is_none() && person.person_id.is_empty());
    }
}

#[test]
fn a_list_of_slot_values_resolves_by_its_first() {
    let slot: Slot = serde_json::from_value(json!({
        "name": "fruit",
        "slotValue": {
            "type": "List",
            "values": [
                {
                    "type": "Simple",
                    "value": "apple",
                    "resolutions": {
                        "resolutionsPerAuthority": [{
                            "authority": "a",
                            "status": { "code": "ER_SUCCESS_MATCH" },
                            "values": [{ "value": { "name": "apple", "id": "APPLE" } }]
                        }]
                    }
                },
                { "type": "Simple", "value": "pear" }
            ]
        }
    }))
    .unwrap();
    assert_eq!(slot.resolved_id(), Some("APPLE"));
    assert_eq!(slot.slot_value.unwrap().values().len(), 2);
}

#[test]
fn every_known_type_survives() {
    let status = json!({ "code": "200", "message": "OK" });
    let event = json!({
        "type": "AlexaSkillEvent.SkillAccountLinked",
        "requestId": "r",
        "timestamp": "2026-11-20T09:30:00Z",
        "eventCreationTime": "2026-11-20T09:29:59Z",
        "eventPublishingTime": "2026-11-20T09:30:00Z",
        "body": { "accessToken": "eyJ-secret" }
    });
    let requests = [
        json!({ "type": "LaunchRequest", "task": { "name": "AMAZON.PrintPDF", "version": "1" } }),
        json!({
            "type": "SessionEndedRequest",
            "reason": "ERROR",
            "error": { "type": "INVALID_RESPONSE", "message": "SSML" }
        }),
        json!({
            "type": "SessionResumedRequest",
            "cause": { "type": "ConnectionCompleted", "token": "t", "status": status }
        }),
        json!({ "type": "CanFulfillIntentRequest", "intent": { "name": "HelpIntent" } }),
        json!({ "type": "Connections.Request", "name": "Print", "payload": { "@type": "x" } }),
        json!({ "type": "Connections.Response", "name": "Buy", "status": status, "token": "t" }),
        json!({
            "type": "System.ExceptionEncountered",
            "error": { "type": "INVALID_RESPONSE" },
            "cause": { "requestId": "r" }
        }),
        json!({
            "type": "Alexa.Presentation.APL.UserEvent",
            "arguments": ["a", 1, { "b": true }],
            "source": { "type": "TouchWrapper", "handler": "Press", "id": "x" }
        }),
        event,
        json!({
            "type": "AlexaSkillEvent.SkillDisabled",
            "body": { "userInformationPersistenceStatus": "NOT_PERSISTED" }
        }),
        json!({ "type": "AlexaSkillEvent.SomethingNew", "body": { "list": [1] } }),
        json!({ "type": "AudioPlayer.PlaybackStarted", "offsetInMilliseconds": 12, "token": "t" }),
    ];
    for request in requests {
        let kind = request["type"].as_str().unwrap().to_owned();
        let parsed = survives(&envelope(&request));
        assert_eq!(parsed.request.kind(), kind);
    }
}

#[test]
fn a_type_is_needed_and_little_else() {
    survives(&json!({ "request": { "type": "LaunchRequest" } }));
    assert!(serde_json::from_value::<RequestEnvelope>(json!({ "request": {} })).is_err());
    let no_intent = json!({ "request": { "type": "IntentRequest" } });
    assert!(serde_json::from_value::<RequestEnvelope>(no_intent).is_err());
}

#[test]
fn tokens_do_not_show_in_debug_output() {
    let mut json = envelope(&json!({
        "type": "AlexaSkillEvent.SkillAccountLinked",
        "body": { "accessToken": "eyJ-secret", "later": "eyJ-secret" },
        "later": { "accessToken": "eyJ-secret" }
    }));
    json["context"]["System"]["person"] =
        json!({ "personId": "p", "accessToken": "eyJ-secret", "later": "eyJ-secret" });
    json["context"]["System"]["user"]["permissions"] = json!({ "consentToken": "eyJ-secret" });
    let debug = format!("{:?}", parse(&json));
    assert!(debug.contains("AccessToken(hidden)"), "{debug}");
    assert!(!debug.contains("secret"), "{debug}");
}

/// JSON that Alexa may send one day.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unknown_types_fields_and_values_survive(
        kind in "[A-Z][A-Za-z.]{0,12}Zz",
        reason in "[A-Z_]{1,12}",
        // A prefix that no known field has.
        field in "zz[A-Za-z]{0,6}",
        value in any_json(),
    ) {
        let mut unknown = envelope(&json!({ "type": kind, "requestId": "r", "locale": "xx-YY" }));
        let mut known = envelope(&json!({
            "type": "SessionEndedRequest",
            "reason": reason,
            "error": { "type": kind },
        }));
        for json in [&mut unknown, &mut known] {
            json["request"][&field] = value.clone();
            json["context"]["System"][&field] = value.clone();
            json["context"]["System"]["user"][&field] = value.clone();
            json["context"][&field] = value.clone();
            json[&field] = value.clone();
            let written = serde_json::to_value(parse(json)).unwrap();
            // `null` is absent.
            if value.is_null() {
                for object in ["/request", "/context/System", "/context/System/user", "/context", ""] {
                    let object = json.pointer_mut(object).unwrap();
                    object.as_object_mut().unwrap().remove(&field);
                }
            }
            prop_assert_eq!(&written, &*json);
        }
    }
}
