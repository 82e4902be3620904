//! Each guard, tried with a deployment that would do what it guards against.
//!
//! Domain, link lifetime and sign-in attributes follow from the stack file, and are tried in
//! `plan.rs`. What follows needs templates that have changed since: somebody deployed more than the
//! stack file says.

use serde_json::Value;

use crate::console::Console;
use crate::plan::with;
use crate::stage::Stage;

const STACK: &str = "account-guide-local-identity";

/// The template of the default stack file, whatever a fork has chosen, with another resource or output in it.
fn template(resource: &str) -> String {
    let committed = include_str!("../../../infra/templates/presets/email/identity.yaml");
    committed.replace("\nOutputs:\n", &format!("\n{resource}\nOutputs:\n"))
}

/// That the deployment is refused by this guard alone, and has touched nothing.
fn assert_refused(stage: &Stage, code: &str, guard: &str) {
    let (refused, exit) = with(stage, "", &["deploy", "--json"]);
    assert_eq!(exit, Some(1), "{}", refused.stdout);
    let refused = refused.json();
    assert_eq!(refused["error"]["code"], code, "{refused}");
    assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    let (planned, exit) = with(stage, "", &["plan", "--json"]);
    assert_eq!(exit, Some(2));
    assert_eq!(planned.json()["refused"]["code"], code);
    let (lifted, _) = with(stage, "", &["plan", "--json", "--allow", guard]);
    assert_eq!(lifted.json()["refused"], Value::Null);
}

#[test]
fn a_pool_a_client_and_a_redirect_uri_are_not_taken_away() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);

    let pool =
        "  Second:\n    Type: AWS::Cognito::UserPool\n    Properties: {UserPoolName: second}";
    console.update_stack(STACK, &template(pool), &[]);
    assert_refused(&stage, "GUARD_USER_POOL", "user-pool");

    let client = "  Second:\n    Type: AWS::Cognito::UserPoolClient\n    Properties: {UserPoolId: \
                  !Ref UserPool, ClientName: second}";
    console.update_stack(STACK, &template(""), &[]);
    console.update_stack(STACK, &template(client), &[]);
    assert_refused(&stage, "GUARD_APP_CLIENT", "app-client");

    let described = console.cloudformation("DescribeStacks", &[("StackName", STACK)]);
    let uris = described
        .split("RedirectUris</ParameterKey>")
        .nth(1)
        .unwrap();
    let uris = uris.split("<ParameterValue>").nth(1).unwrap();
    let uris = format!(
        "{},https://example.com/back",
        uris.split('<').next().unwrap()
    );
    console.update_stack(STACK, &template(""), &[("RedirectUris", &uris)]);
    assert_refused(&stage, "GUARD_REDIRECT_URIS", "redirect-uris");
    let (said, _) = with(
        &stage,
        "",
        &["deploy", "--json", "--allow", "redirect-uris"],
    );
    assert!(said.success, "{}", said.stderr);
    assert!(stage.end("-TERM"));
}
