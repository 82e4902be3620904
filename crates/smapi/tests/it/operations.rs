use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use smapi::{CallKind, ETag, Operation, SessionMode, SimulationStatus, SkillStage, Status};

use crate::service::{Service, reply, skill, with_header};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_package_is_uploaded_imported_and_waited_for() {
    let base: Arc<OnceLock<String>> = Arc::default();
    let here = Arc::clone(&base);
    let service = Service::start(move |seen, earlier| {
        let resource = |status| json!({"name": "Manifest", "action": "UPDATE", "status": status});
        match (seen.line().as_str(), earlier) {
            ("POST /v1/skills/uploads", _) => {
                let url = format!("{}/store?X-Amz-Signature=s", here.get().unwrap());
                let expires = "2026-01-02T03:04:05.000Z";
                reply(201, &json!({"uploadUrl": url, "expiresAt": expires}))
            }
            ("PUT /store?X-Amz-Signature=s", _) => reply(200, &Value::Null),
            (line, _) if line.starts_with("POST") => {
                let import = "/v1/skills/imports/amzn1.ask-package.import.1";
                with_header(202, &Value::Null, "location", import)
            }
            (_, 3) => reply(
                200,
                &json!({"status": "IN_PROGRESS", "skill": {"resources": []}}),
            ),
            _ => reply(
                200,
                &json!({"status": "SUCCEEDED", "skill": {
                    "skillId": skill(), "eTag": "e2", "resources": [resource("SUCCEEDED")]}}),
            ),
        }
    })
    .await;
    base.set(service.base.clone()).unwrap();

    let client = service.client();
    let upload = client.upload("PK".into()).await.unwrap();
    assert!(!format!("{upload:?}").contains("Signature"));
    let etag = ETag::new("e1");
    let import = client.import(&skill(), &upload, Some(&etag)).await.unwrap();
    let status = client.wait_for_import(&import, LIMIT).await.unwrap();
    assert_eq!(status.status, Status::Succeeded);
    assert_eq!(status.skill_id, Some(skill()));
    assert_eq!(status.etag, Some(ETag::new("e2")));
    assert_eq!(status.resources[0].name, "Manifest");

    let seen = service.seen();
    let imports = format!("POST /v1/skills/{}/imports", skill());
    let poll = "GET /v1/skills/imports/amzn1.ask-package.import.1";
    assert_eq!(
        service.lines(),
        [
            "POST /v1/skills/uploads",
            "PUT /store?X-Amz-Signature=s",
            &*imports,
            poll,
            poll
        ]
    );
    assert_eq!(seen[0].header("authorization"), Some("Bearer Atza|access"));
    // The upload URL is its own permission; the token is not for the store.
    assert_eq!(seen[1].header("authorization"), None);
    assert_eq!(seen[1].body, "PK");
    assert_eq!(seen[2].header("if-match"), Some("e1"));
    let location = format!("{}/store?X-Amz-Signature=s", service.base);
    assert_eq!(seen[2].json(), json!({"location": location}));

    let kinds: Vec<_> = service.calls().iter().map(|call| call.kind).collect();
    let (reading, mutating) = (CallKind::Reading, CallKind::Mutating);
    assert_eq!(kinds, [mutating, mutating, mutating, reading, reading]);
}

#[tokio::test]
async fn an_import_that_does_not_end_says_so() {
    let service = Service::start(|_, _| reply(200, &json!({"status": "IN_PROGRESS"}))).await;
    let import = smapi::ImportId::new("i");
    let error = service
        .client()
        .wait_for_import(&import, Duration::from_millis(60))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "SMAPI_STILL_IN_PROGRESS");
}

