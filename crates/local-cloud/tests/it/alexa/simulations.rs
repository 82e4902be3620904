//! Simulations.

use serde_json::{Value, json};

use super::device::PROGRAM;
use super::support::Developer;

/// Starts a simulation and polls until it is over.
async fn simulate(developer: &Developer, path: &str, body: &Value) -> Value {
    let started = developer.post(path, body).await;
    let location = started.location.clone().unwrap();
    assert_eq!(started.expect(200)["status"], "IN_PROGRESS");
    loop {
        let simulation = developer.get(&location).await.expect(200);
        if simulation["status"] != "IN_PROGRESS" {
            break simulation;
        }
    }
}

#[tokio::test]
async fn a_simulation_talks_to_the_skill() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let path = format!("/v2/skills/{id}/stages/development/simulations");
    let body = json!({
        "input": { "content": "ask voice link what is my e-mail" },
        "device": { "locale": "en-US" },
    });
    let finished = simulate(&developer, &path, &body).await;
    assert_eq!(finished["status"], "SUCCESSFUL", "{finished}");
    let result = &finished["result"];
    assert_eq!(
        result["alexaExecutionInfo"]["alexaResponses"][0]["content"]["caption"],
        "ER_SUCCESS_MATCH EMAIL 0"
    );
    let invocation = &result["skillExecutionInfo"]["invocations"][0];
    assert_eq!(
        invocation["invocationRequest"]["body"]["request"]["intent"]["name"],
        "RequestInfoIntent"
    );

    let enablement = format!("/v1/skills/{id}/stages/development/enablement");
    developer.delete(&enablement).await.expect(204);
    developer.post(&path, &body).await.expect(403);
    developer.stop().await;
}

#[tokio::test]
async fn a_simulation_that_fails_shows_every_request() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let path = format!("/v2/skills/{id}/stages/development/simulations");
    let body = json!({
        "input": { "content": "ask voice link for help" },
        "device": { "locale": "en-US" },
    });
    let finished = simulate(&developer, &path, &body).await;
    assert_eq!(finished["status"], "FAILED", "{finished}");
    let invocations = finished["result"]["skillExecutionInfo"]["invocations"]
        .as_array()
        .unwrap();
    let sent: Vec<&Value> = invocations
        .iter()
        .map(|invocation| &invocation["invocationRequest"]["body"]["request"])
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["type"], "IntentRequest");
    assert_eq!(sent[1]["type"], "SessionEndedRequest");
    assert_eq!(sent[1]["reason"], "ERROR");
    assert_eq!(sent[1]["error"]["type"], "INVALID_RESPONSE");
    developer.stop().await;
}
