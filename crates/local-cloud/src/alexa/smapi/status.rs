//! How far the writes to a skill are.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::errors::{Refusal, Violation, to_json};
use super::place;
use super::skill::{Change, Skill};
use crate::alexa::Alexa;

/// `GET /v1/skills/{skillId}/status`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let wanted = resources(&query.unwrap_or_default())?;
    let mut state = alexa.state();
    let skill = place::skill(&mut state, &skill_id)?;
    let answer = status(skill, &wanted);
    if let Some(pending) = &mut skill.pending
        && !matches!(pending.change, Change::Import)
    {
        pending.progress.seen();
    }
    Ok(Json(answer))
}

fn resources(query: &str) -> Result<Vec<String>, Refusal> {
    let wanted: Vec<String> = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "resource")
        .map(|(_, value)| value.into_owned())
        .collect();
    let known = [
        "manifest",
        "interactionModel",
        "hostedSkillProvisioning",
        "hostedSkillDeployment",
    ];
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(wanted),
        Some(other) => Err(Refusal::bad_request(
            format!("The resource {other} is not one of {}.", known.join(", ")),
            Vec::new(),
        )),
    }
}

fn status(skill: &Skill, wanted: &[String]) -> Value {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut answer = json!({});
    if is_wanted("manifest") {
        answer["manifest"] = manifest(skill);
    }
    let models = models(skill);
    if is_wanted("interactionModel") && models.as_object().is_some_and(|models| !models.is_empty())
    {
        answer["interactionModel"] = models;
    }
    answer
}

fn manifest(skill: &Skill) -> Value {
    let running = matches!(
        skill.pending.as_ref().map(|pending| &pending.change),
        Some(Change::Manifest(_) | Change::Import)
    );
    let mut answer = json!({ "lastUpdateRequest": last_update(running, &skill.manifest_errors) });
    if let Some(manifest) = &skill.manifest {
        answer["eTag"] = manifest.etag.as_str().into();
    }
    answer
}

fn models(skill: &Skill) -> Value {
    let pending = skill.pending.as_ref().map(|pending| &pending.change);
    let mut locales: Vec<&String> = skill.models.keys().collect();
    locales.extend(skill.model_errors.keys());
    if let Some(Change::Model(locale, _)) = pending {
        locales.push(locale);
    }
    let mut answer = json!({});
    for locale in locales {
        let running = match pending {
            Some(Change::Model(other, _)) => other == locale,
            Some(Change::Import) => true,
            Some(Change::Manifest(_)) | None => false,
        };
        let errors = skill
            .model_errors
            .get(locale)
            .map_or(&[][..], Vec::as_slice);
        let mut update = last_update(running, errors);
        let status = update["status"].clone();
        update["buildDetails"] = json!({
            "steps": [
                { "name": "LANGUAGE_MODEL_QUICK_BUILD", "status": status },
                { "name": "LANGUAGE_MODEL_FULL_BUILD", "status": status },
            ],
        });
        answer[locale] = json!({ "lastUpdateRequest": update });
        if let Some(model) = skill.models.get(locale) {
            answer[locale]["eTag"] = model.etag.as_str().into();
            answer[locale]["version"] = model.version.to_string().into();
        }
    }
    answer
}

fn last_update(running: bool, errors: &[Violation]) -> Value {
    if running {
        json!({ "status": "IN_PROGRESS" })
    } else if errors.is_empty() {
        json!({ "status": "SUCCEEDED" })
    } else {
        json!({ "status": "FAILED", "errors": to_json(errors) })
    }
}
