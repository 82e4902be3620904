//! What a plan says before and after a deployment, and what its guards refuse.

use std::fs;

use serde_json::{Value, json};

use crate::command::{Said, project, run, xtask};
use crate::stage::Stage;

/// Runs a command with a stack file of its own against the running stage.
pub(crate) fn with(stage: &Stage, stack: &str, arguments: &[&str]) -> (Said, Option<i32>) {
    let file = stage.home().join("stack.toml");
    fs::write(&file, format!("name = \"account-guide\"\n{stack}")).unwrap();
    let package = stage.home().join("skill-package");
    if !package.exists() {
        crate::mistakes::copy(&project().join("skill-package"), &package);
    }
    let output = xtask(stage.home())
        .args(arguments)
        .args(["--stack", file.to_str().unwrap()])
        .output()
        .unwrap();
    let code = output.status.code();
    (output.into(), code)
}

/// The parts of a plan that have something to do, by step.
pub(crate) fn to_do(plan: &Value) -> Vec<&str> {
    let parts = plan["parts"].as_array().unwrap().iter();
    parts
        .filter(|part| part["action"].is_string())
        .map(|part| part["step"].as_str().unwrap())
        .collect()
}

#[test]
fn a_plan_is_empty_after_the_deployment_and_every_guard_refuses_its_own() {
    let stage = Stage::start();
    let (said, code) = with(&stage, "", &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stderr);
    let plan = said.json();
    assert_eq!(plan["changes"], true);
    assert_eq!(plan["calls"]["mutating"], 0);
    assert!(to_do(&plan).contains(&"identity stack"), "{plan}");

    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let (said, code) = with(&stage, "", &["plan", "--json"]);
    let plan = said.json();
    assert_eq!(code, Some(0), "{plan}");
    assert_eq!(to_do(&plan), [""; 0]);
    assert_eq!(plan["calls"]["mutating"], 0);
    // Few enough to be counted: a rerun must not become chatty unnoticed.
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert_eq!(said.json()["calls"], json!({"reading": 23, "mutating": 0}));

    let host = crate::own_domain::at("login.example.com");
    for (stack, code, guard) in [
        (host.as_str(), "GUARD_DOMAIN", "domain"),
        (
            "[identity.tokens]\nrefresh = \"30d\"\n",
            "GUARD_LINK_LIFETIME",
            "link-lifetime",
        ),
        (
            "[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]\n",
            "GUARD_SIGN_IN_ATTRIBUTES",
            "sign-in-attributes",
        ),
    ] {
        let (refused, _) = with(&stage, stack, &["deploy", "--json"]);
        assert!(!refused.success);
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], code, "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        let (planned, exit) = with(&stage, stack, &["plan", "--json"]);
        assert_eq!(exit, Some(2));
        assert_eq!(planned.json()["refused"]["code"], code);
        let (lifted, _) = with(&stage, stack, &["plan", "--json", "--allow", guard]);
        assert_eq!(lifted.json()["refused"], Value::Null);
    }

    let lifted = "[identity.tokens]\nrefresh = \"30d\"\n";
    let arguments = ["deploy", "--json", "--allow", "link-lifetime"];
    let (said, _) = with(&stage, lifted, &arguments);
    assert!(said.success, "{}", said.stderr);
    let (said, code) = with(&stage, lifted, &["plan", "--markdown"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert!(said.stdout.contains("Nothing to do."));
    assert!(stage.end("-TERM"));
}

#[test]
fn a_changed_sample_is_told_by_intent() {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let file = "skill-package/interactionModels/custom/en-US.json";
    let path = stage.home().join(file);
    let mut model: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let intents = &mut model["interactionModel"]["languageModel"]["intents"];
    let intent = intents
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|intent| {
            intent["samples"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        })
        .unwrap();
    let name = intent["name"].as_str().unwrap().to_owned();
    let samples = intent["samples"].as_array_mut().unwrap();
    samples.push("something entirely new".into());
    fs::write(&path, model.to_string()).unwrap();

    let (said, code) = with(&stage, "", &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stderr);
    let plan = said.json();
    assert_eq!(to_do(&plan), ["skill package"]);
    let part = plan["parts"].as_array().unwrap().iter();
    let part = part
        .into_iter()
        .find(|part| part["step"] == "skill package");
    assert_eq!(
        part.unwrap()["changes"],
        json!([{
            "kind": "changed",
            "subject": "interaction model en-US",
            "fields": [{
                "kind": "added",
                "path": ["intents", name, "samples"],
                "after": "something entirely new",
            }],
        }])
    );
    let (said, _) = with(&stage, "", &["plan"]);
    assert!(said.stdout.contains("something entirely new"));
    assert!(stage.end("-TERM"));
}

#[test]
fn a_stage_that_is_not_running_is_planned_from_nothing() {
    let home = tempfile::TempDir::new().unwrap();
    let said = run(home.path(), &["plan"]);
    assert!(!said.success);
    assert!(said.stderr.contains("empty one"), "{}", said.stderr);
    let last = said.stdout.lines().last().unwrap();
    assert!(last.ends_with("0 mutating calls"), "{last}");
}
