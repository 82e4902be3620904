//! The project's own SMAPI client against the stage: every operation once, and the refusals that
//! a rollout decides on.
//!
//! With `SMAPI_RECORDING` set, the exchanges are left in that file for `judges/smapi-spec`.

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::Duration;

use local_cloud::{LocalStage, Options};
use models::account_linking::{AccountLinking, AccountLinkingRequest, PkceConfiguration};
use models::ids::SkillId;
use serde_json::{Value, json};
use smapi::{Client, Credentials, ETag, Endpoints, SessionMode, SkillStage, Status};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LIMIT: Duration = Duration::from_secs(20);
const STAGE: SkillStage = SkillStage::Development;

async fn start() -> LocalStage {
    LocalStage::start(Options {
        record_smapi: std::env::var_os("SMAPI_RECORDING").map(PathBuf::from),
        ..Options::default()
    })
    .await
    .unwrap()
}

fn client(stage: &LocalStage) -> Client {
    let access = stage.access();
    let urls = stage.urls();
    let endpoints = Endpoints {
        smapi: urls.smapi.clone().try_into().unwrap(),
        lwa: urls.lwa.clone().try_into().unwrap(),
        lwa_consent: urls.lwa.clone().try_into().unwrap(),
    };
    let credentials = Credentials::RefreshToken {
        refresh_token: access.lwa_refresh_token,
        client_id: access.lwa_client_id.parse().unwrap(),
        client_secret: access.lwa_client_secret,
    };
    Client::new(endpoints, credentials)
}

fn manifest(summary: &str) -> Value {
    json!({"manifest": {
        "manifestVersion": "1.0",
        "publishingInformation": {
            "category": "UTILITIES",
            "distributionMode": "PUBLIC",
            "isAvailableWorldwide": true,
            "testingInstructions": "None.",
            "locales": {"en-US": {
                "name": "Account Guide",
                "summary": summary,
                "description": "Reads the details of your account back to you.",
                "examplePhrases": ["Alexa, open account guide"],
                "keywords": ["account"],
            }},
        },
        "privacyAndCompliance": {
            "allowsPurchases": false,
            "containsAds": false,
            "isChildDirected": false,
            "isExportCompliant": true,
            "usesPersonalInfo": true,
        },
        "apis": {"custom": {"endpoint": {
            "uri": "https://skill.example.com/",
            "sslCertificateType": "Trusted",
        }}},
    }})
}

