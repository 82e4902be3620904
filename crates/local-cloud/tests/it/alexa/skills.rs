//! Skills, manifests, models and account linking by SMAPI.

use local_cloud::VENDOR_ID;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Developer, manifest, model};

#[tokio::test]
async fn a_skill_is_created_listed_and_deleted() {
    let developer = Developer::start().await;
    let body = json!({ "vendorId": VENDOR_ID, "manifest": manifest() });
    let created = developer.post("/v1/skills", &body).await;
    let location = created.location.clone().unwrap();
    let id = created.expect(202)["skillId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("amzn1.ask.skill."));

    let first = developer.get(&location).await.expect(200);
    assert_eq!(
        first["manifest"]["lastUpdateRequest"]["status"],
        "IN_PROGRESS"
    );
    let then = developer.get(&location).await.expect(200);
    assert_eq!(then["manifest"]["lastUpdateRequest"]["status"], "SUCCEEDED");

    let path = format!("/v1/skills/{id}/stages/development/manifest");
    let read = developer.get(&path).await;
    assert_eq!(read.etag.as_deref(), then["manifest"]["eTag"].as_str());
    assert_eq!(read.expect(200), json!({ "manifest": manifest() }));

    let list = format!("/v1/skills?vendorId={VENDOR_ID}");
    let listed = developer.get(&list).await.expect(200);
    assert_eq!(listed["skills"][0]["skillId"], id);
    assert_eq!(
        listed["skills"][0]["nameByLocale"],
        json!({ "en-US": "Voicelink" })
    );

    developer
        .delete(&format!("/v1/skills/{id}"))
        .await
        .expect(204);
    developer.get(&path).await.expect(404);
    developer
        .delete(&format!("/v1/skills/{id}"))
        .await
        .expect(404);
    developer.stop().await;
}

#[tokio::test]
async fn a_manifest_is_written_under_its_entity_tag() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let path = format!("/v1/skills/{id}/stages/development/manifest");
    let etag = developer.get(&path).await.etag.unwrap();
    let mut changed = manifest();
    changed["publishingInformation"]["testingInstructions"] = "none".into();
    let body = json!({ "manifest": changed });

    let stale = developer
        .smapi_if(Method::PUT, &path, &body, Some("stale"))
        .await;
    assert_eq!(stale.status, 412);
    developer
        .smapi_if(Method::PUT, &path, &body, Some(&etag))
        .await
        .expect(202);
    developer.put(&path, &body).await.expect(409);
    developer.settle(&id, "manifest").await;
    let read = developer.get(&path).await;
    assert_ne!(read.etag.as_deref(), Some(&*etag));
    assert_eq!(read.expect(200), body);
    developer.stop().await;
}

#[tokio::test]
async fn a_manifest_that_breaks_the_rules_is_refused_at_once() {
    let developer = Developer::start().await;
    let mut broken = manifest();
    broken["events"] = json!({ "subscriptions": [{ "eventName": "SKILL_ENABLED" }] });
    let body = json!({ "vendorId": VENDOR_ID, "manifest": broken });
    let refused = developer.post("/v1/skills", &body).await.expect(400);
    assert_eq!(
        refused["violations"][0]["code"],
        "MISSING_REQUIRED_PROPERTY"
    );

    let body = json!({ "vendorId": "MSOMEBODYELSE", "manifest": manifest() });
    developer.post("/v1/skills", &body).await.expect(403);
    developer.stop().await;
}

#[tokio::test]
async fn a_function_without_a_trigger_fails_the_update_and_leaves_the_manifest() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:missing:live";
    let mut changed = manifest();
    changed["apis"]["custom"] = json!({ "endpoint": { "uri": arn } });
    let path = format!("/v1/skills/{id}/stages/development/manifest");
    developer
        .put(&path, &json!({ "manifest": changed }))
        .await
        .expect(202);
    let status = developer.settle(&id, "manifest").await;
    let update = &status["manifest"]["lastUpdateRequest"];
    assert_eq!(update["status"], "FAILED");
    assert_eq!(
        update["errors"],
        json!([{ "message": format!("The trigger setting for the Lambda {arn} is invalid.") }])
    );
    let read = developer.get(&path).await.expect(200);
    assert_eq!(read["manifest"], manifest());
    developer.stop().await;
}

