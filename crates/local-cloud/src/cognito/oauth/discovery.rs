//! `/.well-known`: where a pool's endpoints and public keys are.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::AwsError;
use crate::cognito::client_settings::STANDARD_SCOPES;
use crate::cognito::tokens::issuer;
use crate::cognito::{Cognito, errors};

/// `GET /{pool}/.well-known/openid-configuration`.
pub(crate) async fn configuration(
    State(cognito): State<Cognito>,
    Path(pool_id): Path<String>,
) -> Response {
    if !cognito.lock().pools.contains_key(&pool_id) {
        return not_found(&errors::no_pool(&pool_id));
    }
    let urls = &cognito.shared.urls;
    let issuer = issuer(urls, &pool_id);
    let endpoint = |path: &str| format!("{}{path}", urls.sign_in);
    let scopes: Vec<_> = STANDARD_SCOPES
        .iter()
        .filter(|scope| !scope.starts_with("aws."))
        .collect();
    Json(json!({
        "authorization_endpoint": endpoint("oauth2/authorize"),
        "end_session_endpoint": endpoint("logout"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "revocation_endpoint": endpoint("oauth2/revoke"),
        "scopes_supported": scopes,
        "subject_types_supported": ["public"],
        "token_endpoint": endpoint("oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": endpoint("oauth2/userInfo"),
    }))
    .into_response()
}

/// `GET /{pool}/.well-known/jwks.json`.
pub(crate) async fn jwks(State(cognito): State<Cognito>, Path(pool_id): Path<String>) -> Response {
    match public_keys(&cognito, &pool_id).await {
        Ok(keys) => Json(keys).into_response(),
        Err(error) => not_found(&error),
    }
}

async fn public_keys(cognito: &Cognito, pool_id: &str) -> Result<Value, AwsError> {
    let keys = cognito
        .lock()
        .pools
        .get(pool_id)
        .map(|pool| pool.keys.clone())
        .ok_or_else(|| errors::no_pool(pool_id))?;
    Ok(keys.jwks().await?)
}

fn not_found(error: &AwsError) -> Response {
    let status = match error.status {
        500 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::NOT_FOUND,
    };
    (status, Json(json!({ "message": error.message }))).into_response()
}
