//! The real binary.

use std::process::Command;

use serde_json::{Value, json};

use crate::people::{intent, launch, linked, unlinked};
use crate::runtime_api::serve;

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_bootstrap");

#[tokio::test]
async fn without_configuration_it_answers_and_logs_what_is_missing() {
    let requests = vec![unlinked(launch()), linked(intent("AMAZON.HelpIntent"))];
    let (answers, (log, errors)) = serve(Command::new(BOOTSTRAP), requests, &[]).await;
    assert_eq!(answers[0]["response"]["card"]["type"], "LinkAccount");
    assert_eq!(answers[1]["response"]["shouldEndSession"], false);
    assert!(log.contains("VOICELINK_SKILL_ID is not set"), "{log}");
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert_eq!(errors, "");
}

#[tokio::test]
async fn a_request_for_another_skill_is_an_error_of_the_function() {
    let other = (
        "VOICELINK_SKILL_ID",
        "amzn1.ask.skill.00000000-0000-4000-8000-000000000000",
    );
    let (answers, _) = serve(Command::new(BOOTSTRAP), vec![unlinked(launch())], &[other]).await;
    assert_eq!(answers[0]["errorType"], "WrongSkill");
    assert_ne!(answers[0]["errorMessage"], json!(null));
}

#[test]
fn started_by_hand_it_says_who_starts_it() {
    let output = Command::new(BOOTSTRAP).env_clear().output().unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("cargo xtask deploy")
    );
}
