//! GET over TLS, made for a function that sleeps between requests.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use models::request::AccessToken;
use serde::de::DeserializeOwned;

/// How long the first of two attempts may take. While a function is frozen its kept connections
/// die without a sign, and a request on one of them would wait forever.
const FIRST_ATTEMPT: Duration = Duration::from_millis(2_500);
/// Most bytes of an answer; a key set or a profile has one or two thousand.
const MAX_BODY: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
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

type TlsClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// A client that is built with its first request: most starts of the function need none.
#[derive(Debug, Default)]
pub(crate) struct HttpClient {
    client: OnceLock<TlsClient>,
}

impl HttpClient {
    /// Gets a body. A broken or silent connection is tried once more, on a new one; what limits
    /// the second attempt is the caller's deadline.
    pub(crate) async fn get(
        &self,
        url: &Uri,
        token: Option<&AccessToken>,
    ) -> Result<Bytes, HttpError> {
        let client = self.client()?;
        match tokio::time::timeout(FIRST_ATTEMPT, get_once(client, url, token)).await {
            Ok(Err(HttpError::Unreachable { .. })) | Err(_) => get_once(client, url, token).await,
            Ok(result) => result,
        }
    }

    /// Gets a JSON document.
    pub(crate) async fn get_json<T: DeserializeOwned>(
        &self,
        url: &Uri,
        token: Option<&AccessToken>,
    ) -> Result<T, HttpError> {
        let json = self.get(url, token).await?;
        serde_json::from_slice(&json).map_err(|error| HttpError::Unexpected {
            host: url.host().unwrap_or_default().to_owned(),
            line: error.line(),
            column: error.column(),
        })
    }

    fn client(&self) -> Result<&TlsClient, HttpError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Which URLs may be plain http was decided where the settings were checked.
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(HttpError::Tls)?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(self.client.get_or_init(|| client))
    }
}

async fn get_once(
    client: &TlsClient,
    url: &Uri,
    token: Option<&AccessToken>,
) -> Result<Bytes, HttpError> {
    let host = || url.host().unwrap_or_default().to_owned();
    let unreachable = |source| HttpError::Unreachable {
        host: host(),
        source,
    };
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = url.clone();
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| HttpError::Header)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let response = client
        .request(request)
        .await
        .map_err(|error| unreachable(error.into()))?;
    let status = response.status();
    if !status.is_success() {
        return Err(HttpError::Status {
            host: host(),
            status,
        });
    }
    let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
    Ok(body.map_err(unreachable)?.to_bytes())
}
