//! `/.well-known`: where a pool's endpoints and public keys are.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::base::guard::{Browsers, Caller, Door};
use crate::cognito::client_settings::STANDARD_SCOPES;
use crate::cognito::domain::base_url;
use crate::cognito::pool::Pool;
use crate::cognito::settings::IssuerType;
use crate::cognito::state::State as Pools;
use crate::cognito::tokens::issuer;
use crate::cognito::{Cognito, errors};

/// What is at the host of a form of issuer. A pool is at that of its own form alone; what Cognito has
/// at the other one is not published.
pub(crate) fn doors(form: IssuerType) -> [Door<Cognito>; 2] {
    [
        Door::get(
            "/{pool}/.well-known/openid-configuration",
            Caller::Anyone,
            async move |state, pool| configuration(state, pool, form),
        ),
        Door::get(
            "/{pool}/.well-known/jwks.json",
            Caller::Anyone,
            move |state, pool| jwks(state, pool, form),
        ),
    ]
    .map(|door| door.browsers(Browsers::Scripts(&[])))
}

fn configuration(
    State(cognito): State<Cognito>,
    Path(pool_id): Path<String>,
    form: IssuerType,
) -> Response {
    let urls = &cognito.shared.urls;
    let (issuer, base) = {
        let state = cognito.lock();
        match pool_at(&state, &pool_id, form) {
            Ok(pool) => (issuer(urls, pool), base_url(&pool.domains, urls)),
            Err(error) => return not_found(&error),
        }
    };
    let scopes: Vec<_> = STANDARD_SCOPES
        .iter()
        .filter(|scope| !scope.starts_with("aws."))
        .collect();
    let mut document = json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "scopes_supported": scopes,
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    // They are at the pool's domain, and are left out where there is none.
    for (name, path) in [
        ("authorization_endpoint", "oauth2/authorize"),
        ("end_session_endpoint", "logout"),
        ("revocation_endpoint", "oauth2/revoke"),
        ("token_endpoint", "oauth2/token"),
        ("userinfo_endpoint", "oauth2/userInfo"),
    ] {
        if let Some(base) = &base {
            document[name] = json!(format!("{base}/{path}"));
        }
    }
    Json(document).into_response()
}

async fn jwks(
    State(cognito): State<Cognito>,
    Path(pool_id): Path<String>,
    form: IssuerType,
) -> Response {
    match public_keys(&cognito, &pool_id, form).await {
        Ok(keys) => Json(keys).into_response(),
        Err(error) => not_found(&error),
    }
}

async fn public_keys(
    cognito: &Cognito,
    pool_id: &str,
    form: IssuerType,
) -> Result<Value, AwsError> {
    let keys = pool_at(&cognito.lock(), pool_id, form)?.keys.clone();
    Ok(keys.jwks().await?)
}

fn pool_at<'a>(state: &'a Pools, pool_id: &str, form: IssuerType) -> Result<&'a Pool, AwsError> {
    let pool = state.pools.get(pool_id);
    pool.filter(|pool| pool.settings.issuer_configuration.r#type == form)
        .ok_or_else(|| errors::no_pool(pool_id))
}

fn not_found(error: &AwsError) -> Response {
    let status = match error.status {
        500 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::NOT_FOUND,
    };
    (status, Json(json!({ "message": error.message }))).into_response()
}
