//! One HTTP exchange, observed, and repeated where that is safe.

use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use crate::tls::HttpClients;
use crate::{Call, ETag, Error, Observer, Operation, Refusal, RetryPolicy, Versioned, retry};

/// What to send.
pub(crate) struct Request<'a> {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) if_match: Option<&'a ETag>,
    pub(crate) body: Body<'a>,
    /// What must not be shown if the service quotes it.
    pub(crate) secrets: Vec<&'a SecretString>,
}

/// What a request carries.
pub(crate) enum Body<'a> {
    Empty,
    Json(Bytes),
    SecretJson(SecretString),
    Form(&'a [(&'a str, &'a str)]),
    Zip(Bytes),
}

/// An answer that says yes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: Operation,
    headers: HeaderMap,
    body: Bytes,
}

/// Sends requests.
pub(crate) struct Transport {
    pub(crate) clients: HttpClients,
    pub(crate) observer: Option<Observer>,
    pub(crate) retry: RetryPolicy,
}

impl Transport {
    /// Sends a request until it is answered for good or the policy gives up.
    pub(crate) async fn send(
        &self,
        request: &Request<'_>,
        token: Option<&SecretString>,
    ) -> Result<Answer, Error> {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(request, token).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let repeat = request.operation.repeat();
            match self.retry.wait(attempt, repeat, &error, retry::random()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        token: Option<&SecretString>,
    ) -> Result<Answer, Error> {
        let operation = request.operation;
        let client = self.clients.for_url(&request.url)?;
        let built = request.build(client, token, self.retry.call_timeout)?;
        let started = Instant::now();
        let response = client.execute(built).await.map_err(|source| {
            self.observe(request, None, started);
            broken(request, source)
        })?;
        let status = response.status();
        let headers = response.headers().clone();
        // What counts is that the service answered, even if the rest of it is lost.
        self.observe(request, Some((status.as_u16(), &headers)), started);
        let body = response
            .bytes()
            .await
            .map_err(|source| broken(request, source))?;
        if status.is_success() {
            return Ok(Answer {
                operation,
                headers,
                body,
            });
        }
        let mut secrets = request.secrets.clone();
        secrets.extend(token);
        Err(Refusal::read(operation, status, &headers, &body, &secrets).into())
    }

    fn observe(&self, request: &Request<'_>, answer: Option<(u16, &HeaderMap)>, started: Instant) {
        let Some(observer) = &self.observer else {
            return;
        };
        let request_id = answer.and_then(|(_, headers)| {
            let id = headers.get("x-amzn-requestid")?;
            id.to_str().ok().map(str::to_owned)
        });
        let path = match request.operation {
            Operation::UploadPackage => "/…",
            _ => request.url.path(),
        };
        observer(&Call {
            operation: request.operation,
            kind: request.operation.kind(),
            method: request.method.clone(),
            path: path.to_owned(),
            status: answer.map(|(status, _)| status),
            request_id,
            took: started.elapsed(),
        });
    }
}

fn broken(request: &Request<'_>, source: reqwest::Error) -> Error {
    let operation = request.operation;
    let host = match (request.url.host_str(), request.url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let unsent = source.is_connect();
    // An upload URL is a secret: who has it can write there.
    let source = source.without_url();
    if unsent {
        Error::Unreachable {
            operation,
            host,
            source,
        }
    } else {
        Error::NoAnswer {
            operation,
            host,
            source,
        }
    }
}

impl Request<'_> {
    fn build(
        &self,
        client: &reqwest::Client,
        token: Option<&SecretString>,
        timeout: Duration,
    ) -> Result<reqwest::Request, Error> {
        let mut request = client
            .request(self.method.clone(), self.url.clone())
            .timeout(timeout);
        if let Some(token) = token {
            let text = format!("Bearer {}", token.expose_secret());
            request = request.header(AUTHORIZATION, self.header("the access token", &text, true)?);
        }
        if let Some(etag) = self.if_match {
            request = request.header(IF_MATCH, self.header("the ETag", etag.as_str(), false)?);
        }
        request = match &self.body {
            Body::Empty => request,
            Body::Json(text) => json(request, text.clone()),
            Body::SecretJson(text) => json(request, text.expose_secret().to_owned()),
            Body::Form(fields) => request.form(fields),
            Body::Zip(bytes) => request.body(bytes.clone()),
        };
        request
            .build()
            .map_err(|error| self.unsendable(&error.without_url().to_string()))
    }

    fn header(&self, what: &str, text: &str, sensitive: bool) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::from_str(text)
            .map_err(|_| self.unsendable(&format!("{what} has characters that a header cannot")))?;
        value.set_sensitive(sensitive);
        Ok(value)
    }

    fn unsendable(&self, problem: &str) -> Error {
        Error::Unsendable {
            operation: self.operation,
            problem: problem.to_owned(),
        }
    }
}

fn json(
    request: reqwest::RequestBuilder,
    body: impl Into<reqwest::Body>,
) -> reqwest::RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(body)
}

impl Answer {
    /// The body.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| self.unexpected(&error.to_string()))
    }

    /// The version of what was read or written.
    pub(crate) fn etag(&self) -> Option<ETag> {
        Some(ETag::new(self.headers.get(ETAG)?.to_str().ok()?))
    }

    /// The body, and the version of what it is.
    pub(crate) fn versioned<T: DeserializeOwned>(&self) -> Result<Versioned<T>, Error> {
        Ok(Versioned {
            value: self.json()?,
            etag: self.etag(),
        })
    }

    /// The last segment of `Location`, which may be relative or absolute.
    pub(crate) fn location_id(&self) -> Result<String, Error> {
        let id = || {
            let location = self.headers.get(LOCATION)?.to_str().ok()?;
            let path = location.split(['?', '#']).next()?.trim_end_matches('/');
            path.rsplit('/').next().filter(|id| !id.is_empty())
        };
        id().map(str::to_owned)
            .ok_or_else(|| self.unexpected("it has no Location header"))
    }

    pub(crate) fn unexpected(&self, problem: &str) -> Error {
        Error::Unexpected {
            operation: self.operation,
            problem: problem.to_owned(),
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
