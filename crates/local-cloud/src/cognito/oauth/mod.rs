//! The OAuth 2.0 endpoints.

pub(crate) mod authorize;
mod client_auth;
pub(crate) mod discovery;
pub(crate) mod params;
pub(crate) mod pkce;
pub(crate) mod request;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod user_info;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::aws::Shared;
use crate::cognito::domain::{Host, elsewhere};
use crate::cognito::pool::Pool;

/// An error of the token and revocation endpoints (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) error: &'static str,
    pub(crate) description: Option<String>,
    /// The status, if it is not 400.
    pub(crate) status: Option<StatusCode>,
}

impl OAuthError {
    pub(crate) fn new(error: &'static str) -> Self {
        Self {
            error,
            description: None,
            status: None,
        }
    }

    pub(crate) fn because(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: Some(description.into()),
            status: None,
        }
    }

    /// The client's own endpoint is at another address: the pool's domain is a host of its own.
    fn elsewhere(pool: &Pool, host: Host, shared: &Shared) -> Self {
        let description = match elsewhere(&pool.domains, host, &shared.urls) {
            Some(base) => format!("The domain of the client's user pool is at {base}."),
            None => "The client's user pool has no domain at this host.".to_owned(),
        };
        Self::because("invalid_client", description)
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(description) = self.description {
            body["error_description"] = json!(description);
        }
        answer(self.status.unwrap_or(StatusCode::BAD_REQUEST), body)
    }
}

/// A JSON answer that nobody may keep.
fn answer(status: StatusCode, body: Value) -> Response {
    let uncached = [
        (header::CACHE_CONTROL, "no-cache, no-store, max-age=0"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, uncached, Json(body)).into_response()
}
