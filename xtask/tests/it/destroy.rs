//! What goes when a stage is destroyed, what stays, and that it comes back.

use serde_json::{Value, json};

use crate::command::run;
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
