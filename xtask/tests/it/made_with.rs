//! What a pool was made with, as the state remembers it.

use serde_json::{Value, json};

use crate::console::Console;
use crate::plan::with;
use crate::stage::Stage;

const PHONE: &str = "[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]\n\
    [linking]\nscopes = [\"openid\", \"phone\", \"profile\"]\n";
const MORE: &str = "identity.attributes.custom = { plan = \"text\" }\n";

fn deploy(stage: &Stage, stack: &str) -> Value {
    let (said, _) = with(stage, stack, &["deploy", "--json"]);
    assert!(said.success, "{stack}: {}", said.stderr);
    said.json()
}

/// The operations that a refused deployment called, each named once, and how many calls there were.
fn refused(stage: &Stage, stack: &str) -> (Vec<String>, Value) {
    let console = Console::of(stage);
    console.device("control/faults", &json!({}));
    let (said, code) = with(stage, stack, &["deploy", "--json"]);
    assert_eq!(code, Some(1), "{stack}: {}", said.stdout);
    let answer = said.json();
    assert_eq!(answer["error"]["code"], "GUARD_SIGN_IN_ATTRIBUTES");
    (
        console.calls().into_iter().collect(),
        answer["calls"].clone(),
    )
}

/// Who we are, which the state's place is named after, and the state.
fn by_the_state_alone(stage: &Stage, stack: &str) {
    let (operations, calls) = refused(stage, stack);
    assert_eq!(operations, ["s3 GET object", "sts GetCallerIdentity"]);
    assert_eq!(calls, json!({ "reading": 2, "mutating": 0 }));
}

#[test]
fn what_a_pool_cannot_become_is_refused_before_any_call_but_for_the_state() {
    let stage = Stage::start();
    deploy(&stage, "");
    by_the_state_alone(&stage, PHONE);
    // A plan shows the rest as well.
    let (planned, code) = with(&stage, PHONE, &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", planned.stdout);
    let planned = planned.json();
    assert_eq!(planned["refused"]["code"], "GUARD_SIGN_IN_ATTRIBUTES");
    assert!(crate::plan::to_do(&planned).contains(&"identity stack"));

    // What is added is remembered, too.
    deploy(&stage, MORE);
    by_the_state_alone(&stage, "");

    // Without the state the pool itself is asked; then it is remembered again.
    Console::of(&stage).lose_state();
    let (operations, calls) = refused(&stage, PHONE);
    assert!(operations.contains(&"cognito-idp DescribeUserPool".to_owned()));
    assert_eq!(calls["mutating"], 0);
    deploy(&stage, MORE);
    by_the_state_alone(&stage, PHONE);
    by_the_state_alone(&stage, "");

    // A pool that is gone with its people binds nobody.
    let arguments = ["destroy", "--delete-users=local", "--yes", "--json"];
    let (said, _) = with(&stage, MORE, &arguments);
    assert!(said.success, "{}", said.stderr);
    deploy(&stage, PHONE);
    by_the_state_alone(&stage, "");
    assert!(stage.end("-TERM"));
}
