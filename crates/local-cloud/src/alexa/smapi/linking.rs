//! The account linking of a skill.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/account-linking-operations.html>

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::errors::Refusal;
use super::{etag, linking_rules, object, place};
use crate::alexa::Alexa;
use crate::alexa::state::opaque;

type Address = Path<(String, String)>;

/// `GET /v1/skills/{skillId}/stages/{stage}/accountLinkingClient`
///
/// On the wire the document is wrapped, although the specification has it flat.
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
) -> Result<Response, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_read(&mut state, &skill_id, &stage_name)?;
    let linking = skill.linking.as_ref().ok_or_else(|| none(&skill_id))?;
    let mut document = linking.document.clone();
    match skill.pkce {
        Some(true) => {
            document["pkceConfiguration"] =
                json!({ "status": "ENABLED", "codeChallengeMethod": "S256" });
        }
        Some(false) => document["pkceConfiguration"] = json!({ "status": "DISABLED" }),
        None => {}
    }
    Ok((
        [(header::ETAG, linking.etag.clone())],
        Json(json!({ "accountLinkingResponse": document })),
    )
        .into_response())
}

/// `PUT` of the same.
pub(super) async fn write(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
    let current = skill.linking.as_ref().map(|linking| &*linking.etag);
    if !etag::matches(&headers, current) {
        return Err(Refusal::precondition("account linking"));
    }
    let etag = opaque();
    let accepted = linking_rules::parse(&object(&body)?, etag.clone()).map_err(|violations| {
        Refusal::bad_request("Account linking information is not valid.", violations)
    })?;
    skill.linking = Some(accepted.linking);
    // Whoever says nothing about PKCE leaves the developer console's switch as it is.
    skill.pkce = accepted.pkce.or(skill.pkce);
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag)]).into_response())
}

/// `DELETE` of the same.
pub(super) async fn delete(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
) -> Result<StatusCode, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
    skill.linking.take().ok_or_else(|| none(&skill_id))?;
    skill.pkce = None;
    Ok(StatusCode::NO_CONTENT)
}

fn none(skill_id: &str) -> Refusal {
    Refusal::not_found(format!("The skill {skill_id} has no account linking."))
}
