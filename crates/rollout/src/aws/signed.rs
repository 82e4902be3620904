//! AWS services of which a few operations are called, without their SDK crates, each of which is more
//! code than the rest of the rollout: a request is signed, sent, and sent again where the SDKs would.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use smapi::HttpClients;
use tokio::sync::Mutex;
use url::Url;
use url::form_urlencoded::Serializer;

use models::secure_url::{SecureUrl, SecureUrlError};

use super::{Aws, refusal, retry, xml};
use crate::calls::{Exchange, is_reading};
use crate::error::{CallError, chain};

/// Credentials that end sooner than this are asked for anew.
const SOON: Duration = Duration::from_secs(30);
/// How far a clock may be off before a refused signature is blamed on it, as the SDKs have it.
const SKEWED: u64 = 4 * 60;

/// Connections, credentials and the clock of all services of one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    pub(super) clients: Arc<HttpClients>,
    credentials: Arc<Mutex<Option<Credentials>>>,
    /// Seconds by which AWS's clock is ahead of this machine's, once it has refused the latter.
    skew: Arc<AtomicI64>,
}

/// A service in a region.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    aws: Aws,
    /// As calls are shown, such as `CloudFormation`.
    label: &'static str,
    /// As it is called in signatures, such as `cloudformation`.
    name: &'static str,
    region: String,
    host: String,
}

/// A call.
pub(crate) struct Request {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// An answer that says yes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Service {
    /// A service at its usual host of a region.
    pub(crate) fn regional(
        aws: &Aws,
        label: &'static str,
        name: &'static str,
        region: &str,
    ) -> Self {
        Self::at(aws, label, name, region, aws.host(name, region))
    }

    /// A service at a host of Amazon's, or where the stage's services are.
    pub(crate) fn at(
        aws: &Aws,
        label: &'static str,
        name: &'static str,
        region: &str,
        host: String,
    ) -> Self {
        Self {
            aws: aws.clone(),
            label,
            name,
            region: region.to_owned(),
            host,
        }
    }

