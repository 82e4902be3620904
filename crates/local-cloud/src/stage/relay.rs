//! The way to an AWS emulator of the developer's choice, for what the stage itself has not.

use std::time::Duration;

use axum::response::Response;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName};
use local_access::ACCOUNT_ID;
use reqwest::{Client, Request, redirect};
use url::{Url, form_urlencoded};

use crate::aws::protocol::Received;
use crate::aws::protocol::scope::Scope;
use crate::base::error::AwsError;
use crate::base::keys::Principal;
use crate::base::loopback::is_loopback;

/// How long a call may take: longer than a long poll of SQS, and than any function of a skill.
const PATIENCE: Duration = Duration::from_mins(1);

/// Services that a function asks the stage itself for: its people, its secrets, and who it is.
const OWN: [&str; 3] = ["cognito-idp", "ssm", "sts"];

/// Headers of one connection, or of the signature that the stage has verified.
const DROPPED: [HeaderName; 8] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TRANSFER_ENCODING,
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
];

/// An AWS emulator. Clones share its connections.
#[derive(Debug, Clone)]
pub(super) struct Relay {
    url: Url,
    client: Client,
}

impl Relay {
    /// To an emulator; nothing is called.
    pub(super) fn new(url: Url) -> Result<Self, reqwest::Error> {
        // Another provider may have been installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none());
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let client = builder.build()?;
        Ok(Self { url, client })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// True for a call of a function that is not for the stage itself.
    pub(super) fn takes(principal: &Principal, service: &str) -> bool {
        matches!(principal, Principal::Function { .. }) && !OWN.contains(&service)
    }

    /// Passes a call on, and the answer back.
    pub(super) async fn pass(
        &self,
        scope: &Scope,
        received: &Received,
    ) -> Result<Response, AwsError> {
        let failed = |error: reqwest::Error| self.unanswered(&error);
        let request = self.request(scope, received);
        let answer = self.client.execute(request).await.map_err(failed)?;
        let (status, headers) = (answer.status(), kept(answer.headers()));
        let body = answer.bytes().await.map_err(failed)?;
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// The same request, signed with the account's number for a key: emulators take any key, and some read the account
    /// from it.
    fn request(&self, scope: &Scope, received: &Received) -> Request {
        let mut url = self.url.clone();
        url.set_path(&received.path);
        let is_signature = |name: &str| name.to_ascii_lowercase().starts_with("x-amz-");
        let query = form_urlencoded::parse(received.raw_query.as_bytes());
        // Of a presigned URL.
        if query.clone().any(|(name, _)| name == "X-Amz-Signature") {
            let kept = query.filter(|(name, _)| !is_signature(name));
            url.query_pairs_mut().clear().extend_pairs(kept);
        } else if !received.raw_query.is_empty() {
            url.set_query(Some(&received.raw_query));
        }
        let mut request = Request::new(received.method.clone(), url);
        *request.headers_mut() = kept(&received.headers);
        *request.body_mut() = Some(received.body.clone().into());
        let key = (ACCOUNT_ID, "local");
        local_access::sign(&mut request, key, &scope.service, &scope.region);
        request
    }

    fn unanswered(&self, error: &reqwest::Error) -> AwsError {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        AwsError::new(
            503,
            "ServiceUnavailable",
            format!(
                "the AWS emulator at {} (`aws-emulator` of [stages.local] in stack.toml) does not answer: {cause}",
                self.url
            ),
        )
    }
}

fn kept(headers: &HeaderMap) -> HeaderMap {
    let all = headers.iter();
    all.filter(|(name, _)| !DROPPED.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
