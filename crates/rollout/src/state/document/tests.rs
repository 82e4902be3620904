use std::path::Path;

use infra::StackFile;
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::aws::AccountId;
use crate::lock::{HeldLock, Owner, Turn};

/// The place of the fixtures.
fn place() -> Place {
    at("dev", "us-east-1")
}

fn at(stage: &str, region: &str) -> Place {
    let stack = StackFile::parse("name = \"account-guide\"", "stack.toml").unwrap();
    let account = AccountId::parse("000000000000").unwrap();
    let (stage, region) = (stage.parse().unwrap(), region.parse().unwrap());
    Place::of(&stack, &stage, &account, &region)
}

/// What tools have written, by the name of the file: its format, and the moment of the deployment.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/state/fixtures");
    let mut fixtures: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    fixtures.sort();
    fixtures
}

fn fixture(name: &str) -> Value {
    let (_, bytes) = (fixtures().into_iter())
        .find(|(own, _)| own == name)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn parse(document: &Value) -> Result<StateDocument, Error> {
    StateDocument::parse(document.to_string().as_bytes(), &place())
}

/// The document after a change of something in it.
fn rewritten(document: &StateDocument) -> Value {
    let mut next = document.state().clone();
    next.deployed_at = Some(Timestamp::UNIX_EPOCH);
    let written = document.rewrite(next, &place().whose).unwrap();
    serde_json::from_slice(&written.to_bytes().unwrap()).unwrap()
}

#[test]
fn every_format_is_read_and_rewritten_as_the_newest() {
    let mut formats = std::collections::BTreeSet::new();
    for (name, bytes) in fixtures() {
        let before: Value = serde_json::from_slice(&bytes).unwrap();
        formats.insert(before["format"].as_u64());
        let document = StateDocument::parse(&bytes, &place())
            .unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.causes()));
        assert_ne!(*document.state(), StageState::default(), "{name}");
        let after = rewritten(&document);
        assert_eq!(after["format"], 2, "{name}");
        assert_eq!(after["tool"], env!("CARGO_PKG_VERSION"), "{name}");
        assert_eq!(after["min-tool"], "0.2.0", "{name}");
        assert_eq!(after["stage"], "dev", "{name}");
        let header = [
            "format",
            "tool",
            "min-tool",
            "project",
            "stage",
            "account",
            "homeRegion",
        ];
        for (member, value) in before.as_object().unwrap() {
            let changes = member == "deployedAt" || header.contains(&member.as_str());
            assert!(changes || after[member] == *value, "{name}: {member}");
        }
        // What was written is read again, and says the same.
        let again = parse(&after).unwrap();
        assert_eq!(rewritten(&again), after, "{name}");
    }
    assert_eq!(formats, [None, Some(2)].into());
}

#[test]
fn a_state_of_another_stage_is_refused_by_what_it_names_or_by_its_skill() {
    for (name, bytes) in fixtures() {
        // After `destroy --skill`, a state of 0.1.0 says nothing of its stage; its pool does.
        if name == "1-destroyed.json" {
            continue;
        }
        for other in [at("qa", "us-east-1"), at("de", "us-east-1")] {
            let error = StateDocument::parse(&bytes, &other).unwrap_err();
            assert_eq!(error.code(), "STATE", "{name}");
            assert!(error.message().contains("dev"), "{name}: {error}");
            assert!(error.next_step().unwrap().contains("restore"), "{name}");
        }
        if name.starts_with("2-") {
            let error = StateDocument::parse(&bytes, &at("dev", "eu-west-1")).unwrap_err();
            assert!(error.message().contains("home region"), "{error}");
        }
    }
}

#[test]
fn a_header_is_whole_or_not_there() {
    let whole = fixture("2-deployed.json");
    for member in [
        "format",
        "tool",
        "min-tool",
        "project",
        "stage",
        "account",
        "homeRegion",
    ] {
        let mut state = whole.clone();
        state.as_object_mut().unwrap().remove(member);
        let error = parse(&state).unwrap_err();
        assert_eq!(error.code(), "STATE", "{member}");
        assert!(error.causes()[0].contains("header"), "{error:?}");
    }
    for format in [json!(0), json!(1), json!(-2), json!("2")] {
        let mut state = whole.clone();
        state["format"] = format;
        assert_eq!(parse(&state).unwrap_err().code(), "STATE");
    }
}

#[test]
fn what_earlier_versions_must_not_ignore_names_the_version_to_use() {
    let mut state = fixture("2-deployed.json");
    state["tool"] = "9.4.0".into();
    state["min-tool"] = "9.1.0".into();
    // Also if nothing else can be read any more.
    for fence in [json!(1), json!({ "counter": 1 })] {
        state["fence"] = fence;
        let error = parse(&state).unwrap_err();
        assert!(error.message().contains("9.1.0"), "{error}");
        assert!(error.next_step().unwrap().contains("9.1.0"), "{error:?}");
    }
    state["min-tool"] = "0.2.0".into();
    let error = parse(&state).unwrap_err();
    assert!(
        error.next_step().unwrap().contains("version 9.4.0"),
        "{error:?}"
    );
}

