//! What goes when a stage is destroyed, what stays, and that it comes back.

use serde_json::{Value, json};

use crate::command::run;
use crate::console::{Console, only_pool};
use crate::stage::Stage;

#[test]
fn a_destroyed_stage_keeps_its_pool_and_comes_back_with_it() {
    let stage = Stage::start();
    let said = |arguments: &[&str]| run(stage.home(), arguments);
    let done = |arguments: &[&str]| {
        let said = said(arguments);
        assert!(said.success, "{arguments:?}: {}", said.stderr);
        said.json()
    };
    let stacks = || {
        let status = done(&["status", "--json"])["status"].clone();
        let stacks = status["stacks"].as_array().unwrap().clone();
        stacks
            .into_iter()
            .map(|stack| stack["status"].clone())
            .collect::<Vec<_>>()
    };
    let first = done(&["deploy", "--json"]);

    // Nobody is there to ask: nothing happens, but everything is said.
    let refused = said(&["destroy", "--json"]);
    assert!(!refused.success);
    let answer = refused.json();
    assert_eq!(answer["error"]["code"], "CONFIRM");
    assert_eq!(answer["calls"]["mutating"], 0);
    let pool = first["userPoolId"].as_str().unwrap();
    assert!(
        refused.stderr.contains(&format!("keeps user pool {pool}")),
        "{}",
        refused.stderr
    );
    assert_eq!(stacks(), ["CREATE_COMPLETE", "CREATE_COMPLETE"]);

    let destroyed = done(&["destroy", "--json", "--yes"]);
    assert_eq!(destroyed["kept"]["userPoolId"], first["userPoolId"]);
    assert_eq!(destroyed["kept"]["skill"], first["skillId"]);
    assert_eq!(destroyed["removed"]["skill"], Value::Null);
    assert_eq!(stacks(), [json!("CREATE_COMPLETE"), Value::Null]);
    let again = done(&["destroy", "--json", "--yes"]);
    assert_eq!(again["removed"]["stacks"], json!([]));
    assert_eq!(again["calls"]["mutating"], 0);

    let second = done(&["deploy", "--json"]);
    assert_eq!(second["userPoolId"], first["userPoolId"]);
    assert_eq!(second["skillId"], first["skillId"]);

    let destroyed = done(&["destroy", "--skill", "--json", "--yes"]);
    assert_eq!(destroyed["removed"]["skill"], first["skillId"]);
    assert_eq!(
        done(&["status", "--json"])["status"]["skillId"],
        Value::Null
    );
    let third = done(&["deploy", "--json"]);
    assert_eq!(third["userPoolId"], first["userPoolId"]);
    assert_ne!(third["skillId"], first["skillId"]);
    assert!(stage.end("-TERM"));
}

#[test]
fn people_are_deleted_only_by_the_stages_name() {
    let stage = Stage::start();
    let first = run(stage.home(), &["deploy", "--json"]);
    assert!(first.success, "{}", first.stderr);
    let first = first.json();
    for typed in ["--delete-users", "--delete-users=dev"] {
        let refused = run(stage.home(), &["destroy", typed, "--yes", "--json"]);
        assert!(!refused.success);
        let answer = refused.json();
        assert_eq!(answer["error"]["code"], "CONFIRM", "{answer}");
        assert_eq!(answer["calls"]["mutating"], 0);
        assert!(refused.stderr.contains("EVERYBODY"), "{}", refused.stderr);
    }
    let console = Console::of(&stage);
    assert_eq!(only_pool(&console), first["userPoolId"].as_str().unwrap());

    let arguments = ["destroy", "--delete-users=local", "--yes", "--json"];
    let destroyed = run(stage.home(), &arguments);
    assert!(destroyed.success, "{}", destroyed.stderr);
    let destroyed = destroyed.json();
    assert_eq!(
        destroyed["removed"]["users"]["userPoolId"],
        first["userPoolId"]
    );
    assert_eq!(destroyed["kept"]["userPoolId"], Value::Null);
    let pools = console.cognito("ListUserPools", &json!({ "MaxResults": 10 }));
    assert_eq!(pools["UserPools"], json!([]));
    let again = run(stage.home(), &arguments).json();
    assert_eq!(again["calls"]["mutating"], 0, "{again}");

    // The skill was kept, and gets a new pool.
    let second = run(stage.home(), &["deploy", "--json"]);
    assert!(second.success, "{}", second.stderr);
    let second = second.json();
    assert_eq!(second["skillId"], first["skillId"]);
    assert_ne!(second["userPoolId"], first["userPoolId"]);
    assert!(stage.end("-TERM"));
}