    /// The URL below which the service answers.
    pub(crate) fn url(&self) -> Result<SecureUrl, CallError> {
        match &self.aws.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => format!("https://{}", self.host)
                .parse()
                .map_err(|error: SecureUrlError| CallError::Failed(error.to_string())),
        }
    }

    /// Reads something by its path.
    pub(crate) async fn get(
        &self,
        operation: &'static str,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let mut url = self.url()?.below(path.iter().copied()).as_url().clone();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = Request {
            operation,
            method: Method::GET,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
        };
        self.send(&request).await
    }

    /// Calls an operation of a service that speaks JSON; `target` is the service's name there.
    /// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
    pub(crate) async fn json<T: for<'de> Deserialize<'de>>(
        &self,
        target: &str,
        operation: &'static str,
        input: &Value,
    ) -> Result<T, CallError> {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("{target}.{operation}")),
        ];
        let answer = self.post(operation, headers, input.to_string()).await?;
        serde_json::from_slice(&answer.body).map_err(|error| CallError::Failed(error.to_string()))
    }

    /// Calls an operation of a service that takes forms and answers in XML, and reads its result.
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
    pub(crate) async fn query<T>(
        &self,
        version: &str,
        operation: &'static str,
        input: &[(String, String)],
        read: impl FnOnce(roxmltree::Node<'_, '_>) -> T,
    ) -> Result<T, CallError> {
        let form = "application/x-www-form-urlencoded".to_owned();
        let body = Serializer::new(String::new())
            .extend_pairs([("Action", operation), ("Version", version)])
            .extend_pairs(input)
            .finish();
        let answer = self
            .post(operation, vec![("content-type", form)], body)
            .await?;
        xml::read(&answer.body, |root| {
            read(xml::child(root, &format!("{operation}Result")).unwrap_or(root))
        })
    }

    async fn post(
        &self,
        operation: &'static str,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Result<Answer, CallError> {
        let request = Request {
            operation,
            method: Method::POST,
            url: self.url()?.as_url().clone(),
            headers,
            body: body.into(),
        };
        self.send(&request).await
    }

    /// Sends a request until it is answered for good or was repeated often enough.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, CallError> {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match retry::wait(attempt, &error) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, CallError> {
        let skew = &self.aws.shared.skew;
        let now = || Timestamp::now().as_second();
        let signed_at = now() + skew.load(Ordering::Relaxed);
        let error = match self.exchange(request, signed_at).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match error.refusal().and_then(|refusal| refusal.date) {
            Some(date)
                if refusal::blames_the_clock(error.code())
                    && signed_at.abs_diff(date.as_second()) > SKEWED =>
            {
                skew.store(date.as_second() - now(), Ordering::Relaxed);
                self.exchange(request, date.as_second()).await
            }
            _ => Err(error),
        }
    }

    /// Sends a request once, signed at a time in seconds since the epoch.
    async fn exchange(&self, request: &Request, signed_at: i64) -> Result<Answer, CallError> {
        let signature = self.sign(request, signed_at).await?;
        let client = self.aws.shared.clients.for_url(&request.url);
        let client = client.map_err(|error| CallError::Failed(chain(&error)))?;
        let mut sent = client
            .request(request.method.clone(), request.url.clone())
            .timeout(self.aws.call_timeout)
            .body(request.body.clone());
        for (name, value) in &request.headers {
            sent = sent.header(*name, value);
        }
        for (name, value) in signature {
            sent = sent.header(name, value);
        }
        let started = Instant::now();
        let response = sent.send().await;
        self.tell(request, response.as_ref().ok(), started);
        let unanswered = |error: reqwest::Error| CallError::Unanswered(chain(&error.without_url()));
        let response = response.map_err(unanswered)?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(unanswered)?;
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        let refusal = refusal::read(status, &headers, &body);
        Err(CallError::Refused(refusal))
    }

    /// The headers that sign a request.
    async fn sign(&self, request: &Request, at: i64) -> Result<Vec<(String, String)>, CallError> {
        let failed = |error: &dyn std::error::Error| CallError::Failed(chain(error));
        let identity: Identity = self.credentials().await?.into();
        let mut settings = SigningSettings::default();
        // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
        if self.name == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let since = Duration::from_secs(u64::try_from(at).unwrap_or_default());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.name)
            .time(SystemTime::UNIX_EPOCH + since)
            .settings(settings)
            .build()
            .map_err(|error| failed(&error))?
            .into();
        let headers = request.headers.iter();
        let signable = SignableRequest::new(
            request.method.as_str(),
            request.url.as_str(),
            headers.map(|(name, value)| (*name, value.as_str())),
            SignableBody::Bytes(&request.body),
        );
        let signed = signable.and_then(|signable| sign(signable, &parameters));
        let (instructions, _) = signed.map_err(|error| failed(&error))?.into_parts();
        let headers = instructions.headers();
        Ok(headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect())
    }

    /// The credentials, which are kept until they are about to end: some chains ask a service.
    async fn credentials(&self) -> Result<Credentials, CallError> {
        let mut kept = self.aws.shared.credentials.lock().await;
        let soon = SystemTime::now() + SOON;
        let good = |one: &&Credentials| one.expiry().is_none_or(|expiry| expiry > soon);
        if let Some(credentials) = kept.as_ref().filter(good) {
            return Ok(credentials.clone());
        }
        let provider = self.aws.config.credentials_provider();
        let provider =
            provider.ok_or_else(|| CallError::Failed("there are no credentials".to_owned()))?;
        let fresh = provider.provide_credentials().await;
        let fresh = fresh.map_err(|error| CallError::Failed(chain(&error)))?;
        Ok(kept.insert(fresh).clone())
    }

    fn tell(&self, request: &Request, response: Option<&reqwest::Response>, started: Instant) {
        let counter = &self.aws.counter;
        counter.count(!is_reading(request.operation));
        counter.tell(|| Exchange {
            operation: format!("{} {}", self.label, request.operation),
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            status: response.map(|response| response.status().as_u16()),
            request_id: response.and_then(|response| {
                let ids = ["x-amzn-requestid", "x-amz-request-id"];
                let id = ids.iter().find_map(|name| response.headers().get(*name))?;
                id.to_str().ok().map(str::to_owned)
            }),
            took: started.elapsed(),
        });
    }
}
