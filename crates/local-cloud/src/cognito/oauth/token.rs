//! `/oauth2/token`: codes and refresh tokens become access tokens.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::client_auth::Credentials;
use super::params::{Duplicate, Params};
use super::{OAuthError, answer};
use crate::aws::Shared;
use crate::base::headers;
use crate::cognito::Cognito;
use crate::cognito::claims;
use crate::cognito::client_settings::Flow;
use crate::cognito::domain::Host;
use crate::cognito::grants::{InvalidGrant, Unredeemed};
use crate::cognito::pool::Pool;
use crate::cognito::state::State as Store;
use crate::cognito::tokens::Draft;

impl From<InvalidGrant> for OAuthError {
    fn from(_: InvalidGrant) -> Self {
        Self::new("invalid_grant")
    }
}

impl From<Unredeemed> for OAuthError {
    fn from(why: Unredeemed) -> Self {
        match why {
            Unredeemed::InvalidGrant => InvalidGrant.into(),
            // Under "Examples of negative responses" of the page above.
            Unredeemed::InvalidRedirect => Self::because("unauthorized_client", "invalid_redirect"),
        }
    }
}

impl From<Duplicate> for OAuthError {
    fn from(Duplicate(name): Duplicate) -> Self {
        Self::because(
            "invalid_request",
            format!("{name} was given more than once"),
        )
    }
}

/// What the endpoint is about to answer.
struct Granted {
    draft: Draft,
    refresh_token: Option<String>,
}

/// `POST /oauth2/token`.
pub(crate) async fn post(
    State(cognito): State<Cognito>,
    host: Host,
    headers: HeaderMap,
    body: String,
) -> Response {
    match exchange(&cognito, host, &headers, &body).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn exchange(
    cognito: &Cognito,
    host: Host,
    headers: &HeaderMap,
    body: &str,
) -> Result<Response, OAuthError> {
    if !headers::is_form(headers) {
        return Err(OAuthError::because(
            "invalid_request",
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    let params = Params::parse(body);
    let granted = grant(&mut cognito.lock(), &cognito.shared, host, headers, &params)?;
    let tokens = granted.draft.sign().await.map_err(|error| {
        OAuthError::because("server_error", error.to_string())
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    let mut body = json!({
        "access_token": tokens.access,
        "expires_in": tokens.expires_in,
        "token_type": "Bearer",
    });
    if let Some(id) = tokens.id {
        body["id_token"] = json!(id);
    }
    if let Some(refresh_token) = granted.refresh_token {
        body["refresh_token"] = json!(refresh_token);
    }
    Ok(answer(StatusCode::OK, body))
}

fn grant(
    state: &mut Store,
    shared: &Shared,
    host: Host,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Granted, OAuthError> {
    let grant_type = params.single("grant_type")?;
    let credentials = Credentials::read(headers, params)?;
    let pool = state
        .pool_of_client(&credentials.client_id)
        .ok_or_else(|| OAuthError::new("invalid_client"))?;
    if !pool.is_at(host, shared) {
        return Err(OAuthError::elsewhere(pool, host, shared));
    }
    let client = pool
        .client(&credentials.client_id)
        .map_err(|_| OAuthError::new("invalid_client"))?;
    credentials.prove(client)?;
    match grant_type {
        Some("authorization_code") if client.settings.permits(Flow::Code) => {
            from_code(pool, shared, &credentials.client_id, params)
        }
        Some("refresh_token") => from_refresh(pool, shared, &credentials.client_id, params),
        Some("authorization_code" | "client_credentials") => {
            Err(OAuthError::new("unauthorized_client"))
        }
        Some(_) => Err(OAuthError::new("unsupported_grant_type")),
        None => Err(OAuthError::because(
            "invalid_request",
            "grant_type is missing",
        )),
    }
}

fn from_code(
    pool: &mut Pool,
    shared: &Shared,
    client_id: &str,
    params: &Params,
) -> Result<Granted, OAuthError> {
    let required = |name: &str| {
        params
            .single(name)?
            .ok_or_else(|| OAuthError::because("invalid_request", format!("{name} is missing")))
    };
    let code = required("code")?;
    let redirect_uri = required("redirect_uri")?;
    let verifier = params.single("code_verifier")?;
    let now = shared.clock.now();
    let authorization = pool
        .grants
        .redeem_code(code, client_id, redirect_uri, verifier, now)?;
    let settings = &pool.client(client_id).map_err(|_| InvalidGrant)?.settings;
    if claims::unreadable(&authorization.scopes, settings) {
        return Err(InvalidGrant.into());
    }
    let life = settings.lifetimes.refresh_seconds();
    let session = pool.grants.open(&authorization, life);
    let refresh_token = pool.grants.issue_refresh_token(&session);
    let draft = draft(pool, shared, &session, authorization.nonce.as_deref())?;
    Ok(Granted {
        draft,
        refresh_token: Some(refresh_token),
    })
}

fn from_refresh(
    pool: &mut Pool,
    shared: &Shared,
    client_id: &str,
    params: &Params,
) -> Result<Granted, OAuthError> {
    let token = params
        .single("refresh_token")?
        .ok_or_else(|| OAuthError::because("invalid_request", "refresh_token is missing"))?;
    let now = shared.clock.now();
    let session = pool.grants.refresh(token, client_id, now)?;
    let draft = draft(pool, shared, &session, None)?;
    let settings = &pool.client(client_id).map_err(|_| InvalidGrant)?.settings;
    let (rotates, grace) = (
        settings.lifetimes.rotates(),
        settings.lifetimes.rotation_grace_seconds(),
    );
    let refresh_token = rotates.then(|| {
        pool.grants.retire(token, grace, now);
        pool.grants.issue_refresh_token(&session)
    });
    Ok(Granted {
        draft,
        refresh_token,
    })
}

/// A person who is gone or disabled has no grants.
fn draft(
    pool: &Pool,
    shared: &Shared,
    session: &crate::cognito::grants::TokenSession,
    nonce: Option<&str>,
) -> Result<Draft, OAuthError> {
    let user = pool
        .users
        .find(&pool.settings, &session.sub)
        .filter(|user| user.enabled)
        .ok_or(InvalidGrant)?;
    let client = pool.client(&session.client_id).map_err(|_| InvalidGrant)?;
    Ok(Draft::new(pool, client, user, session, nonce, shared))
}
