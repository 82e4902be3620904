//! Requests as a browser and as Alexa make them, without following where they lead.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use smapi::HttpClients;
use url::Url;

use super::judge::Problem;
use crate::calls::{CallCounter, Exchange};
use crate::error::chain;
use crate::poll::Poll;

/// Asks, and asks again while nobody answers.
pub(crate) struct Probe {
    clients: Arc<HttpClients>,
    counter: CallCounter,
    deadline: Instant,
}

/// What of an answer is looked at.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

impl Probe {
    pub(crate) fn new(clients: Arc<HttpClients>, counter: CallCounter, patience: Duration) -> Self {
        Self {
            clients,
            counter,
            deadline: Instant::now() + patience,
        }
    }

    pub(crate) async fn get(&self, url: &Url) -> Result<Answer, Problem> {
        self.send(Method::GET, url, |request| request).await
    }

    /// Sends a form as the client that the secret belongs to.
    pub(crate) async fn post_form(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        client_id: &str,
        secret: &SecretString,
        in_body: bool,
    ) -> Result<Answer, Problem> {
        self.send(Method::POST, url, |request| {
            if in_body {
                let mut form = form.to_vec();
                form.push(("client_id", client_id));
                form.push(("client_secret", secret.expose_secret()));
                return request.form(&form);
            }
            // Neither Cognito's ids nor its secrets have characters that would need escaping.
            let pair = format!("{client_id}:{}", secret.expose_secret());
            let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
            request.form(form).header("authorization", value)
        })
        .await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        prepare: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, Problem> {
        let client = self
            .clients
            .for_url(url)
            .map_err(|error| Problem::new(chain(&error), error.hint().unwrap_or_default()))?;
        let mut poll = Poll::default();
        loop {
            let started = Instant::now();
            let request = prepare(client.request(method.clone(), url.clone()));
            let response = request.send().await;
            self.counter.count(false);
            self.counter.tell(|| Exchange {
                operation: "as a browser or as Alexa".to_owned(),
                method: method.to_string(),
                path: url.path().to_owned(),
                status: response
                    .as_ref()
                    .ok()
                    .map(|answer| answer.status().as_u16()),
                request_id: None,
                took: started.elapsed(),
            });
            let waits = Instant::now() < self.deadline;
            match response {
                Ok(response) if response.status().is_server_error() && waits => {}
                Ok(response) => return read(response).await,
                Err(_) if waits => {}
                Err(error) => return Err(silent(url, &error.without_url())),
            }
            poll.wait().await;
        }
    }
}

async fn read(response: reqwest::Response) -> Result<Answer, Problem> {
    let text = |headers: &HeaderMap, name| {
        let value = headers.get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let url = response.url().clone();
    let status = response.status().as_u16();
    let location = text(response.headers(), LOCATION);
    let content_type = text(response.headers(), CONTENT_TYPE);
    let body = response
        .bytes()
        .await
        .map_err(|error| silent(&url, &error.without_url()))?;
    Ok(Answer {
        status,
        location,
        content_type,
        body,
    })
}

fn silent(url: &Url, error: &reqwest::Error) -> Problem {
    let host = url.host_str().unwrap_or_default();
    Problem::new(
        format!("no answer from {host}: {}", chain(error)),
        "a new domain can take some minutes to be known; then run `cargo xtask verify` again",
    )
}
