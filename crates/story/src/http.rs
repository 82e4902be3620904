//! The HTTP client of the story: no redirects of its own, no proxy, loopback only.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::error::{Problem, without_query};

/// Longer than Alexa waits for a skill (8 s), so that Alexa's own apology is heard.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A client that follows no redirect, uses no proxy and trusts no certificate: for a stage on this
/// machine.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT);
    // A stage is plain http on loopback. The TLS settings exist because the client insists on
    // having some; they trust nobody.
    match ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(tls) => builder
            .tls_backend_preconfigured(
                tls.with_root_certificates(RootCertStore::empty())
                    .with_no_client_auth(),
            )
            .build(),
        Err(_) => builder.build(),
    }
}

/// Sends a request that has to be answered with JSON and 200.
pub(super) async fn json<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
    url: &Url,
) -> Result<T, Problem> {
    let response = request
        .send()
        .await
        .map_err(|source| Problem::unreachable(url, source))?;
    let status = response.status();
    let body = response
        .text()
        .await
        .map_err(|source| Problem::unreachable(url, source))?;
    if status != reqwest::StatusCode::OK {
        return Err(Problem::unexpected(
            format!("200 from {}", without_query(url)),
            format!("{status}: {}", excerpt(&body)),
            "the answer above says why the stage refused",
        ));
    }
    serde_json::from_str(&body).map_err(|error| {
        Problem::unexpected(
            format!("the documented JSON from {}", without_query(url)),
            format!("{error} in {}", excerpt(&body)),
            "the story and the stage disagree about this answer: one of the two has a bug",
        )
    })
}

/// As [`json`], for answers of which nothing is needed.
pub(super) async fn done(request: reqwest::RequestBuilder, url: &Url) -> Result<(), Problem> {
    json::<Value>(request, url).await.map(drop)
}

/// Enough of a body to recognise it.
pub(super) fn excerpt(body: &str) -> String {
    const LONGEST: usize = 600;
    let mut text: String = body.chars().take(LONGEST).collect();
    if text.len() < body.len() {
        text.push_str(" …");
    }
    text
}
