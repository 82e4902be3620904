//! The client itself. Its operations are in the modules named after what they work on.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use models::ids::SkillId;
use secrecy::SecretString;
use serde::Serialize;
use url::Url;

use crate::endpoints::join;
use crate::tls::HttpClients;
use crate::token::Tokens;
use crate::transport::{Answer, Body, Request, Transport};
use crate::{Credentials, ETag, Endpoints, Error, Observer, Operation, RetryPolicy};

/// A client of SMAPI. Clones share connections and the access token.
///
/// Every operation fails with [`Error`]. Reads are repeated when they fail in passing; changes
/// only when they certainly were not made.
///
/// ```no_run
/// use smapi::{Client, Credentials, Endpoints};
///
/// # async fn example() -> Result<(), smapi::Error> {
/// let credentials = Credentials::AccessToken("Atza|...".into());
/// let client = Client::new(Endpoints::amazon(), credentials);
/// for vendor in client.vendors().await? {
///     for skill in client.skills(&vendor.id).await? {
///         println!("{} {}", skill.skill_id, skill.stage);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoints: Endpoints,
    tokens: Tokens,
    transport: Transport,
}

/// A stage of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkillStage {
    /// What is being worked on; the only one that can be written.
    Development,
    /// What was certified and is not live yet.
    Certified,
    /// What customers use.
    Live,
}

impl SkillStage {
    /// As the API names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Certified => "certified",
            Self::Live => "live",
        }
    }
}

impl Client {
    /// A client that tells nobody about its calls and retries by the default policy.
    pub fn new(endpoints: Endpoints, credentials: Credentials) -> Self {
        Self::with(endpoints, credentials, None, RetryPolicy::default())
    }

    /// A client that reports every call to `observer`, and retries by `retry`.
    pub fn with(
        endpoints: Endpoints,
        credentials: Credentials,
        observer: Option<Observer>,
        retry: RetryPolicy,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                tokens: Tokens::new(credentials, endpoints.clone()),
                endpoints,
                transport: Transport {
                    clients: HttpClients::default(),
                    observer,
                    retry,
                },
            }),
        }
    }

    /// Where this client sends its calls.
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// A URL below SMAPI's.
    pub(crate) fn url<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        join(&self.inner.endpoints.smapi, segments)
    }

    /// A URL below a stage of a skill.
    pub(crate) fn stage_url(&self, skill: &SkillId, stage: SkillStage, rest: &[&str]) -> Url {
        let above = ["v1", "skills", skill.as_str(), "stages", stage.as_str()];
        self.url(above.into_iter().chain(rest.iter().copied()))
    }

    /// Sends a request with an access token. A token that is refused is renewed once: it may have
    /// been revoked, or clocks may differ. Nothing was done then, whatever the request was.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, Error> {
        let Inner {
            tokens, transport, ..
        } = &*self.inner;
        let token = tokens.get(transport).await?;
        let error = match transport.send(&request, Some(&token)).await {
            Err(error) if error.status() == Some(401) => error,
            result => return result,
        };
        match tokens.replace(&token, transport).await? {
            Some(token) => transport.send(&request, Some(&token)).await,
            None => Err(error),
        }
    }

    /// Sends a request without a token, to a place that the URL itself gives access to.
    pub(crate) async fn send_unsigned(&self, request: Request<'_>) -> Result<Answer, Error> {
        self.inner.transport.send(&request, None).await
    }
}

impl<'a> Request<'a> {
    pub(crate) fn new(operation: Operation, method: Method, url: Url) -> Self {
        Self {
            operation,
            method,
            url,
            if_match: None,
            body: Body::Empty,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn if_match(mut self, etag: Option<&'a ETag>) -> Self {
        self.if_match = etag;
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let text = serde_json::to_vec(body).map_err(|error| Error::Unsendable {
            operation: self.operation,
            problem: error.to_string(),
        })?;
        self.body = Body::Json(text.into());
        Ok(self)
    }

    pub(crate) fn secret_json(
        mut self,
        body: SecretString,
        secret: Option<&'a SecretString>,
    ) -> Self {
        self.body = Body::SecretJson(body);
        self.secrets.extend(secret);
        self
    }

    pub(crate) fn zip(mut self, package: Bytes) -> Self {
        self.body = Body::Zip(package);
        self
    }
}

/// `None` for what does not exist.
pub(crate) fn optional(result: Result<Answer, Error>) -> Result<Option<Answer>, Error> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
