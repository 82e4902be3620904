//! Imports of skill packages.

use local_cloud::VENDOR_ID;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Developer, manifest, model};

#[tokio::test]
async fn a_package_creates_and_updates_a_skill() {
    let developer = Developer::start().await;
    let skill_json = ("skill.json", json!({ "manifest": manifest() }));
    let created = developer
        .import(
            None,
            &[
                skill_json.clone(),
                ("interactionModels/custom/en-US.json", model()),
                ("accountLinking.json", json!({})),
            ],
        )
        .await;
    assert_eq!(created["status"], "SUCCEEDED", "{created}");
    let warning = created["warnings"][0]["message"].as_str().unwrap();
    assert!(warning.contains("accountLinking.json"), "{warning}");
    let names: Vec<&Value> = created["skill"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| &resource["name"])
        .collect();
    assert_eq!(names, ["Manifest", "InteractionModel.en-US"]);
    let id = created["skill"]["skillId"].as_str().unwrap();
    let etag = created["skill"]["eTag"].as_str().unwrap();

    let manifest_path = format!("/v1/skills/{id}/stages/development/manifest");
    assert_eq!(
        developer.get(&manifest_path).await.etag.as_deref(),
        Some(etag)
    );

    let location = developer.upload(&[skill_json]).await;
    let path = format!("/v1/skills/{id}/imports");
    let body = json!({ "location": location });
    let stale = developer
        .smapi_if(Method::POST, &path, &body, Some("stale"))
        .await;
    assert_eq!(stale.status, 412);
    developer
        .smapi_if(Method::POST, &path, &body, Some(etag))
        .await
        .expect(202);
    developer.post(&path, &body).await.expect(409);
    developer.stop().await;
}

#[tokio::test]
async fn a_failed_import_changes_nothing() {
    let developer = Developer::start().await;
    let id = developer.create_skill().await;
    let path = format!("/v1/skills/{id}/stages/development/manifest");
    let before = developer.get(&path).await.etag;

    let arn = "arn:aws:lambda:us-east-1:000000000000:function:missing";
    let mut changed = manifest();
    changed["apis"]["custom"] = json!({ "endpoint": { "uri": arn } });
    let failed = developer
        .import(Some(&id), &[("skill.json", json!({ "manifest": changed }))])
        .await;
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(
        failed["skill"]["resources"],
        json!([{
            "name": "Manifest",
            "action": "UPDATE",
            "status": "FAILED",
            "errors": [{
                "message": format!("The trigger setting for the Lambda {arn} is invalid."),
            }],
        }])
    );
    assert_eq!(developer.get(&path).await.etag, before);
    developer.stop().await;
}

#[tokio::test]
async fn a_failed_first_import_creates_no_skill() {
    let developer = Developer::start().await;
    let mut broken = model();
    broken["interactionModel"]["languageModel"]["intents"] = json!([]);
    let failed = developer
        .import(
            None,
            &[
                ("skill.json", json!({ "manifest": manifest() })),
                ("interactionModels/custom/en-US.json", broken),
            ],
        )
        .await;
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["skill"]["skillId"], Value::Null);
    let list = format!("/v1/skills?vendorId={VENDOR_ID}");
    let listed = developer.get(&list).await.expect(200);
    assert_eq!(listed["skills"], json!([]));
    developer.stop().await;
}

#[tokio::test]
async fn only_an_uploaded_package_can_be_imported() {
    let developer = Developer::start().await;
    let import = async |location: &str| {
        let body = json!({ "location": location, "vendorId": VENDOR_ID });
        developer.post("/v1/skills/imports", &body).await.status
    };
    assert_eq!(import("https://example.com/package.zip").await, 400);
    let upload = developer
        .post("/v1/skills/uploads", &Value::Null)
        .await
        .expect(201);
    assert_eq!(import(upload["uploadUrl"].as_str().unwrap()).await, 400);
    developer
        .get("/v1/skills/imports/unknown")
        .await
        .expect(404);
    developer.stop().await;
}