fn package(summary: &str) -> Vec<u8> {
    let model = json!({"interactionModel": {"languageModel": {
        "invocationName": "account guide",
        "intents": [
            {"name": "AMAZON.HelpIntent", "samples": []},
            {"name": "AMAZON.StopIntent", "samples": []},
            {"name": "AMAZON.CancelIntent", "samples": []},
            {"name": "AMAZON.NavigateHomeIntent", "samples": []},
            {"name": "EmailIntent", "samples": ["what is my email"]},
        ],
        "types": [],
    }}});
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, document) in [
        ("skill.json", manifest(summary)),
        ("interactionModels/custom/en-US.json", model),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(document.to_string().as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn linking() -> AccountLinking {
    AccountLinking::from_document(&json!({"accountLinkingRequest": {
        "type": "AUTH_CODE",
        "authorizationUrl": "https://auth.example.com/oauth2/authorize",
        "clientId": "1example23456789",
        "scopes": ["openid", "email"],
        "domains": ["example.com"],
        "accessTokenUrl": "https://auth.example.com/oauth2/token",
        "accessTokenScheme": "HTTP_BASIC",
        "skipOnEnablement": true,
    }}))
    .unwrap()
}

#[tokio::test]
async fn the_client_and_the_stage_agree_on_every_operation() {
    let stage = start().await;
    let client = client(&stage);
    let vendor = client.vendors().await.unwrap().remove(0).id;
    assert!(client.skills(&vendor).await.unwrap().is_empty());

    let id = client
        .create_skill(&vendor, &manifest("One."))
        .await
        .unwrap();
    let status = client.wait_for_skill(&id, LIMIT).await.unwrap();
    assert_eq!(status.manifest.unwrap().status, Some(Status::Succeeded));
    let skills = client.skills(&vendor).await.unwrap();
    assert_eq!(skills[0].skill_id, id);
    assert_eq!(skills[0].name_by_locale["en-US"], "Account Guide");

    manifests(&client, &id).await;
    packages(&client, &id).await;
    links(&client, &id).await;
    uses(&client, &id).await;

    client.delete_skill(&id).await.unwrap();
    assert!(client.skill_status(&id).await.unwrap_err().is_not_found());
    assert!(client.skills(&vendor).await.unwrap().is_empty());
    stage.stop().await;
}

async fn manifests(client: &Client, id: &SkillId) {
    let read = client.manifest(id, STAGE).await.unwrap().unwrap();
    let summary = "/manifest/publishingInformation/locales/en-US/summary";
    assert_eq!(read.value.pointer(summary), Some(&"One.".into()));
    let etag = read.etag.unwrap();
    client
        .put_manifest(id, &manifest("Two."), Some(&etag))
        .await
        .unwrap();
    client.wait_for_skill(id, LIMIT).await.unwrap();
    let read = client.manifest(id, STAGE).await.unwrap().unwrap();
    assert_eq!(read.value.pointer(summary), Some(&"Two.".into()));

    let mut wrong = manifest("Three.");
    let stale = client.put_manifest(id, &wrong, Some(&etag)).await;
    assert!(stale.unwrap_err().is_stale());
    wrong["manifest"]["apis"]["custom"]["endpoint"]["uri"] = "arn:aws:s3:::bucket".into();
    let error = client.put_manifest(id, &wrong, None).await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_BAD_REQUEST");
    assert!(!error.refusal().unwrap().violations.is_empty());
}

async fn packages(client: &Client, id: &SkillId) {
    assert!(model(client, id, "en-US").await.is_none());
    let etag = client.manifest(id, STAGE).await.unwrap().unwrap().etag;
    let upload = client.upload(package("Four.").into()).await.unwrap();
    let import = client.import(id, &upload, etag.as_ref()).await.unwrap();
    let status = client.wait_for_import(&import, LIMIT).await.unwrap();
    assert_eq!(status.status, Status::Succeeded, "{:?}", status.problems());
    assert_eq!(status.skill_id.as_ref(), Some(id));

    let read = model(client, id, "en-US").await.unwrap();
    let name = "/interactionModel/languageModel/invocationName";
    assert_eq!(read.pointer(name), Some(&"account guide".into()));
    assert!(model(client, id, "de-DE").await.is_none());

    let stale = ETag::new("stale");
    let error = client.import(id, &upload, Some(&stale)).await.unwrap_err();
    assert!(error.is_stale());
}

async fn model(client: &Client, id: &SkillId, locale: &str) -> Option<Value> {
    let read = client.interaction_model(id, STAGE, locale).await.unwrap();
    read.map(|read| read.value)
}

async fn links(client: &Client, id: &SkillId) {
    let read = async || client.account_linking(id, STAGE).await.unwrap();
    let put = async |linking: &AccountLinking, etag: Option<&ETag>| {
        let secret = Some("s3cr3t".into());
        let request = AccountLinkingRequest::new(linking.clone(), secret).unwrap();
        client.put_account_linking(id, &request, etag).await
    };
    assert!(read().await.is_none());
    let mut wanted = linking();
    let etag = put(&wanted, None).await.unwrap().unwrap();
    let found = read().await.unwrap();
    assert_eq!(found.etag, Some(etag.clone()));
    assert!(wanted.compare(&found.value).agrees());

    wanted.pkce_configuration = Some(PkceConfiguration::S256);
    put(&wanted, Some(&etag)).await.unwrap();
    let comparison = wanted.compare(&read().await.unwrap().value);
    assert!(comparison.agrees() && comparison.unconfirmed.is_empty());

    assert!(put(&wanted, Some(&etag)).await.unwrap_err().is_stale());
    client.delete_account_linking(id).await.unwrap();
    assert!(read().await.is_none());
}

async fn uses(client: &Client, id: &SkillId) {
    assert!(!client.is_enabled(id, STAGE).await.unwrap());
    client.enable(id, STAGE).await.unwrap();
    assert!(client.is_enabled(id, STAGE).await.unwrap());
    // Nobody answers for this skill; that is told in the result, not by an error.
    let started = client.simulate(
        id,
        STAGE,
        "en-US",
        "open account guide",
        SessionMode::Default,
    );
    let started = started.await.unwrap();
    let ended = client.wait_for_simulation(id, STAGE, &started.id, LIMIT);
    assert!(ended.await.unwrap().result.is_some());
    client.disable(id, STAGE).await.unwrap();
    assert!(!client.is_enabled(id, STAGE).await.unwrap());
}
