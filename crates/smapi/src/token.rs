//! Access tokens from Login with Amazon, each asked for once.

use std::sync::Arc;

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant};

use crate::endpoints::join;
use crate::transport::{Body, Request, Transport};
use crate::{Credentials, Endpoints, Error, Operation};

/// Renewed this long before it expires, so that it does not expire on the way.
const MARGIN: Duration = Duration::from_mins(1);
/// Where the answer does not say how long the token lives: what Amazon documents
/// ([refresh](https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html)).
const DEFAULT_LIFETIME: Duration = Duration::from_hours(1);

/// The access token in use. One task at a time asks for a new one; the others wait for it.
#[derive(Debug)]
pub(crate) struct Tokens {
    credentials: Credentials,
    endpoints: Endpoints,
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    token: Arc<SecretString>,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
    expires_in: Option<u64>,
}

impl Tokens {
    pub(crate) fn new(credentials: Credentials, endpoints: Endpoints) -> Self {
        Self {
            credentials,
            endpoints,
            current: Mutex::new(None),
        }
    }

    /// A token that is valid as far as its lifetime says.
    pub(crate) async fn get(&self, transport: &Transport) -> Result<Arc<SecretString>, Error> {
        self.get_other_than(None, transport).await
    }

    /// A token other than the one that was refused, or `None` if there is no way to get one.
    pub(crate) async fn replace(
        &self,
        refused: &Arc<SecretString>,
        transport: &Transport,
    ) -> Result<Option<Arc<SecretString>>, Error> {
        match self.credentials {
            Credentials::AccessToken(_) => Ok(None),
            Credentials::RefreshToken { .. } => self
                .get_other_than(Some(refused), transport)
                .await
                .map(Some),
        }
    }

    async fn get_other_than(
        &self,
        refused: Option<&Arc<SecretString>>,
        transport: &Transport,
    ) -> Result<Arc<SecretString>, Error> {
        // Held while asking: whoever waits finds the new token.
        let mut current = self.current.lock().await;
        let usable = current.as_ref().filter(|current| {
            let refused = refused.is_some_and(|refused| Arc::ptr_eq(refused, &current.token));
            !refused && Instant::now() < current.renew_at
        });
        if let Some(usable) = usable {
            return Ok(Arc::clone(&usable.token));
        }
        let (token, lifetime) = match &self.credentials {
            Credentials::AccessToken(token) => (token.clone(), Duration::MAX),
            Credentials::RefreshToken {
                refresh_token,
                client_id,
                client_secret,
            } => {
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", refresh_token.expose_secret()),
                    ("client_id", client_id.as_str()),
                    ("client_secret", client_secret.expose_secret()),
                ];
                let request = Request {
                    operation: Operation::RefreshToken,
                    method: Method::POST,
                    url: join(&self.endpoints.lwa, ["auth", "o2", "token"]),
                    if_match: None,
                    body: Body::Form(&fields),
                    secrets: vec![refresh_token, client_secret],
                };
                let answer: TokenAnswer = transport.send(&request, None).await?.json()?;
                let lifetime = answer.expires_in.map(Duration::from_secs);
                (answer.access_token, lifetime.unwrap_or(DEFAULT_LIFETIME))
            }
        };
        let token = Arc::new(token);
        // A token that lives shorter than the margin would be renewed before every call.
        let used_for = lifetime.saturating_sub(MARGIN.min(lifetime / 2));
        let now = Instant::now();
        *current = Some(Current {
            token: Arc::clone(&token),
            renew_at: now.checked_add(used_for).unwrap_or_else(|| far(now)),
        });
        Ok(token)
    }
}

/// A time that no rollout lives to see.
fn far(now: Instant) -> Instant {
    now + Duration::from_hours(24 * 365)
}
