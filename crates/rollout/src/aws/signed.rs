//! A signed request instead of a whole SDK, for services of which one thing is asked.

use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use reqwest::{Method, StatusCode};
use smapi::HttpClients;
use url::Url;

use super::Aws;
use crate::calls::{Exchange, is_reading};
use crate::error::{Code, Error, chain};
use crate::poll::Poll;

/// How long a service that is busy or broken is asked again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is asked, of whom.
pub(crate) struct Request<'a> {
    /// What cannot be done without the answer.
    pub(crate) doing: &'a str,
    /// The service's name in signatures.
    pub(crate) service: &'a str,
    /// The region in the signature.
    pub(crate) region: &'a str,
    /// The operation's name.
    pub(crate) operation: &'a str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// Sends the request, and sends it again while the service is busy.
pub(crate) async fn send(aws: &Aws, request: &Request<'_>) -> Result<Answer, Error> {
    let deadline = Instant::now() + PATIENCE;
    let mut poll = Poll::default();
    loop {
        let answer = attempt(aws, request).await;
        let again = match &answer {
            Ok(answer) => {
                answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS
            }
            Err(error) => error.code() == Code::Endpoint.as_str(),
        };
        if !again || Instant::now() >= deadline {
            return answer;
        }
        poll.wait().await;
    }
}

async fn attempt(aws: &Aws, request: &Request<'_>) -> Result<Answer, Error> {
    let doing = request.doing;
    let failed = |cause: String| Error::new(Code::Aws, doing).because(cause);
    let url = &request.url;
    let identity: Identity = aws
        .credentials()
        .ok_or_else(|| failed("there are no credentials".to_owned()))?
        .provide_credentials()
        .await
        .map_err(|error| failed(chain(&error)))?
        .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(request.region)
        .name(request.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| failed(chain(&error)))?
        .into();
    let signable = SignableRequest::new(
        request.method.as_str(),
        url.as_str(),
        request.headers.iter().copied(),
        SignableBody::Bytes(&request.body),
    );
    let (signed, _) = signable
        .and_then(|request| sign(request, &parameters))
        .map_err(|error| failed(chain(&error)))?
        .into_parts();

    let clients = HttpClients::default();
    let mut sent = clients
        .for_url(url)?
        .request(request.method.clone(), url.clone())
        .body(request.body.clone());
    for (name, value) in request.headers.iter().copied().chain(signed.headers()) {
        sent = sent.header(name, value);
    }
    let started = Instant::now();
    let response = sent.send().await;
    let counter = aws.counter();
    let operation = request.operation.rsplit(' ').next().unwrap_or_default();
    counter.count(!is_reading(operation));
    counter.tell(|| Exchange {
        operation: request.operation.to_owned(),
        method: request.method.to_string(),
        path: url.path().to_owned(),
        status: response
            .as_ref()
            .ok()
            .map(|answer| answer.status().as_u16()),
        request_id: response.as_ref().ok().and_then(|answer| {
            let id = answer.headers().get("x-amzn-requestid")?;
            id.to_str().ok().map(str::to_owned)
        }),
        took: started.elapsed(),
    });
    let no_answer = |error: reqwest::Error| {
        Error::new(Code::Endpoint, format!("{doing}: no answer from AWS"))
            .because(chain(&error.without_url()))
            .hint("check the network, then run the command again")
    };
    let response = response.map_err(no_answer)?;
    let status = response.status();
    let body = response.bytes().await.map_err(no_answer)?;
    Ok(Answer { status, body })
}

impl Answer {
    /// The error of a refusal, with the service's own words.
    pub(crate) fn refusal(&self, doing: &str, said: &str, permission: &str) -> Error {
        let error = Error::new(Code::Aws, format!("{doing}: {said} ({})", self.status));
        error.hint(format!("the credentials need {permission}"))
    }
}
