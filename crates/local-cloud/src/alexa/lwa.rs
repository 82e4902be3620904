//! Login with Amazon: refresh tokens in, access tokens out.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/refresh-token.html>

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Alexa;
use super::state::{fingerprint, opaque};

/// How long a developer's access token lives, in seconds.
const LIFETIME_SECONDS: u32 = 3600;

pub(super) fn router(alexa: Alexa) -> Router {
    Router::new()
        .route("/auth/o2/token", post(token))
        .with_state(alexa)
}

/// An OAuth 2.0 error (RFC 6749, section 5.2).
#[derive(Debug, PartialEq, Eq)]
struct Denied {
    status: u16,
    error: &'static str,
    description: String,
}

impl Denied {
    fn request(description: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: "invalid_request",
            description: description.into(),
        }
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = json!({
            "error": self.error,
            "error_description": self.description,
            "request_id": uuid::Uuid::new_v4().to_string(),
        });
        (status, Json(body)).into_response()
    }
}

async fn token(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Denied> {
    let parameters = parameters(&headers, &body)?;
    let refresh_token = granted(&parameters)?;
    let access_token = format!("Atza|{}{}", opaque(), opaque());
    let expires_at = alexa
        .now()
        .saturating_add(SignedDuration::from_secs(i64::from(LIFETIME_SECONDS)))
        .unwrap_or(jiff::Timestamp::MAX);
    alexa
        .state()
        .developer_tokens
        .insert(fingerprint(&access_token), expires_at);
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "expires_in": LIFETIME_SECONDS,
        })),
    )
        .into_response())
}

/// The form or JSON parameters, with a client from the `Authorization` header added.
fn parameters(headers: &HeaderMap, body: &[u8]) -> Result<HashMap<String, String>, Denied> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let mut parameters: HashMap<String, String> = if is_json {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(Denied::request("The body is not a JSON object"));
        };
        object
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect()
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    if let Some((id, secret)) = basic(headers) {
        parameters.entry("client_id".to_owned()).or_insert(id);
        parameters
            .entry("client_secret".to_owned())
            .or_insert(secret);
    }
    Ok(parameters)
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = BASE64_STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The refresh token, if the request is one that Login with Amazon grants.
fn granted(parameters: &HashMap<String, String>) -> Result<&str, Denied> {
    let parameter = |name: &str| {
        parameters
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    match parameter("grant_type") {
        Some("refresh_token") => {}
        Some(other) => {
            return Err(Denied {
                status: 400,
                error: "unsupported_grant_type",
                description: format!("The grant type {other} is not supported"),
            });
        }
        None => {
            return Err(Denied::request(
                "The request is missing a required parameter : grant_type",
            ));
        }
    }
    for name in ["client_id", "client_secret"] {
        if parameter(name).is_none() {
            return Err(Denied {
                status: 401,
                error: "invalid_client",
                description: format!("Client authentication failed: {name} is missing"),
            });
        }
    }
    let refresh_token = parameter("refresh_token").ok_or_else(|| {
        Denied::request("The request is missing a required parameter : refresh_token")
    })?;
    if refresh_token.starts_with("Atzr|") {
        Ok(refresh_token)
    } else {
        Err(Denied {
            status: 400,
            error: "invalid_grant",
            description: "The request has an invalid grant parameter : refresh_token".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> Result<String, &'static str> {
        let parameters = parameters(&HeaderMap::new(), body.as_bytes()).unwrap();
        granted(&parameters)
            .map(str::to_owned)
            .map_err(|denied| denied.error)
    }

    #[test]
    fn any_amazon_refresh_token_of_any_client_is_granted() {
        let body = "grant_type=refresh_token&refresh_token=Atzr%7Cx&client_id=a&client_secret=b";
        assert_eq!(form(body), Ok("Atzr|x".to_owned()));
    }

    #[test]
    fn refusals_are_told_apart() {
        assert_eq!(form("refresh_token=Atzr%7Cx"), Err("invalid_request"));
        assert_eq!(form("grant_type=password"), Err("unsupported_grant_type"));
        assert_eq!(
            form("grant_type=refresh_token&refresh_token=Atzr%7Cx&client_id=a"),
            Err("invalid_client")
        );
        assert_eq!(
            form("grant_type=refresh_token&refresh_token=x&client_id=a&client_secret=b"),
            Err("invalid_grant")
        );
    }

    #[test]
    fn a_client_may_authenticate_with_a_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
        let body = b"grant_type=refresh_token&refresh_token=Atzr%7Cx";
        let parameters = parameters(&headers, body).unwrap();
        assert_eq!(granted(&parameters), Ok("Atzr|x"));
    }
}
