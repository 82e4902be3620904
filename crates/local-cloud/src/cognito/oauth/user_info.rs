//! `/oauth2/userInfo`: attributes for an access token with the scope `openid`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html>

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer;
use crate::base::headers::bearer;
use crate::cognito::Cognito;
use crate::cognito::claims::{self, Verified};
use crate::cognito::domain::Host;
use crate::cognito::tokens::{Rejected, recognise};

/// Why there is no answer.
#[derive(Debug)]
struct Denied {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl Denied {
    fn token(description: &'static str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_token",
            description,
        }
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let challenge = format!(
            "Bearer error=\"{}\", error_description=\"{}\"",
            self.error, self.description
        );
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = answer(self.status, body);
        if let Ok(challenge) = challenge.parse() {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// `GET` and `POST /oauth2/userInfo`.
pub(crate) async fn get(
    State(cognito): State<Cognito>,
    host: Host,
    headers: HeaderMap,
) -> Response {
    match look_up(&cognito, host, &headers) {
        Ok(body) => answer(StatusCode::OK, body),
        Err(denied) => denied.into_response(),
    }
}

fn look_up(cognito: &Cognito, host: Host, headers: &HeaderMap) -> Result<Value, Denied> {
    let token = bearer(headers).ok_or(Denied {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_request",
        description: "Bad OAuth2 request at UserInfo Endpoint",
    })?;
    let state = cognito.lock();
    let access = recognise(&state, token, cognito.shared.clock.now()).map_err(|why| match why {
        Rejected::Invalid => Denied::token("Access token is invalid."),
        Rejected::Expired | Rejected::Revoked | Rejected::Disabled => Denied::token(
            "Access token is expired, disabled, or deleted, or the user has globally signed out.",
        ),
    })?;
    if !access.pool.is_at(host, &cognito.shared) {
        return Err(Denied {
            status: StatusCode::NOT_FOUND,
            error: "not_found",
            description: "The user pool has no such domain",
        });
    }
    if !access.has_scope("openid") {
        return Err(Denied::token("Access token does not contain openid scope"));
    }
    let mut body = Value::Object(claims::attributes(
        access.user,
        &access.scopes,
        &access.client.settings,
        Verified::Text,
    ));
    body["username"] = json!(access.user.username);
    Ok(body)
}
