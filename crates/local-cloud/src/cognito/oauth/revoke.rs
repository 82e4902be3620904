//! `/oauth2/revoke`: the end of a refresh token and of what was made from it (RFC 7009).
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html>

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::OAuthError;
use super::client_auth::Credentials;
use super::params::Params;
use crate::base::headers;
use crate::cognito::Cognito;
use crate::cognito::domain::Host;

/// `POST /oauth2/revoke`.
pub(crate) async fn post(
    State(cognito): State<Cognito>,
    host: Host,
    headers: HeaderMap,
    body: String,
) -> Response {
    match revoke(&cognito, host, &headers, &body) {
        Ok(()) => StatusCode::OK.into_response(),
        // The one error with a status of its own, under "Revocation error response" of the page above.
        Err(error) if error.error == "invalid_client" => {
            error.with_status(StatusCode::UNAUTHORIZED).into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn revoke(
    cognito: &Cognito,
    host: Host,
    headers: &HeaderMap,
    body: &str,
) -> Result<(), OAuthError> {
    if !headers::is_form(headers) {
        return Err(OAuthError::new("invalid_request"));
    }
    let params = Params::parse(body);
    let token = params
        .single("token")?
        .ok_or_else(|| OAuthError::because("invalid_request", "token is missing"))?;
    let credentials = Credentials::read(headers, &params)?;
    let wrong = || OAuthError::new("invalid_client");
    let mut state = cognito.lock();
    let pool = state
        .pool_of_client(&credentials.client_id)
        .ok_or_else(wrong)?;
    if !pool.is_at(host, &cognito.shared) {
        return Err(OAuthError::elsewhere(pool, host, &cognito.shared));
    }
    let client = pool.client(&credentials.client_id).map_err(|_| wrong())?;
    credentials.prove(client)?;
    if !client.settings.enable_token_revocation {
        return Err(OAuthError::because(
            "invalid_request",
            "Token revocation is not enabled for this client.",
        ));
    }
    // An access token is a JWT; only refresh tokens can be revoked.
    if token.split('.').count() == 3 {
        return Err(OAuthError::new("unsupported_token_type"));
    }
    if pool.grants.revoke(token, &credentials.client_id) {
        Ok(())
    } else {
        Err(OAuthError::new("invalid_request"))
    }
}
