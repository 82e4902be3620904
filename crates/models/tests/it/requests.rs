//! One request of every type, written from the reference, survives being read and written.
//!
//! That there is one of every type, and that each is what its type says, is judged by
//! `judges/types`.

use std::path::Path;

use models::request::{RequestBody, RequestEnvelope, SkillEventName};
use serde_json::Value;

pub(crate) fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requests");
    let mut samples: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    assert!(!samples.is_empty());
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

fn sample(kind: &str) -> RequestEnvelope {
    let (_, json) = samples()
        .into_iter()
        .find(|(name, _)| name == kind)
        .unwrap();
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_sample_survives() {
    let samples = samples();
    assert!(samples.len() > 50, "only {} samples", samples.len());
    for (name, json) in samples {
        let envelope: RequestEnvelope = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(envelope.request.kind(), name);
        assert_eq!(envelope.request.documented_kind(), Some(name.as_str()));
        assert_eq!(serde_json::to_value(&envelope).unwrap(), json, "{name}");
    }
}

#[test]
fn tokens_of_no_sample_show_in_debug_output() {
    for (name, json) in samples() {
        let envelope: RequestEnvelope = serde_json::from_value(json).unwrap();
        let debug = format!("{envelope:?}");
        for secret in ["example-access-token", "example-api-token", "example-code"] {
            assert!(!debug.contains(secret), "{name}: {debug}");
        }
    }
}

#[test]
fn every_skill_event_of_the_samples_is_known_by_name() {
    let mut events = 0;
    for (name, json) in samples() {
        let envelope: RequestEnvelope = serde_json::from_value(json).unwrap();
        if let RequestBody::SkillEvent(event) = envelope.request.body {
            assert!(!matches!(event.name, SkillEventName::Other(_)), "{name}");
            events += 1;
        }
    }
    assert_eq!(events, 7);
}

#[test]
fn several_values_of_a_slot_are_told_apart() {
    let RequestBody::Intent(request) = sample("IntentRequest").request.body else {
        panic!("not an intent");
    };
    let slot = request.intent.slot("fruits").unwrap();
    let ids: Vec<_> = (slot.slot_value.as_ref().unwrap().values().iter())
        .map(|value| value.resolved_id())
        .collect();
    assert_eq!(ids, [Some("APPLE"), Some("PEAR")]);
}

#[test]
fn a_match_says_which_authority_found_it() {
    let RequestBody::Intent(request) = sample("IntentRequest").request.body else {
        panic!("not an intent");
    };
    let slot = request.intent.slot("infoTypeRequested").unwrap();
    let resolutions = slot.resolutions.as_ref().unwrap();
    let matches: Vec<_> = resolutions.matches().collect();
    let [(authority, value)] = matches.as_slice() else {
        panic!("not one match");
    };
    assert!(!authority.is_dynamic());
    assert_eq!(value.name, "email address");
    let both = resolutions.resolutions_per_authority.as_ref().unwrap();
    assert!(both[0].is_dynamic());
}
