//! A stage's state: whose it is, which version wrote it, and what is done with one that is neither.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::command::Said;
use crate::console::Console;
use crate::real::Real;

const BUCKET: &str = "account-guide-000000000000-us-east-1";
const STAGES: &str = "name = \"account-guide\"\n[stages.local]\n[stages.dev]\n\
    region = \"us-east-1\"\n[stages.qa]\nregion = \"us-east-1\"\n";

/// The members that a state of 0.1.0 does not have.
const HEADER: [&str; 7] = [
    "format",
    "tool",
    "min-tool",
    "project",
    "stage",
    "account",
    "homeRegion",
];

fn start() -> Real {
    let real = Real::start();
    write_stack(&real, "");
    real
}

fn write_stack(real: &Real, more: &str) {
    std::fs::write(real.file("stack.toml"), format!("{STAGES}{more}")).unwrap();
}

fn run(real: &Real, command: &[&str]) -> Said {
    let (bundle, out) = (real.file("bootstrap.zip"), real.file("dist"));
    let mut arguments = command.to_vec();
    if command[0] == "deploy" {
        arguments.extend(["--yes", "--bundle", bundle.to_str().unwrap()]);
        arguments.extend(["--out", out.to_str().unwrap()]);
    }
    arguments.push("--json");
    real.run(&arguments, &real.developer())
}

/// Deploys; what the command said as JSON.
fn deploy(real: &Real, stage: &str) -> Value {
    let said = run(real, &["deploy", stage]);
    assert!(said.success, "{stage}: {}", said.stderr);
    said.json()
}

pub(crate) fn key(stage: &str) -> String {
    format!("stages/{stage}.json")
}

