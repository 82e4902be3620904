//! Configured clients of the real SDK, and who they are.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use local_cloud::{ACCOUNT_ID, LocalStage, Options};
use reqwest::{Request, RequestBuilder, Response};
use secrecy::ExposeSecret as _;

/// A running stage.
pub(crate) async fn stage() -> LocalStage {
    LocalStage::start(Options::default()).await.unwrap()
}

/// The deployer's credentials.
pub(crate) fn credentials(stage: &LocalStage) -> Credentials {
    let access = stage.access();
    let secret = access.secret_access_key.expose_secret();
    Credentials::new(access.access_key_id, secret, None, None, "test")
}

/// Sends a request to a service of AWS, signed by the deployer.
pub(crate) async fn signed(
    stage: &LocalStage,
    request: RequestBuilder,
    service: &str,
    region: &str,
) -> Response {
    let mut request = request.build().unwrap();
    stage.access().sign(&mut request, service, region);
    http().execute(request).await.unwrap()
}

/// Waits for a function of us-east-1 as the waiters `function-active-v2` and `function-updated-v2`
/// of the SDKs do.
pub(crate) async fn until_settled(stage: &LocalStage, function: &str) {
    let path = format!("/2015-03-31/functions/{function}/configuration");
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    loop {
        let request = http().get(stage.urls().aws.join(&path).unwrap());
        let answer = signed(stage, request, "lambda", "us-east-1").await;
        let shown: serde_json::Value = answer.json().await.unwrap();
        if shown["State"] == "Active" && shown["LastUpdateStatus"] == "Successful" {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{shown}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A request that was signed at another time than now.
pub(crate) fn signed_at(
    stage: &LocalStage,
    request: RequestBuilder,
    service: &str,
    time: SystemTime,
) -> Request {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4::SigningParams;

    let mut request = request.build().unwrap();
    let identity = credentials(stage).into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.url().as_str(),
        headers,
        SignableBody::Bytes(body.unwrap_or_default()),
    );
    let (instructions, _) = sign(signable.unwrap(), &params.into())
        .unwrap()
        .into_parts();
    for (name, value) in instructions.headers() {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// A request to the device listener with the stage's token.
pub(crate) fn opened(stage: &LocalStage, request: RequestBuilder) -> RequestBuilder {
    stage.access().bearer(request)
}

/// An access token of the developer that lasts as long as the stage.
pub(crate) fn developer_token(stage: &LocalStage) -> String {
    stage.access().smapi_token.expose_secret().to_owned()
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
                .credentials_provider($crate::aws::credentials(&$stage))
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .build(),
        )
    };
}
pub(crate) use client;

#[tokio::test]
async fn the_deployer_is_the_account() {
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
