//! The Alexa Skill Management API.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/smapi-overview.html>; the shapes are those of the
//! published specification (npm package `ask-smapi-model`, `spec.json`).

mod enablement;
pub(super) mod errors;
mod etag;
pub(super) mod imports;
mod linking;
pub(super) mod linking_rules;
mod manifest;
mod manifest_rules;
mod model_rules;
mod models;
mod package;
mod place;
pub(super) mod simulations;
pub(super) mod skill;
mod skills;
mod status;
pub(super) mod uploads;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde_json::Value;

use super::state::fingerprint;
use super::{Alexa, DEVELOPER_ACCESS_TOKEN};
use errors::Refusal;

/// The largest skill package that is accepted, in bytes.
const PACKAGE_LIMIT: usize = 32 * 1024 * 1024;

pub(super) fn router(alexa: Alexa) -> Router {
    Router::new()
        .route("/v1/vendors", get(skills::vendors))
        .route("/v1/skills", get(skills::list).post(skills::create))
        .route("/v1/skills/uploads", post(uploads::create))
        .route("/v1/skills/imports", post(imports::create))
        .route("/v1/skills/imports/{import}", get(imports::read))
        .route("/v1/skills/{skill}", delete(skills::delete))
        .route("/v1/skills/{skill}/imports", post(imports::update))
        .route("/v1/skills/{skill}/status", get(status::read))
        .route(
            "/v1/skills/{skill}/stages/{stage}/manifest",
            get(manifest::read).put(manifest::write),
        )
        .route(
            "/v1/skills/{skill}/stages/{stage}/interactionModel/locales/{locale}",
            get(models::read).head(models::head).put(models::write),
        )
        .route(
            "/v1/skills/{skill}/stages/{stage}/accountLinkingClient",
            get(linking::read)
                .put(linking::write)
                .delete(linking::delete),
        )
        .route(
            "/v1/skills/{skill}/stages/{stage}/enablement",
            get(enablement::read)
                .put(enablement::write)
                .delete(enablement::delete),
        )
        .route(
            "/v2/skills/{skill}/stages/{stage}/simulations",
            post(simulations::create),
        )
        .route(
            "/v2/skills/{skill}/stages/{stage}/simulations/{simulation}",
            get(simulations::read),
        )
        .route_layer(from_fn_with_state(alexa.clone(), authenticate))
        // An upload URL is its own permission, as a presigned S3 URL is.
        .route(
            uploads::ROUTE,
            put(uploads::receive).layer(DefaultBodyLimit::max(PACKAGE_LIMIT)),
        )
        .fallback(unknown)
        .with_state(alexa)
}

async fn unknown(request: Request) -> Refusal {
    Refusal::not_found(format!(
        "No operation {} {} is known.",
        request.method(),
        request.uri().path()
    ))
}

/// ask-cli sends `Bearer {token}` from `ask smapi` and the bare token from `ask deploy`.
async fn authenticate(State(alexa): State<Alexa>, request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
    match token {
        None => Refusal::unauthorized("Authorization token is missing.").into_response(),
        Some(token) if accepted(&alexa, token) => next.run(request).await,
        Some(_) => Refusal::unauthorized("Token is invalid or expired.").into_response(),
    }
}

fn accepted(alexa: &Alexa, token: &str) -> bool {
    if token == DEVELOPER_ACCESS_TOKEN {
        return true;
    }
    let state = alexa.state();
    // A customer's token says who they are, and opens nothing of the developer's.
    if state.amazon.tokens.knows(token) {
        return false;
    }
    let expiry = state.developer_tokens.get(&fingerprint(token)).copied();
    drop(state);
    match expiry {
        Some(expiry) => alexa.now() < expiry,
        // Issued elsewhere, so as opaque to SMAPI as to anybody.
        None => token.starts_with("Atza|"),
    }
}

/// The JSON object in a body.
fn object(body: &[u8]) -> Result<serde_json::Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Refusal::bad_request(
            "Request body is not valid.",
            vec![errors::Violation::plain("The body is not a JSON object.")],
        )),
        Err(_) if body.is_empty() => Err(Refusal::bad_request(
            "Request body is not valid.",
            vec![errors::Violation::empty_body()],
        )),
        Err(source) => Err(Refusal::bad_request(
            "Request body is not valid.",
            vec![errors::Violation::plain(format!(
                "The body is not valid JSON: {source}."
            ))],
        )),
    }
}
