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
mod structure;
pub(super) mod uploads;

use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, header};
use serde_json::Value;

use super::Alexa;
use super::state::fingerprint;
use crate::base::guard::{Caller, Door};
use errors::Refusal;

/// The largest skill package that is accepted, in bytes.
const PACKAGE_LIMIT: usize = 32 * 1024 * 1024;

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    use Caller::Developer;

    const STAGE: &str = "/v1/skills/{skill}/stages/{stage}";
    let model = format!("{STAGE}/interactionModel/locales/{{locale}}");
    let manifest = format!("{STAGE}/manifest");
    let linking = format!("{STAGE}/accountLinkingClient");
    let enablement = format!("{STAGE}/enablement");
    let simulations = "/v2/skills/{skill}/stages/{stage}/simulations";
    Door::all(
        alexa,
        [
            Door::get("/v1/vendors", Developer, skills::vendors),
            Door::get("/v1/skills", Developer, skills::list),
            Door::post("/v1/skills", Developer, skills::create),
            Door::post("/v1/skills/uploads", Developer, uploads::create),
            Door::post("/v1/skills/imports", Developer, imports::create),
            Door::get("/v1/skills/imports/{import}", Developer, imports::read),
            Door::delete("/v1/skills/{skill}", Developer, skills::delete),
            Door::post("/v1/skills/{skill}/imports", Developer, imports::update),
            Door::get("/v1/skills/{skill}/status", Developer, status::read),
            Door::get(&manifest, Developer, manifest::read),
            Door::put(&manifest, Developer, manifest::write),
            Door::head(&model, Developer, models::head),
            Door::get(&model, Developer, models::read),
            Door::put(&model, Developer, models::write),
            Door::get(&linking, Developer, linking::read),
            Door::put(&linking, Developer, linking::write),
            Door::delete(&linking, Developer, linking::delete),
            Door::get(&enablement, Developer, enablement::read),
            Door::put(&enablement, Developer, enablement::write),
            Door::delete(&enablement, Developer, enablement::delete),
            Door::post(simulations, Developer, simulations::create),
            Door::get(
                &format!("{simulations}/{{simulation}}"),
                Developer,
                simulations::read,
            ),
            Door::put(uploads::ROUTE, Caller::PresignedUrl, uploads::receive).limit(PACKAGE_LIMIT),
        ],
    )
}

/// Refuses a call that does not show what its door wants.
pub(super) fn ask(alexa: &Alexa, caller: Caller, parts: &Parts) -> Result<(), Box<Response>> {
    let asked = match caller {
        Caller::Developer => authenticate(alexa, &parts.headers),
        Caller::PresignedUrl => uploads::authenticate(alexa, &parts.uri),
        _ => Ok(()),
    };
    asked.map_err(|refusal| Box::new(refusal.into_response()))
}

/// ask-cli sends `Bearer {token}` from `ask smapi` and the bare token from `ask deploy`.
fn authenticate(alexa: &Alexa, headers: &HeaderMap) -> Result<(), Refusal> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
    match token {
        None => Err(Refusal::unauthorized("Authorization token is missing.")),
        Some(token) if issued(alexa, token) => Ok(()),
        Some(_) => Err(Refusal::unauthorized("Token is invalid or expired.")),
    }
}

/// Whether the stage has issued a token to the developer, for the time that it is now. A customer's
/// token says who they are, and opens nothing of the developer's.
fn issued(alexa: &Alexa, token: &str) -> bool {
    let expiry = alexa
        .state()
        .developer_tokens
        .get(&fingerprint(token))
        .copied();
    expiry.is_some_and(|expiry| alexa.now() < expiry)
}

/// A document without the byte order mark that a reader may ignore (RFC 8259, 8.1).
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// The JSON object in a body.
fn object(body: &[u8]) -> Result<serde_json::Map<String, Value>, Refusal> {
    match serde_json::from_slice(without_mark(body)) {
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