#[tokio::test]
async fn a_new_skill_is_waited_for_until_it_is_found_and_built() {
    let service = Service::start(|_, earlier| match earlier {
        0 => reply(404, &json!({"message": "Skill not found."})),
        1 => reply(
            200,
            &json!({"manifest": {"lastUpdateRequest": {"status": "IN_PROGRESS"}}}),
        ),
        _ => reply(
            200,
            &json!({"manifest": {"eTag": "m", "lastUpdateRequest": {"status": "SUCCEEDED"}}}),
        ),
    })
    .await;
    let status = service
        .client()
        .wait_for_skill(&skill(), LIMIT)
        .await
        .unwrap();
    assert_eq!(status.manifest.unwrap().etag, Some(ETag::new("m")));
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn a_manifest_is_created_read_and_replaced_as_skill_json_holds_it() {
    let manifest = json!({"manifest": {"apis": {"custom": {}}}});
    let stored = manifest.clone();
    let service = Service::start(move |seen, _| match seen.method.as_str() {
        "POST" => reply(202, &json!({"skillId": skill()})),
        "GET" => with_header(200, &stored, "etag", "m1"),
        _ => reply(202, &Value::Null),
    })
    .await;
    let client = service.client();
    let id = client
        .create_skill(&"M1".parse().unwrap(), &manifest)
        .await
        .unwrap();
    let read = client
        .manifest(&id, SkillStage::Development)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.value, manifest);
    client
        .put_manifest(&id, &manifest, read.etag.as_ref())
        .await
        .unwrap();

    let seen = service.seen();
    let created = json!({"vendorId": "M1", "manifest": {"apis": {"custom": {}}}});
    assert_eq!(seen[0].json(), created);
    assert_eq!(seen[2].json(), manifest);
    assert_eq!(seen[2].header("if-match"), Some("m1"));
    let path = format!("PUT /v1/skills/{id}/stages/development/manifest");
    assert_eq!(seen[2].line(), path);
}

#[tokio::test]
async fn enablement_is_switched_and_asked_for() {
    let service = Service::start(|_, _| reply(204, &Value::Null)).await;
    let (client, id, stage) = (service.client(), skill(), SkillStage::Development);
    client.enable(&id, stage).await.unwrap();
    assert!(client.is_enabled(&id, stage).await.unwrap());
    client.disable(&id, stage).await.unwrap();
    client.delete_account_linking(&id).await.unwrap();
    client.delete_skill(&id).await.unwrap();
    let development = format!("/v1/skills/{id}/stages/development");
    assert_eq!(
        service.lines(),
        [
            format!("PUT {development}/enablement"),
            format!("GET {development}/enablement"),
            format!("DELETE {development}/enablement"),
            format!("DELETE {development}/accountLinkingClient"),
            format!("DELETE /v1/skills/{id}"),
        ]
    );
}

#[tokio::test]
async fn a_simulation_runs_to_its_result() {
    let service = Service::start(|seen, earlier| {
        let status = if earlier < 2 {
            "IN_PROGRESS"
        } else {
            "SUCCESSFUL"
        };
        let result = (earlier == 2).then(|| json!({"skillExecutionInfo": {}}));
        assert!(seen.path.starts_with("/v2/skills/"), "{}", seen.path);
        reply(
            200,
            &json!({"id": "s-1", "status": status, "result": result}),
        )
    })
    .await;
    let (client, id, stage) = (service.client(), skill(), SkillStage::Development);
    let started = client
        .simulate(
            &id,
            stage,
            "en-US",
            "open account guide",
            SessionMode::ForceNew,
        )
        .await
        .unwrap();
    assert_eq!(started.status, SimulationStatus::InProgress);
    let ended = client
        .wait_for_simulation(&id, stage, &started.id, LIMIT)
        .await
        .unwrap();
    assert_eq!(ended.status, SimulationStatus::Successful);
    assert!(ended.result.is_some());
    assert_eq!(
        service.seen()[0].json(),
        json!({
            "input": {"content": "open account guide"},
            "device": {"locale": "en-US"},
            "session": {"mode": "FORCE_NEW_SESSION"},
        })
    );
    assert_eq!(service.calls()[0].operation, Operation::Simulate);
}

#[tokio::test]
async fn vendors_are_parsed() {
    let service = Service::start(|_, _| {
        reply(
            200,
            &json!({"vendors": [{"id": "M1", "name": "Me", "roles": ["ROLE_ADMIN"]}]}),
        )
    })
    .await;
    let vendors = service.client().vendors().await.unwrap();
    assert_eq!(vendors[0].id, "M1".parse().unwrap());
    assert_eq!(service.lines(), ["GET /v1/vendors"]);
}
