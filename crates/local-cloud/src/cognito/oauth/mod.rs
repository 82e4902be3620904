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

/// An error of the token and revocation endpoints (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) error: &'static str,
    pub(crate) description: Option<String>,
}

impl OAuthError {
    pub(crate) fn new(error: &'static str) -> Self {
        Self {
            error,
            description: None,
        }
    }

    pub(crate) fn because(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: Some(description.into()),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(description) = self.description {
            body["error_description"] = json!(description);
        }
        let status = if self.error == "server_error" {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::BAD_REQUEST
        };
        answer(status, body)
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
