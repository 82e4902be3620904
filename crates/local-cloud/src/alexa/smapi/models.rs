//! The interaction models of a skill.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::skill::{Change, Pending, Versioned};
use super::{etag, model_rules, object, place};
use crate::alexa::Alexa;
use crate::base::pace::Progress;

type Address = Path<(String, String, String)>;

/// `GET /v1/skills/{skillId}/stages/{stage}/interactionModel/locales/{locale}`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path(address): Address,
) -> Result<Response, Refusal> {
    let model = find(&alexa, &address)?;
    let body = json!({
        "version": model.version.to_string(),
        "interactionModel": model.document,
    });
    Ok(([(header::ETAG, model.etag)], Json(body)).into_response())
}

/// `HEAD` of the same.
pub(super) async fn head(
    State(alexa): State<Alexa>,
    Path(address): Address,
) -> Result<Response, Refusal> {
    let model = find(&alexa, &address)?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, model.etag)]).into_response())
}

fn find(
    alexa: &Alexa,
    (skill_id, stage_name, locale): &(String, String, String),
) -> Result<Versioned, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_read(&mut state, skill_id, stage_name)?;
    skill.models.get(locale).cloned().ok_or_else(|| {
        Refusal::not_found(format!(
            "The skill {skill_id} has no interaction model for {locale}."
        ))
    })
}

/// `PUT` of the same.
pub(super) async fn write(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name, locale)): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
    let current = skill.models.get(&locale).map(|model| &*model.etag);
    if !etag::matches(&headers, current) {
        return Err(Refusal::precondition("interaction model"));
    }
    let decided = model_rules::check(&locale, &Value::Object(object(&body)?));
    if skill.pending.is_some() {
        return Err(Refusal::conflict(&skill_id));
    }
    skill.pending = Some(Pending {
        progress: Progress::start(alexa.pace()),
        change: Change::Model(locale, decided),
    });
    Ok((
        StatusCode::ACCEPTED,
        [(
            header::LOCATION,
            format!("/v1/skills/{skill_id}/status?resource=interactionModel"),
        )],
    )
        .into_response())
}