#[tokio::test]
async fn an_interaction_model_is_built() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let path = format!("/v1/skills/{id}/stages/development/interactionModel/locales/en-US");
    developer.get(&path).await.expect(404);
    developer.put(&path, &model()).await.expect(202);
    developer.settle(&id, "interactionModel").await;
    let read = developer.get(&path).await;
    let head = developer
        .smapi_if(Method::HEAD, &path, &Value::Null, None)
        .await;
    assert_eq!(head.status, 204);
    assert_eq!(head.etag, read.etag);
    assert_eq!(
        read.expect(200)["interactionModel"],
        model()["interactionModel"]
    );

    let mut broken = model();
    broken["interactionModel"]["languageModel"]["invocationName"] = "Voice Link".into();
    developer.put(&path, &broken).await.expect(202);
    let status = developer.settle(&id, "interactionModel").await;
    assert_eq!(
        status["interactionModel"]["en-US"]["lastUpdateRequest"]["status"],
        "FAILED"
    );
    developer.stop().await;
}

#[tokio::test]
async fn account_linking_is_wrapped_both_ways_and_keeps_its_secret() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let path = format!("/v1/skills/{id}/stages/development/accountLinkingClient");
    developer.get(&path).await.expect(404);
    let request = json!({
        "type": "AUTH_CODE",
        "authorizationUrl": "https://example.com/oauth2/authorize",
        "accessTokenUrl": "https://example.com/oauth2/token",
        "clientId": "client",
        "clientSecret": "hidden",
        "accessTokenScheme": "HTTP_BASIC",
        "scopes": ["openid"],
        "pkceConfiguration": { "status": "ENABLED", "codeChallengeMethod": "S256" },
    });

    let unwrapped = developer.put(&path, &request).await.expect(400);
    assert_eq!(
        unwrapped,
        json!({
            "message": "Account linking information is not valid.",
            "violations": [{
                "code": "INVALID_REQUEST_PARAMETER",
                "message": "Parsing error due to empty body.",
                "validationDetails": {
                    "originalInstance": { "type": "BODY" },
                    "reason": { "type": "EXPECTED_NOT_EMPTY_VALUE" },
                },
            }],
        })
    );

    let body = json!({ "accountLinkingRequest": request });
    let early = developer
        .smapi_if(Method::PUT, &path, &body, Some("anything"))
        .await;
    assert_eq!(early.status, 412);
    let written = developer.put(&path, &body).await;
    assert_eq!(written.status, 204);
    let read = developer.get(&path).await;
    assert_eq!(read.etag, written.etag);
    let answer = read.expect(200);
    let linking = &answer["accountLinkingResponse"];
    assert_eq!(linking["clientId"], "client");
    assert_eq!(linking["pkceConfiguration"], request["pkceConfiguration"]);
    assert_eq!(linking["clientSecret"], Value::Null);

    let live = format!("/v1/skills/{id}/stages/live/accountLinkingClient");
    developer.put(&live, &body).await.expect(403);
    developer.get(&live).await.expect(404);
    developer.delete(&path).await.expect(204);
    developer.delete(&path).await.expect(404);
    developer.stop().await;
}

#[tokio::test]
async fn a_skill_without_an_endpoint_cannot_be_enabled() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let path = format!("/v1/skills/{id}/stages/development/enablement");
    developer.get(&path).await.expect(404);
    let refused = developer.put(&path, &Value::Null).await.expect(400);
    assert_eq!(
        refused["violations"][0]["message"],
        "Regionalized endpoints must not be empty"
    );
    developer.stop().await;
}

#[tokio::test]
async fn an_unknown_operation_is_refused_by_name() {
    let developer = Developer::start().await;
    let refused = developer.get("/v1/skills/x/betaTest").await.expect(404);
    assert_eq!(
        refused["message"],
        "GET /v1/skills/x/betaTest is no door of this listener."
    );
    developer.stop().await;
}
