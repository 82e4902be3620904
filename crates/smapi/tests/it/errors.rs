use models::account_linking::{AccountLinking, AccountLinkingRequest};
use secrecy::SecretString;
use serde_json::{Value, json};
use smapi::{ETag, SkillStage};

use crate::service::{Service, reply, skill, with_header};

fn linking(secret: &str) -> AccountLinkingRequest {
    let linking = AccountLinking::from_document(&json!({"accountLinkingRequest": {
        "type": "AUTH_CODE",
        "authorizationUrl": "https://auth.example.com/oauth2/authorize",
        "clientId": "1example23456789",
        "accessTokenUrl": "https://auth.example.com/oauth2/token",
        "accessTokenScheme": "HTTP_BASIC",
    }}))
    .unwrap();
    AccountLinkingRequest::new(linking, Some(SecretString::from(secret))).unwrap()
}

#[tokio::test]
async fn the_empty_body_violation_reaches_the_person() {
    let body = json!({
        "message": "Account linking information is not valid.",
        "violations": [{
            "code": "INVALID_REQUEST_PARAMETER",
            "message": "Parsing error due to empty body.",
            "validationDetails": {
                "originalInstance": {"type": "BODY"},
                "reason": {"type": "EXPECTED_NOT_EMPTY_VALUE"},
            },
        }],
    });
    let service =
        Service::start(move |_, _| with_header(400, &body, "x-amzn-requestid", "r-1")).await;
    let error = service
        .client()
        .put_account_linking(&skill(), &linking("s3cr3t"), None)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "SMAPI_BAD_REQUEST");
    let shown = error.to_string();
    for part in [
        "cannot update account linking",
        "Account linking information is not valid.",
        "INVALID_REQUEST_PARAMETER: Parsing error due to empty body.",
        "r-1",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    assert_eq!(error.refusal().unwrap().violations.len(), 1);
}

#[tokio::test]
async fn a_service_that_quotes_the_secret_or_the_token_is_not_quoted() {
    let service = Service::start(|seen, _| {
        let token = seen.header("authorization").unwrap().to_owned();
        let message = format!("{token} sent {}", seen.body);
        reply(
            400,
            &json!({"message": message, "violations": [{"message": seen.body}]}),
        )
    })
    .await;
    let error = service
        .client()
        .put_account_linking(&skill(), &linking("s3\"cr\\3t"), None)
        .await
        .unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("1example23456789"));
    assert!(shown.contains("[redacted]"));
    for secret in ["s3", "cr\\", "Atza"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn etags_go_out_and_come_back_and_a_stale_one_is_told_apart() {
    let service = Service::start(|seen, _| match seen.header("if-match") {
        None | Some("\"current\"") => with_header(204, &Value::Null, "etag", "\"next\""),
        Some(_) => reply(412, &json!({"message": "ETag does not match."})),
    })
    .await;
    let client = service.client();
    let put = async |etag: Option<&str>| {
        let etag = etag.map(ETag::new);
        client
            .put_account_linking(&skill(), &linking("s3cr3t"), etag.as_ref())
            .await
    };
    assert_eq!(put(None).await.unwrap(), Some(ETag::new("\"next\"")));
    assert!(put(Some("\"current\"")).await.is_ok());
    let error = put(Some("\"old\"")).await.unwrap_err();
    assert!(error.is_stale());
    assert_eq!(error.code(), "SMAPI_STALE_ETAG");
}

#[tokio::test]
async fn what_is_not_there_is_none_and_what_is_forbidden_is_an_error() {
    let service = Service::start(|seen, _| {
        let status = if seen.path.contains("/live/") {
            403
        } else {
            404
        };
        reply(status, &json!({"message": "No."}))
    })
    .await;
    let (client, id) = (service.client(), skill());
    let development = SkillStage::Development;
    assert!(client.manifest(&id, development).await.unwrap().is_none());
    assert!(
        client
            .account_linking(&id, development)
            .await
            .unwrap()
            .is_none()
    );
    assert!(!client.is_enabled(&id, development).await.unwrap());
    let model = client.interaction_model(&id, development, "en-US").await;
    assert!(model.unwrap().is_none());
    let error = client.manifest(&id, SkillStage::Live).await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_FORBIDDEN");
    assert!(client.skill_status(&id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn an_answer_that_is_a_page_is_not_mistaken_for_data() {
    let service = Service::start(|_, _| reply(200, &json!("<html>Sign in</html>"))).await;
    let error = service.client().vendors().await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_UNEXPECTED_ANSWER");
}
