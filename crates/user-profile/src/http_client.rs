//! Small requests over TLS, made for a function that sleeps between them.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use models::request::AccessToken;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::roots::{RootsError, TrustedRoots};

/// How long the first of two attempts may take. While a function is frozen its kept connections
/// die without a sign, and a request on one of them would wait forever.
const FIRST_ATTEMPT: Duration = Duration::from_millis(2_500);
/// Most bytes of an answer. A key set or a profile has one or two thousand.
const MAX_BODY: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] RootsError),
    /// The token has characters that a header cannot hold.
    #[error("the access token cannot be sent in a header")]
    Header,
    /// No connection, or it broke.
    #[error("{host} could not be reached")]
    Unreachable {
        /// The host.
        host: String,
        /// What the transport says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// No answer in time.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// The host.
        host: String,
    },
    /// An answer that is not a success.
    #[error("{host} answered {status}")]
    Status {
        /// The host.
        host: String,
        /// The status code.
        status: StatusCode,
    },
    /// A success that is not what it should be. What it is instead is not repeated: it is about
    /// a person.
    #[error("the answer of {host} is not what it should be (line {line}, column {column})")]
    Unexpected {
        /// The host.
        host: String,
        /// The line where it goes wrong.
        line: usize,
        /// The column where it goes wrong.
        column: usize,
    },
}

type TlsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client that is built with its first request: most starts of the function need none.
#[derive(Debug)]
pub struct HttpClient {
    roots: TrustedRoots,
    max_body: usize,
    client: OnceLock<TlsClient>,
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new(TrustedRoots::default())
    }
}

impl HttpClient {
    /// A client that trusts these and no others.
    pub fn new(roots: TrustedRoots) -> Self {
        Self {
            roots,
            max_body: MAX_BODY,
            client: OnceLock::new(),
        }
    }

    /// The same client for answers of up to this many bytes.
    #[must_use]
    pub fn with_max_body(self, max_body: usize) -> Self {
        Self { max_body, ..self }
    }

    /// Sends a request that may be repeated. A broken or silent connection is tried once more, on
    /// a new one; what limits the second attempt is the caller's deadline.
    pub async fn send(&self, request: &Request<Full<Bytes>>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client()?;
        let attempt = || send_once(client, request.clone(), self.max_body);
        match tokio::time::timeout(FIRST_ATTEMPT, attempt()).await {
            Ok(Err(HttpError::Unreachable { .. })) | Err(_) => attempt().await,
            Ok(result) => result,
        }
    }

    /// Sends a request that must not be repeated: it may have arrived although there is no answer.
    pub async fn send_once(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, HttpError> {
        send_once(self.client()?, request, self.max_body).await
    }

    /// Gets a body.
    pub(crate) async fn get(
        &self,
        url: &Uri,
        token: Option<&AccessToken>,
    ) -> Result<Bytes, HttpError> {
        let response = self.send(&request(url, token, None)?).await?;
        success(url, response)
    }

    /// Gets a JSON document.
    pub(crate) async fn get_json<T: DeserializeOwned>(
        &self,
        url: &Uri,
        token: Option<&AccessToken>,
    ) -> Result<T, HttpError> {
        let json = self.get(url, token).await?;
        serde_json::from_slice(&json).map_err(|error| HttpError::Unexpected {
            host: host(url),
            line: error.line(),
            column: error.column(),
        })
    }

    /// Posts a JSON document, once: it may have arrived although there is no answer. What the
    /// answer says does not matter, as long as it is a success.
    pub async fn post(
        &self,
        url: &Uri,
        token: &AccessToken,
        document: &Value,
    ) -> Result<(), HttpError> {
        let body = Bytes::from(document.to_string());
        let request = request(url, Some(token), Some(body))?;
        let response = self.send_once(request).await?;
        success(url, response)?;
        Ok(())
    }

    fn client(&self) -> Result<&TlsClient, HttpError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut tcp = HttpConnector::new();
        // A handshake ends with a small message, and the request follows it at once: it must not
        // wait until the first is acknowledged.
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        // Which URLs may be plain http was decided where the settings were checked.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(self.roots.client_config().map_err(HttpError::Tls)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(self.client.get_or_init(|| client))
    }
}

/// A request for a body, or one that posts a JSON document.
fn request(
    url: &Uri,
    token: Option<&AccessToken>,
    document: Option<Bytes>,
) -> Result<Request<Full<Bytes>>, HttpError> {
    let json = HeaderValue::from_static("application/json");
    let mut request = Request::new(Full::default());
    *request.uri_mut() = url.clone();
    request.headers_mut().insert(ACCEPT, json.clone());
    if let Some(document) = document {
        *request.method_mut() = Method::POST;
        *request.body_mut() = Full::new(document);
        request.headers_mut().insert(CONTENT_TYPE, json);
    }
    if let Some(token) = token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| HttpError::Header)?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    Ok(request)
}

async fn send_once(
    client: &TlsClient,
    request: Request<Full<Bytes>>,
    max_body: usize,
) -> Result<Response<Bytes>, HttpError> {
    let host = host(request.uri());
    let unreachable = |source| HttpError::Unreachable {
        host: host.clone(),
        source,
    };
    let response = client
        .request(request)
        .await
        .map_err(|error| unreachable(error.into()))?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, max_body).collect().await;
    let body = body.map_err(unreachable)?.to_bytes();
    Ok(Response::from_parts(parts, body))
}

fn success(url: &Uri, response: Response<Bytes>) -> Result<Bytes, HttpError> {
    let status = response.status();
    if !status.is_success() {
        return Err(HttpError::Status {
            host: host(url),
            status,
        });
    }
    Ok(response.into_body())
}

fn host(url: &Uri) -> String {
    url.host().unwrap_or_default().to_owned()
}
