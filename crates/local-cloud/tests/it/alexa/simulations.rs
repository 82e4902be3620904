//! Simulations.

use serde_json::json;

use super::device::PROGRAM;
use super::support::Developer;

#[tokio::test]
async fn a_simulation_talks_to_the_skill() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let path = format!("/v2/skills/{id}/stages/development/simulations");
    let body = json!({
        "input": { "content": "ask voice link what is my e-mail" },
        "device": { "locale": "en-US" },
    });
    let started = developer.post(&path, &body).await;
    let location = started.location.clone().unwrap();
    assert_eq!(started.expect(200)["status"], "IN_PROGRESS");
    let finished = loop {
        let simulation = developer.get(&location).await.expect(200);
        if simulation["status"] != "IN_PROGRESS" {
            break simulation;
        }
    };
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
