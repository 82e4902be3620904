//! Every value of every sample, replaced by something else: the request is read all the same.

use models::request::{Request, RequestEnvelope};
use serde_json::{Map, Value, json};

use crate::requests::samples;

/// The members without which nobody knows what is asked.
fn is_needed(pointer: &str) -> bool {
    matches!(
        pointer,
        "" | "/request" | "/request/type" | "/request/intent" | "/request/intent/name"
    )
}

/// JSON pointers to a value and to everything in it.
pub(crate) fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let members: Vec<(String, &Value)> = match value {
        Value::Object(fields) => (fields.iter())
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => (items.iter().enumerate())
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in members {
        found.extend(
            pointers(value)
                .into_iter()
                .map(|rest| format!("/{name}{rest}")),
        );
    }
    found
}

fn others() -> [Value; 6] {
    [
        Value::Null,
        json!(-1.5),
        json!(true),
        json!("a text"),
        json!([{ "a": null }, 7]),
        json!({ "a": { "b": [null] } }),
    ]
}

fn replaced(json: &Value, pointer: &str, other: &Value) -> Value {
    let mut changed = json.clone();
    *changed.pointer_mut(pointer).unwrap() = other.clone();
    changed
}

#[test]
fn no_value_makes_a_request_unreadable() {
    let mut tried = 0;
    for (name, json) in samples() {
        for pointer in pointers(&json) {
            for other in others() {
                let changed = replaced(&json, &pointer, &other);
                let read: Result<RequestEnvelope, _> = serde_json::from_value(changed);
                let Ok(envelope) = read else {
                    assert!(is_needed(&pointer), "{name}: {pointer} = {other}: {read:?}");
                    continue;
                };
                // What was read is written so that it is read again as the same.
                let written = serde_json::to_value(&envelope).unwrap();
                let again: RequestEnvelope = serde_json::from_value(written.clone()).unwrap();
                assert_eq!(
                    serde_json::to_value(&again).unwrap(),
                    written,
                    "{name}: {pointer}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// Leaves out every `null` that a member of an object is.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = (fields.iter()).filter(|(_, value)| !value.is_null());
            let fields: Map<_, _> = fields
                .map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect();
            Value::Object(fields)
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[test]
fn null_is_absent_everywhere() {
    let mut tried = 0;
    for (name, json) in samples() {
        for pointer in pointers(&json) {
            let Some((parent, member)) = pointer.rsplit_once('/') else {
                continue;
            };
            let null = replaced(&json, &pointer, &Value::Null);
            let mut absent = json.clone();
            let Value::Object(fields) = absent.pointer_mut(parent).unwrap() else {
                continue;
            };
            fields.remove(&member.replace("~1", "/").replace("~0", "~"));
            let read = |json: &Value| -> Result<Value, String> {
                let envelope: RequestEnvelope =
                    serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
                Ok(without_nulls(&serde_json::to_value(&envelope).unwrap()))
            };
            assert_eq!(read(&null), read(&absent), "{name}: {pointer}");
            tried += 1;
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// Whoever reads one member gets it, whatever the others are.
#[test]
fn a_spoiled_value_spoils_nothing_beside_it() {
    let (_, json) = (samples().into_iter())
        .find(|(name, _)| name == "IntentRequest")
        .unwrap();
    let slot = "infoTypeRequested";
    let id = |request: &Request| -> Option<String> {
        let models::request::RequestBody::Intent(intent) = &request.body else {
            return None;
        };
        Some(intent.intent.slot(slot)?.resolved_id()?.to_owned())
    };
    let whole: RequestEnvelope = serde_json::from_value(json.clone()).unwrap();
    let expected = id(&whole.request);
    assert!(expected.is_some());
    for pointer in pointers(&json) {
        let on_the_way = format!("/request/intent/slots/{slot}");
        if is_needed(&pointer)
            || on_the_way.starts_with(&pointer)
            || pointer.starts_with(&format!("{on_the_way}/resolutions"))
            || pointer == "/request/type"
        {
            continue;
        }
        for other in others() {
            let changed = replaced(&json, &pointer, &other);
            let envelope: RequestEnvelope = serde_json::from_value(changed).unwrap();
            assert_eq!(id(&envelope.request), expected, "{pointer} = {other}");
        }
    }
}

#[test]
fn what_is_needed_is_named() {
    for (json, expected) in [
        (json!(7), "object"),
        (json!({}), "request"),
        (json!({ "request": [] }), "type"),
        (json!({ "request": { "type": 7 } }), "type"),
        (json!({ "request": { "type": "IntentRequest" } }), "intent"),
        (
            json!({ "request": { "type": "IntentRequest", "intent": { "name": ["mary"] } } }),
            "intent",
        ),
        (
            json!({ "request": { "type": "CanFulfillIntentRequest", "intent": "mary" } }),
            "intent",
        ),
    ] {
        let error = serde_json::from_value::<RequestEnvelope>(json.clone()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(expected) && !error.contains("mary"),
            "{json}: {error}"
        );
    }
}
