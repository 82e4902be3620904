//! The manifest of a skill.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::{Refusal, Violation};
use super::skill::{Change, Pending};
use super::{etag, manifest_rules, object, place};
use crate::alexa::Alexa;
use crate::base::pace::Progress;

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
        progress: Progress::start(alexa.pace()),
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

/// Whether the function's policy lets Alexa in, as far as that has got about.
fn may_invoke(alexa: &Alexa, arn: &str, skill_id: &str) -> bool {
    let allowed = alexa.inner.lambda.allows(arn, PRINCIPAL, skill_id);
    let key = (arn.to_owned(), skill_id.to_owned());
    let mut state = alexa.state();
    if !allowed {
        state.permissions.remove(&key);
        return false;
    }
    let since = *state.permissions.entry(key).or_insert_with(Instant::now);
    since.elapsed() >= alexa.pace().permission
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
        .filter(|arn| !may_invoke(alexa, arn, skill_id))
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
