//! The manifest of a skill.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::{Refusal, Violation};
use super::skill::{Change, Pending, Progress};
use super::{etag, manifest_rules, object, place};
use crate::alexa::Alexa;

/// Who invokes a custom skill's function.
const PRINCIPAL: &str = "alexa-appkit.amazon.com";

/// `GET /v1/skills/{skillId}/stages/{stage}/manifest`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_read(&mut state, &skill_id, &stage_name)?;
    match &skill.manifest {
        Some(manifest) => Ok((
            [(header::ETAG, manifest.etag.clone())],
            Json(json!({ "manifest": manifest.document })),
        )
            .into_response()),
        None if skill.pending.is_some() => Ok((
            StatusCode::SEE_OTHER,
            [(header::LOCATION, format!("/v1/skills/{skill_id}/status"))],
        )
            .into_response()),
        None => Err(Refusal::not_found(format!(
            "The skill {skill_id} has no manifest."
        ))),
    }
}

/// `PUT /v1/skills/{skillId}/stages/{stage}/manifest`
pub(super) async fn write(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    {
        let mut state = alexa.state();
        let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
        let current = skill.manifest.as_ref().map(|manifest| &*manifest.etag);
        if !etag::matches(&headers, current) {
            return Err(Refusal::precondition("manifest"));
        }
    }
    let mut body = object(&body)?;
    let Some(document) = body.remove("manifest") else {
        return Err(Refusal::bad_request(
            "Manifest is not valid.",
            vec![Violation::empty_body()],
        ));
    };
    let document = manifest_rules::check(&document)
        .map_err(|violations| Refusal::bad_request("Manifest is not valid.", violations))?;
    let decided = triggers(&alexa, &skill_id, document);

    let mut state = alexa.state();
    let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
    if skill.pending.is_some() {
        return Err(Refusal::conflict(&skill_id));
    }
    skill.pending = Some(Pending {
        progress: Progress::start(),
        change: Change::Manifest(decided),
    });
    Ok((
        StatusCode::ACCEPTED,
        [(
            header::LOCATION,
            format!("/v1/skills/{skill_id}/status?resource=manifest"),
        )],
    )
        .into_response())
}

/// Refuses a manifest whose functions Alexa may not invoke for this skill.
pub(super) fn triggers(
    alexa: &Alexa,
    skill_id: &str,
    document: Value,
) -> Result<Value, Vec<Violation>> {
    let arns: BTreeSet<&str> = manifest_rules::lambda_arns(&document);
    let violations: Vec<Violation> = arns
        .into_iter()
        .filter(|arn| !alexa.inner.lambda.allows(arn, PRINCIPAL, skill_id))
        .map(|arn| {
            Violation::plain(format!(
                "The trigger setting for the Lambda {arn} is invalid."
            ))
        })
        .collect();
    if violations.is_empty() {
        Ok(document)
    } else {
        Err(violations)
    }
}
