//! The recording of SMAPI, as the judge of bodies reads it.

use local_cloud::{LocalStage, Options};
use serde_json::{Value, json};

use crate::aws::http;

#[tokio::test]
async fn every_exchange_is_written_down_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("smapi.jsonl");
    let stage = LocalStage::start(Options {
        record_smapi: Some(path.clone()),
        ..Options::default()
    })
    .await
    .unwrap();
    let smapi = &stage.urls().smapi;
    let token = crate::aws::developer_token(&stage);
    let send = async |method: http::Method, path: &str, body: &str| {
        let request = http()
            .request(method, smapi.join(path).unwrap())
            .bearer_auth(&token)
            .body(body.to_owned());
        request.send().await.unwrap().status()
    };
    let linking = "/v1/skills/amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55\
                   /stages/development/accountLinkingClient";
    let body = r#"{"accountLinkingRequest": {"clientSecret": "s3cr3t", "clientId": "c"}}"#;
    assert_eq!(send(http::Method::GET, "/v1/vendors?a=b", "").await, 200);
    assert_eq!(send(http::Method::PUT, linking, body).await, 404);
    assert_eq!(
        send(http::Method::PUT, "/skill-packages/x", "PK").await,
        403
    );
    stage.stop().await;

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("s3cr3t"));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["method"], "GET");
    assert_eq!(lines[0]["path"], "/v1/vendors?a=b");
    assert_eq!(lines[0]["status"], 200);
    assert!(lines[0].get("requestBody").is_none());
    assert!(lines[0]["responseBody"]["vendors"].is_array());
    assert_eq!(
        lines[1]["requestBody"],
        json!({"accountLinkingRequest": {"clientSecret": "[redacted]", "clientId": "c"}})
    );
    assert_eq!(lines[1]["status"], 404);
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_stops_the_stage_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let error = LocalStage::start(Options {
        record_smapi: Some(folder.path().to_owned()),
        ..Options::default()
    })
    .await
    .unwrap_err();
    assert!(error.to_string().starts_with("cannot write the recording"));
}
