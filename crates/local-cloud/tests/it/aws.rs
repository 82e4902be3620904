//! Configured clients of the real SDK, and who they are.

use aws_credential_types::Credentials;
use local_cloud::{ACCOUNT_ID, LocalStage, Options};

/// A running stage.
pub(crate) async fn stage() -> LocalStage {
    LocalStage::start(Options::default()).await.unwrap()
}

/// Credentials of nobody in particular.
pub(crate) fn credentials() -> Credentials {
    Credentials::new("AKIDLOCAL", "secret", None, None, "test")
}

/// A plain HTTP client.
pub(crate) fn http() -> reqwest::Client {
    // An error means that another test has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A client of one SDK crate, for one region of a stage.
macro_rules! client {
    ($sdk:ident, $stage:expr, $region:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new($region))
                .endpoint_url($stage.urls().aws.as_str())
                .credentials_provider($crate::aws::credentials())
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .build(),
        )
    };
}
pub(crate) use client;

#[tokio::test]
async fn any_signed_caller_is_the_account() {
    let stage = stage().await;
    let sts = client!(aws_sdk_sts, stage, "eu-west-1");
    let caller = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(caller.account(), Some(ACCOUNT_ID));
    stage.stop().await;
}

#[tokio::test]
async fn an_unsigned_caller_is_nobody() {
    let stage = stage().await;
    let answer = http()
        .post(stage.urls().aws.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .body("Action=GetCallerIdentity&Version=2011-06-15")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    let body = answer.text().await.unwrap();
    assert!(
        body.contains("<Code>MissingAuthenticationToken</Code>"),
        "{body}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn an_unknown_operation_is_refused_by_name() {
    let stage = stage().await;
    let sts = client!(aws_sdk_sts, stage, "eu-west-1");
    let refused = sts.get_session_token().send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert_eq!(refused.meta().code(), Some("InvalidAction"));
    assert_eq!(
        refused.meta().message(),
        Some("Could not find operation GetSessionToken for version 2011-06-15")
    );
    stage.stop().await;
}