#[test]
fn what_a_later_version_has_added_is_kept_and_still_wants_its_reader() {
    let mut state = fixture("2-deployed.json");
    state["format"] = 3.into();
    state["tool"] = "9.4.0".into();
    state["replicas"] = json!({ "eu-west-1": { "pool": "x" } });
    state["skill"]["package"]["signature"] = json!([1, 2]);
    state["left"]["webClient"]["Quantum"] = json!({ "On": true });
    let document = parse(&state).unwrap();
    let after = rewritten(&document);
    state["tool"] = env!("CARGO_PKG_VERSION").into();
    state["deployedAt"] = "1970-01-01T00:00:00Z".into();
    assert_eq!(after, state);
}

#[test]
fn a_record_about_another_thing_keeps_nothing_of_the_one_before() {
    let mut state = fixture("2-locked.json");
    for record in ["lock", "pool", "skill"] {
        state[record]["more"] = 1.into();
    }
    let document = parse(&state).unwrap();
    let same = rewritten(&document);
    let mut next = document.state().clone();
    next.lock = Some(crate::lock::Lock::new(
        Owner::this_process("grace".to_owned()),
        Timestamp::UNIX_EPOCH,
    ));
    next.pool.as_mut().unwrap().id = "us-east-1_Another00".parse().unwrap();
    next.skill.as_mut().unwrap().nonce.push('x');
    let other = document.rewrite(next, &place().whose).unwrap();
    let other: Value = serde_json::from_slice(&other.to_bytes().unwrap()).unwrap();
    for record in ["lock", "pool", "skill"] {
        assert_eq!(same[record]["more"], 1, "{record}");
        assert_eq!(other[record]["more"], Value::Null, "{record}");
    }
    // And one that is gone is gone as a whole.
    let mut next = document.state().clone();
    next.lock = None;
    let released = document.rewrite(next, &place().whose).unwrap();
    let released: Value = serde_json::from_slice(&released.to_bytes().unwrap()).unwrap();
    assert_eq!(released.get("lock"), None);
}

#[test]
fn no_list_takes_the_place_of_a_record() {
    assert_eq!(parse(&json!([])).unwrap_err().code(), "STATE");
    for (pointer, list) in [
        (
            "/skill",
            json!(["MLOCALVENDOR01", "voicelink:account-guide:dev:x"]),
        ),
        ("/lock/owner", json!(["workstation", "x", 1, "ada"])),
        ("/pool/madeWith/schema/name", json!(["String", true, true])),
    ] {
        let mut state = fixture("2-locked.json");
        *state.pointer_mut(pointer).unwrap() = list;
        let error = parse(&state).unwrap_err();
        let named = error.causes()[0].contains(pointer.trim_start_matches('/'));
        assert!(named, "{pointer}: {error:?}");
    }
}

fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![
            Just(u64::MAX.into()),
            Just(i64::MIN.into()),
            Just(f64::MAX.into()),
            Just("9999-12-31T23:59:59Z".into()),
            Just("-009999-01-02T01:59:59Z".into()),
            Just("99.0.0".into()),
        ],
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-zA-Z-]{1,12}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every place in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Reads it, and does with it what a deployment does: a panic fails the test.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let document = match StateDocument::parse(bytes, &place()) {
        Ok(document) => document,
        Err(error) => {
            prop_assert_eq!(error.code(), "STATE");
            prop_assert!(error.next_step().is_some());
            return Ok(());
        }
    };
    let state = document.state();
    let now = Timestamp::UNIX_EPOCH;
    let asking = Owner::this_process("grace".to_owned());
    if let Some(lock) = &state.lock {
        Turn::decide(Some(lock), &asking, now, |_| true);
        let _ = HeldLock::new(state.fence, lock, now).owner.to_string();
    }
    prop_assert!(state.fence < u64::MAX);
    let after = rewritten(&document);
    let before: Value = serde_json::from_slice(bytes).unwrap();
    for member in before.as_object().unwrap().keys() {
        prop_assert!(after.get(member).is_some(), "{} was lost", member);
    }
    prop_assert_eq!(rewritten(&parse(&after).unwrap()), after);
    Ok(())
}

proptest! {
    #[test]
    fn no_bytes_are_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        survives(&bytes)?;
    }

    #[test]
    fn no_json_is_a_panic(document in hostile()) {
        survives(document.to_string().as_bytes())?;
    }

    #[test]
    fn no_member_of_a_state_is_a_panic(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in hostile(),
    ) {
        let fixtures = fixtures();
        let (_, bytes) = which.get(&fixtures);
        let mut state: Value = serde_json::from_slice(bytes).unwrap();
        let mut places = Vec::new();
        pointers(&state, "", &mut places);
        let place = place.get(&places);
        *state.pointer_mut(place).unwrap() = value;
        survives(state.to_string().as_bytes())?;
    }

    #[test]
    fn whatever_is_unknown_is_kept_wherever_it_is(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in hostile(),
    ) {
        let fixtures = fixtures();
        let (_, bytes) = which.get(&fixtures);
        let mut state: Value = serde_json::from_slice(bytes).unwrap();
        let mut places = Vec::new();
        pointers(&state, "", &mut places);
        // Attributes by name, and documents that are kept as they are, have no unknown members.
        places.retain(|place| state.pointer(place).is_some_and(Value::is_object));
        places.retain(|place| place != "/pool/madeWith/schema");
        let place = place.get(&places).clone();
        state.pointer_mut(&place).unwrap()["unheard-of"] = value.clone();
        let document = parse(&state).unwrap();
        let after = rewritten(&document);
        prop_assert_eq!(&after.pointer(&place).unwrap()["unheard-of"], &value);
    }
}