pub(crate) fn read(real: &Real, stage: &str) -> Value {
    let text = Console::of(&real.stage).object(BUCKET, &key(stage));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn write(real: &Real, stage: &str, state: &Value) {
    write_text(real, stage, &state.to_string());
}

fn write_text(real: &Real, stage: &str, text: &str) {
    Console::of(&real.stage).put_object(BUCKET, &key(stage), text);
}

fn without_header(mut state: Value) -> Value {
    for name in HEADER {
        state.as_object_mut().unwrap().remove(name);
    }
    state
}

/// The operations that changed something since faults were last set.
fn changes(real: &Real) -> BTreeSet<String> {
    let looks = ["Describe", "Detect", "Get", "Head", "List"];
    let mut calls = Console::of(&real.stage).calls();
    calls.retain(|call| {
        let operation = call.split_once(' ').map_or("", |(_, operation)| operation);
        let reads = |look: &&str| operation.starts_with(look);
        !looks.iter().any(reads) && !operation.starts_with("GET")
    });
    calls
}

/// Runs a command that is refused for the stage's state before any call that changes something; what
/// it said in one text.
fn refused(real: &Real, command: &[&str]) -> String {
    Console::of(&real.stage).device("control/faults", &json!({}));
    let said = run(real, command);
    assert!(!said.success, "{command:?}: {}", said.stdout);
    let error = said.json()["error"].clone();
    assert_eq!(error["code"], "STATE", "{command:?}: {}", said.stderr);
    assert!(error["hint"].is_string(), "{command:?}: {error}");
    let changes = changes(real);
    // A token for the developer is no change to the stage.
    let changes: Vec<_> = changes
        .iter()
        .filter(|call| !call.starts_with("lwa"))
        .collect();
    assert!(changes.is_empty(), "{command:?}: {changes:?}");
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    said.stderr
}

#[test]
fn the_state_of_another_stage_is_refused_before_anything_is_changed() {
    let real = start();
    deploy(&real, "dev");
    deploy(&real, "qa");
    let own = read(&real, "dev");
    for copied in [read(&real, "qa"), without_header(read(&real, "qa"))] {
        write(&real, "dev", &copied);
        for command in [
            &["deploy", "dev"][..],
            &["plan", "dev"],
            &["status", "dev"],
            &["verify", "dev"],
            &["destroy", "dev", "--skill", "--yes"],
            &["destroy", "dev", "--delete-users=dev", "--yes"],
        ] {
            let said = refused(&real, command);
            assert!(said.contains("qa") && said.contains("dev"), "{said}");
        }
    }
    // Each of the four is looked at.
    for (member, of_another) in [
        ("project", "taxi-desk"),
        ("stage", "prod"),
        ("account", "111111111111"),
        ("homeRegion", "eu-west-1"),
    ] {
        let mut state = own.clone();
        let here = state[member].as_str().unwrap().to_owned();
        state[member] = of_another.into();
        write(&real, "dev", &state);
        let said = refused(&real, &["deploy", "dev"]);
        assert!(said.contains(of_another) && said.contains(&here), "{said}");
    }
    write(&real, "dev", &own);
    assert_eq!(deploy(&real, "dev")["calls"]["mutating"], 0);
    assert!(real.stage.end("-TERM"));
}

#[test]
fn a_pool_that_the_stack_does_not_have_is_refused() {
    let real = start();
    let deployed = deploy(&real, "dev");
    let own = read(&real, "dev");
    let pool = deployed["userPoolId"].as_str().unwrap();
    for original in [own.clone(), without_header(own.clone())] {
        let mut state = original;
        state["pool"]["id"] = "us-east-1_OtherPool".into();
        write(&real, "dev", &state);
        for command in [
            &["deploy", "dev"][..],
            &["plan", "dev"],
            &["status", "dev"],
            &["destroy", "dev", "--yes"],
        ] {
            let said = refused(&real, command);
            assert!(said.contains("us-east-1_OtherPool"), "{said}");
            assert!(said.contains(pool), "{said}");
        }
    }
    write(&real, "dev", &own);
    assert_eq!(deploy(&real, "dev")["calls"]["mutating"], 0);
    assert!(real.stage.end("-TERM"));
}

#[test]
fn what_is_no_state_is_refused_and_never_a_panic() {
    let real = start();
    deploy(&real, "dev");
    let own = read(&real, "dev");
    let with = |pointer: &str, value: Value| {
        let mut state = own.clone();
        *state.pointer_mut(pointer).unwrap() = value;
        state.to_string()
    };
    let greatest = u64::MAX;
    for text in [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "{\"fence\": ".to_owned(),
        "[".repeat(100_000),
        with("/fence", json!(-1)),
        with("/fence", json!(1.5)),
        with("/fence", greatest.into()),
        with("/fence", json!("1")).replace("\"1\"", "1e400"),
        with("/skill", json!(["MLOCALVENDOR01", "nonce"])),
        with("/pool/madeWith/schema/name", json!(["String", true, true])),
        with("/format", json!([2])),
        with("/tool", json!("newest")),
        with("/deployedAt", json!("2026-13-45T00:00:00Z")),
    ] {
        write_text(&real, "dev", &text);
        let said = refused(&real, &["deploy", "dev"]);
        assert!(said.contains("stages/dev.json"), "{said}");
    }
    assert!(real.stage.end("-TERM"));
}

#[test]
fn a_state_of_0_1_0_is_read_and_upgraded() {
    let real = start();
    deploy(&real, "dev");
    let old = without_header(read(&real, "dev"));
    write(&real, "dev", &old);
    // Without anything to do nothing is written.
    assert_eq!(deploy(&real, "dev")["calls"]["mutating"], 0);
    assert_eq!(read(&real, "dev"), old);
    write_stack(&real, "[lambda]\nlog-retention = \"14d\"\n");
    deploy(&real, "dev");
    let state = read(&real, "dev");
    assert_eq!(state["format"], 2);
    assert_eq!(state["project"], "account-guide");
    assert_eq!(state["stage"], "dev");
    assert_eq!(state["account"], "000000000000");
    assert_eq!(state["homeRegion"], "us-east-1");
    assert_eq!(state["pool"], old["pool"]);
    assert!(real.stage.end("-TERM"));
}

#[test]
fn an_earlier_release_deploys_what_a_later_one_has_deployed() {
    let real = start();
    deploy(&real, "dev");
    let mut state = read(&real, "dev");
    let tool = state["tool"].clone();
    state["format"] = json!(9);
    state["tool"] = "99.1.0".into();
    state["replicas"] = json!([{ "region": "eu-west-1" }]);
    state["skill"]["catalog"] = json!({ "id": 7 });
    state["linking"]["applied"]["sandbox"] = true.into();
    state["pool"]["madeWith"]["schema"]["name"]["pattern"] = "[a-z]+".into();
    state["left"]["groups"] = json!(["drivers"]);
    write(&real, "dev", &state);
    write_stack(&real, "[lambda]\nlog-retention = \"14d\"\n");
    deploy(&real, "dev");
    let after = read(&real, "dev");
    for pointer in [
        "/format",
        "/replicas",
        "/skill/catalog",
        "/linking/applied/sandbox",
        "/pool/madeWith/schema/name/pattern",
        "/left/groups",
    ] {
        assert_eq!(after.pointer(pointer), state.pointer(pointer), "{pointer}");
    }
    assert_eq!(after["tool"], tool);
    assert_ne!(after["deployedAt"], state["deployedAt"]);
    assert_eq!(after.get("lock"), None);
    assert_eq!(deploy(&real, "dev")["calls"]["mutating"], 0);

    // What must not be ignored names the version to use.
    state["min-tool"] = "99.0.1".into();
    write(&real, "dev", &state);
    for command in [
        &["deploy", "dev"][..],
        &["status", "dev"],
        &["destroy", "dev", "--yes"],
    ] {
        let said = refused(&real, command);
        assert!(said.contains("99.0.1"), "{said}");
    }
    assert!(real.stage.end("-TERM"));
}

/// Else a deployment that ends in between would leave the state of a pool that the stack does not have.
#[test]
fn a_pool_that_is_gone_is_forgotten_before_another_takes_its_place() {
    let real = start();
    let deployed = deploy(&real, "dev");
    let console = Console::of(&real.stage);
    console.delete_stack("account-guide-dev-identity");
    let pool = json!({ "UserPoolId": deployed["userPoolId"] });
    let described = console.cognito("DescribeUserPool", &pool)["UserPool"].clone();
    let domain = json!({ "UserPoolId": pool["UserPoolId"], "Domain": described["Domain"] });
    console.cognito("DeleteUserPoolDomain", &domain);
    let unprotected = json!({ "UserPoolId": pool["UserPoolId"], "DeletionProtection": "INACTIVE" });
    console.cognito("UpdateUserPool", &unprotected);
    console.cognito("DeleteUserPool", &pool);
    assert_eq!(read(&real, "dev")["pool"]["id"], pool["UserPoolId"]);

    let fault = json!([{ "resource": "UserPoolDomain", "action": "CREATE", "after": 0, "times": 1,
        "reason": "Rate exceeded" }]);
    console.device("control/faults", &json!({ "stacks": fault }));
    let failed = run(&real, &["deploy", "dev"]);
    assert_eq!(failed.json()["error"]["code"], "STACK", "{}", failed.stderr);
    assert_eq!(read(&real, "dev").get("pool"), None);
    // Nobody can use the link to the pool that is gone, and that is asked for.
    let refused = run(&real, &["deploy", "dev"]);
    let code = &refused.json()["error"]["code"];
    assert_eq!(code, "GUARD_APP_CLIENT", "{}", refused.stderr);
    let again = run(&real, &["deploy", "dev", "--allow", "app-client"]);
    assert!(again.success, "{}", again.stderr);
    let again = again.json();
    assert_ne!(again["userPoolId"], deployed["userPoolId"]);
    assert_eq!(read(&real, "dev")["pool"]["id"], again["userPoolId"]);
    assert!(real.stage.end("-TERM"));
}
