//! A log line repeats nothing that a request says, unless it is one of the words that this build
//! knows, and none is long.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use skill_kit::{Intents as _, Locale as _};

use crate::Intent;
use crate::people::{Fate, Stage, mary};
use crate::samples::{pointers, replaced, requests};
use crate::small::Locale;

/// Most bytes of a line.
const LONGEST_LINE: usize = 1_000;
/// In every hostile value.
const MARK: &str = "NJwmXkqPvZ";

/// Values that an attacker would like to see in a log, or to fill it with.
fn hostile() -> Vec<String> {
    vec![
        format!("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ{MARK}In0.{MARK}"),
        format!("{MARK}{}", "x".repeat(200_000)),
        format!("Atza|{MARK}\n{{\"level\":\"ERROR\",\"outcome\":\"answered\"}}"),
    ]
}

/// What a member of the line may say: one of a closed list, or anything that is not the request's.
fn allowed(member: &str) -> Option<BTreeSet<String>> {
    let list = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
    let or_other = |words: Vec<&str>| {
        let words = words.into_iter().chain(["other"]);
        Some(words.map(str::to_owned).collect())
    };
    match member {
        "requestType" => {
            let samples = requests();
            let kinds = samples
                .iter()
                .filter_map(|(_, json)| json["request"]["type"].as_str());
            or_other(kinds.collect())
        }
        "locale" => or_other(Locale::ALL.iter().map(|locale| locale.tag()).collect()),
        "intent" => or_other(Intent::ALL.iter().map(|intent| intent.name()).collect()),
        "alexaError" => list(&[
            "INVALID_RESPONSE",
            "DEVICE_COMMUNICATION_ERROR",
            "INTERNAL_SERVICE_ERROR",
            "ENDPOINT_TIMEOUT",
            "other",
        ]),
        "error" => list(&[
            "a request is a JSON object, and this is none",
            "the request lacks the object `request`",
            "the request lacks the text `request.type`",
            "the request lacks `request.intent` with the text `name`",
        ]),
        "account" => list(&["speaker", "shared", "none"]),
        "level" => list(&["INFO", "WARN", "ERROR"]),
        "message" => list(&["request"]),
        "outcome" => list(&[
            "answered",
            "noted",
            "not-linked",
            "speaker-not-linked",
            "link-expired",
            "foreign-token",
            "response-refused",
            "unreadable",
            "wrong-skill",
        ]),
        "requestId" => list(&["lambda-request-1"]),
        "problem" => list(&[
            "no account is linked",
            "the recognised speaker has not linked an account of their own",
            "the access token is not this skill's: its signature is wrong",
        ]),
        "timestamp" | "latency" | "_aws" => None,
        other => panic!("{other} is not documented"),
    }
}

#[tokio::test]
async fn no_value_of_a_request_is_logged() {
    let known: Vec<(String, Option<BTreeSet<String>>)> = [
        "requestType",
        "account",
        "locale",
        "intent",
        "alexaError",
        "error",
        "level",
        "message",
        "outcome",
        "requestId",
        "problem",
        "timestamp",
        "latency",
        "_aws",
    ]
    .map(|member| (member.to_owned(), allowed(member)))
    .into();
    let judge = |line: &str, about: &str| {
        assert!(!line.contains(MARK), "{about}: {line}");
        assert!(line.len() <= LONGEST_LINE, "{about}: {} bytes", line.len());
        let line: Value = serde_json::from_str(line).unwrap();
        for (member, value) in line.as_object().unwrap() {
            let (_, allowed) = (known.iter().find(|(name, _)| name == member))
                .unwrap_or_else(|| panic!("{member} is not documented"));
            if let Some(allowed) = allowed {
                let text = value.as_str().unwrap();
                assert!(allowed.contains(text), "{about}: {member} is {text}");
            }
        }
        let dimensions = &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
        let all = json!([["outcome"], ["intent", "outcome"]]);
        assert!(*dimensions == all || *dimensions == json!([["outcome"]]));
    };
    let mut tried = 0;
    for (name, json) in requests() {
        for pointer in pointers(&json) {
            for value in hostile() {
                let mut hostile = vec![replaced(&json, &pointer, &json!(value))];
                let mut named = json.clone();
                if let Value::Object(fields) = named.pointer_mut(&pointer).unwrap() {
                    fields.insert(value.clone(), json!({ &value: &value }));
                    hostile.push(named);
                }
                for request in hostile {
                    let stage = Stage::new(Fate::Good(mary()));
                    // A request for another skill is an error of the function.
                    if let Err(wrong_skill) = stage.answer(request).await {
                        assert!(!wrong_skill.to_string().contains(MARK));
                    }
                    let log = stage.log();
                    assert_eq!(log.lines().count(), 1, "{name}: {pointer}: {log}");
                    judge(log.trim_end(), &format!("{name}: {pointer}"));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}
