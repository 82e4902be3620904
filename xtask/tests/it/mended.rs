//! Stacks in states that nobody wants, and the deployments that get them out of there.

use serde_json::{Value, json};

use crate::command::Said;
use crate::console::{Console, only_pool};
use crate::plan::with;
use crate::stage::Stage;

fn fail(stage: &Stage, stacks: &Value) {
    let url = format!("{}control/faults", stage.urls["device"].as_str().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = runtime.block_on(async {
        let client = story::client().unwrap();
        let request = client.post(url).json(&json!({ "stacks": stacks }));
        let request = stage.access().bearer(request);
        request.send().await.unwrap()
    });
    assert!(answer.status().is_success());
}

fn fault(resource: &str, action: &str, after: u32) -> Value {
    json!({"resource": resource, "action": action, "after": after, "times": 1,
           "reason": "Rate exceeded"})
}

/// With the names that these tests know, whatever a fork is called.
fn deploy(stage: &Stage) -> Said {
    with(stage, "", &["deploy", "--json"]).0
}

fn assert_explained(said: &Said, status: &str, resource: &str) {
    assert!(!said.success);
    let last = said.last_words();
    assert!(last.starts_with("error[STACK]"), "{}", said.stderr);
    for word in [status, resource, "Rate exceeded"] {
        assert!(last.contains(word), "no {word} in {last}");
    }
    assert!(said.stderr.contains("hint: "), "{}", said.stderr);
}

#[test]
fn a_creation_that_was_rolled_back_is_made_anew() {
    let stage = Stage::start();
    fail(&stage, &json!([fault("Alias", "CREATE", 0)]));
    let failed = deploy(&stage);
    assert_explained(&failed, "ROLLBACK_COMPLETE", "Alias");
    let next = deploy(&stage);
    assert!(next.success, "{}", next.stderr);
    assert!(stage.end("-TERM"));
}

#[test]
fn people_are_kept_when_the_stack_that_holds_them_is_half_made() {
    let stage = Stage::start();
    fail(&stage, &json!([fault("UserPoolDomain", "CREATE", 0)]));
    let failed = deploy(&stage);
    assert_explained(&failed, "CREATE_FAILED", "UserPoolDomain");
    let next = deploy(&stage);
    assert!(next.success, "{}", next.stderr);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_rollback_that_failed_is_finished_before_anything_else() {
    let stage = Stage::start();
    assert!(deploy(&stage).success);
    let deploy = || with(&stage, "[lambda]\nmemory = 512\n", &["deploy", "--json"]).0;
    // The alias does not change, and then the function does not change back.
    fail(
        &stage,
        &json!([fault("Alias", "UPDATE", 0), fault("Function", "UPDATE", 1)]),
    );
    assert_explained(&deploy(), "UPDATE_ROLLBACK_FAILED", "Alias");
    let next = deploy();
    assert!(next.success, "{}", next.stderr);
    assert!(stage.end("-TERM"));
}

#[test]
fn an_import_that_failed_touches_nothing_and_is_tried_again() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    assert!(deploy(&stage).success);
    let pool = only_pool(&console);
    console.delete_stack("account-guide-local-identity");
    fail(&stage, &json!([fault("UserPoolDomain", "IMPORT", 0)]));
    let failed = deploy(&stage);
    assert_explained(&failed, "IMPORT_ROLLBACK_COMPLETE", "UserPoolDomain");
    assert_eq!(only_pool(&console), pool);
    let next = deploy(&stage);
    assert!(next.success, "{}", next.stderr);
    assert_eq!(only_pool(&console), pool);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_change_set_that_was_never_executed_is_in_nobodys_way() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let template = "Resources: {Log: {Type: AWS::Logs::LogGroup}}";
    for name in ["account-guide-local-identity", "account-guide-local-skill"] {
        console.cloudformation(
            "CreateChangeSet",
            &[
                ("StackName", name),
                ("ChangeSetName", "forgotten"),
                ("ChangeSetType", "CREATE"),
                ("TemplateBody", template),
            ],
        );
    }
    for command in [&["plan", "--json"][..], &["deploy", "--json"]] {
        let (said, _) = with(&stage, "", command);
        assert!(!said.stderr.contains("error["), "{}", said.stderr);
    }
    assert!(stage.end("-TERM"));
}
