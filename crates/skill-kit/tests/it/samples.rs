//! A request of every type, for this skill and with an account, and ways to spoil them.

use std::path::Path;

use serde_json::{Value, json};
use skill_kit::Intents as _;

use crate::Intent;
use crate::people::{TOKEN, ask_for, intent, launch, linked};

/// A request of every type that Amazon documents, and of every intent.
pub(crate) fn requests() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/requests");
    let mut requests: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = (text.replace("example-access-token", TOKEN))
                .replace("example-person-token", TOKEN);
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    requests.sort_by(|a, b| a.0.cmp(&b.0));
    for known in Intent::ALL {
        requests.push((known.name().to_owned(), linked(intent(known.name()))));
    }
    let mut again = linked(intent("AMAZON.RepeatIntent"));
    again["session"]["attributes"] = json!({ "lastAsked": {
        "name": "RequestInfoIntent", "choices": { "infoTypeRequested": "emailAddress" }
    } });
    requests.push(("a launch".to_owned(), linked(launch())));
    requests.push(("a question".to_owned(), linked(ask_for("emailAddress"))));
    requests.push(("a repetition".to_owned(), again));
    requests
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

/// A request with another value at a pointer.
pub(crate) fn replaced(json: &Value, pointer: &str, other: &Value) -> Value {
    let mut changed = json.clone();
    *changed.pointer_mut(pointer).unwrap() = other.clone();
    changed
}
