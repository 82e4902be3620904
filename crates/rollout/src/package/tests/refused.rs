//! What is wrong with a package, and how it is said.

use std::path::Path;

use super::{Copy, MODEL};
use crate::package::SourcePackage;

#[test]
fn missing_and_broken_files_are_named() {
    let copy = Copy::new();
    std::fs::remove_file(copy.folder().join("accountLinking.json")).unwrap();
    assert!(
        copy.refusal()
            .starts_with("accountLinking.json: the file is missing")
    );

    let copy = Copy::new();
    copy.edit(MODEL, "\"intents\": [", "\"intents\": [,");
    assert!(
        copy.refusal()
            .starts_with(&format!("{MODEL}:10:19: not JSON: expected value")),
        "{}",
        copy.refusal()
    );

    let copy = Copy::new();
    std::fs::remove_file(copy.folder().join(MODEL)).unwrap();
    assert!(
        copy.refusal()
            .starts_with("skill.json:11:18: the locale en-US has no interaction model"),
        "{}",
        copy.refusal()
    );

    let nowhere = SourcePackage::read(Path::new("/nowhere")).unwrap_err();
    assert!(
        nowhere
            .to_string()
            .starts_with("/nowhere: cannot read the skill package")
    );
}

#[test]
fn what_belongs_to_a_stage_is_refused_in_the_files() {
    let copy = Copy::new();
    copy.edit(
        "skill.json",
        "\"custom\": {}",
        "\"custom\": {\"endpoint\": {\"uri\": \"arn:x\"}}",
    );
    assert!(
        copy.refusal()
            .contains("manifest.apis.custom.endpoint is filled in for each stage")
    );

    let copy = Copy::new();
    copy.edit(
        "accountLinking.json",
        "\"type\"",
        "\"clientSecret\": \"s3cr3t\",\n    \"type\"",
    );
    let refusal = copy.refusal();
    assert!(refusal.starts_with("accountLinking.json:3:21: `clientSecret` does not belong"));
    assert!(!refusal.contains("s3cr3t"));

    let copy = Copy::new();
    copy.edit(
        "accountLinking.json",
        "\"domains\": []",
        "\"scopes\": [\"email\"]",
    );
    assert!(copy.refusal().contains("[linking] of stack.toml"));

    let copy = Copy::new();
    copy.edit("accountLinking.json", "AUTH_CODE", "IMPLICIT");
    assert!(copy.refusal().contains("without a refresh token"));
}

/// What is replaced in the committed model, by what, and what is said about it.
const BROKEN_MODELS: &[(&str, &str, &str)] = &[
    (
        "\"invocationName\": \"",
        "\"invocationName\": \"2 ",
        "4:25: the invocation name",
    ),
    (
        "\"invocationName\": ",
        "\"invocationName\": 7, \"was\": ",
        "4:25: invocationName is a number instead of a text",
    ),
    (
        "\"invocationName\"",
        "\"invocation\"",
        "invocationName is missing from languageModel",
    ),
    (
        "\"type\": \"InfoType\"",
        "\"type\": \"Info\"",
        "the slot `infoTypeRequested` has the unknown type `Info`",
    ),
    (
        "AMAZON.CancelIntent",
        "AMAZON.StopIntent",
        "the intent `AMAZON.StopIntent` is there twice",
    ),
    (
        "AMAZON.CancelIntent",
        "AMAZON.YesIntent",
        "the intent AMAZON.CancelIntent is missing",
    ),
    (
        "RequestInfoIntent",
        "Request-2",
        "`Request-2` cannot be the name of an intent",
    ),
    (
        "\"tell me my {infoTypeRequested}\"",
        "\"what is my  {infotypeRequested}\"",
        "names the unknown slot `infotypeRequested`",
    ),
    (
        "\"tell me my {infoTypeRequested}\"",
        "\"tell me my {infoTypeRequested\"",
        "opens a brace and does not close it",
    ),
    (
        "\"tell me my {infoTypeRequested}\"",
        "\"tell me my {infoTypeRequested}?\"",
        "has the character `?`",
    ),
    (
        "\"id\": \"userName\"",
        "\"id\": \"phoneNumber\"",
        "the value id `phoneNumber` is there twice",
    ),
    (
        "\"value\": \"user name\"",
        "\"value\": \"Phone Number\"",
        "the value `Phone Number` is there twice",
    ),
];

#[test]
fn broken_interaction_models_are_refused_with_the_line() {
    for (from, to, message) in BROKEN_MODELS {
        let copy = Copy::new();
        copy.edit(MODEL, from, to);
        let refusal = copy.refusal();
        assert!(
            refusal.contains(message),
            "expected: {message}\nfound: {refusal}"
        );
        let position = refusal.strip_prefix(&format!("{MODEL}:"));
        let line = position.and_then(|text| text.split(':').next()?.parse::<usize>().ok());
        assert!(line.is_some(), "{refusal}");
    }
}

#[test]
fn broken_manifests_are_refused() {
    for (from, to, message) in [
        (
            "\"manifest\"",
            "\"manifests\"",
            "skill.json:1:1: the manifest is missing",
        ),
        (
            "\"1.0\"",
            "\"2.0\"",
            "skill.json:3:24: `2.0` is not one of the values of manifestVersion",
        ),
        ("\"custom\": {}", "", "apis.custom is missing"),
        (
            "SKILL_ENABLED",
            "SKILL_ENABLE",
            "`SKILL_ENABLE` is not one of the values of eventName",
        ),
        (
            "\"en-US\"",
            "\"fr-FR\"",
            "the locale fr-FR has no interaction model",
        ),
        (
            "\"name\": ",
            "\"name\": \"A\", \"was\": ",
            "name has 1 characters",
        ),
    ] {
        let copy = Copy::new();
        copy.edit("skill.json", from, to);
        let refusal = copy.refusal();
        assert!(
            refusal.contains(message),
            "expected: {message}\nfound: {refusal}"
        );
    }
}

/// Amazon builds it with a warning.
#[test]
fn a_sample_that_is_there_twice_is_advised_with_its_line() {
    let copy = Copy::new();
    copy.edit(
        MODEL,
        "\"tell me my {infoTypeRequested}\"",
        "\"What is  my {infoTypeRequested}\"",
    );
    let package = SourcePackage::read(&copy.folder()).unwrap();
    let [advice] = package.advice() else {
        panic!("{:?}", package.advice());
    };
    assert!(
        advice
            .message
            .ends_with("is there twice, also for RequestInfoIntent")
    );
    assert!(advice.file.ends_with(MODEL) && advice.position.is_some());
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_document() {
    let copy = Copy::new();
    for file in ["skill.json", MODEL] {
        let text = std::fs::read_to_string(copy.folder().join(file)).unwrap();
        copy.write(file, &format!("\u{feff}{text}"));
    }
    let package = SourcePackage::read(&copy.folder()).unwrap();
    assert_eq!(package.advice(), []);
}
