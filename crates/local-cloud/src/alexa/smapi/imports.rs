//! Imports of skill packages.
//!
//! What an import leads to is decided when it is accepted and published when its progress has been
//! asked for, so that a caller always meets `IN_PROGRESS` first, as with the real service.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::errors::{Refusal, Violation, to_json};
use super::package::{self, Package, Rejected};
use super::skill::{Change, Pending, Skill};
use super::{etag, manifest, object, place, skills, uploads};
use crate::alexa::Alexa;
use crate::base::pace::Progress;

/// One import.
#[derive(Debug)]
pub(in crate::alexa) struct Import {
    /// The skill that is updated, or the one that will be created.
    skill_id: String,
    creates: bool,
    progress: Progress,
    outcome: Result<Package, Rejected>,
    /// The package's entity tag, once it has been applied.
    etag: Option<String>,
    settled: bool,
}

/// `POST /v1/skills/imports`
pub(super) async fn create(State(alexa): State<Alexa>, body: Bytes) -> Result<Response, Refusal> {
    let body = object(&body)?;
    skills::owner(body.get("vendorId"))?;
    let content = content(&alexa, &body)?;
    let skill_id = Skill::new_id();
    let import = decide(&alexa, skill_id, true, &content);
    Ok(accept(&alexa, import))
}

/// `POST /v1/skills/{skillId}/imports`
pub(super) async fn update(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    place::skill(&mut alexa.state(), &skill_id)?;
    let content = content(&alexa, &object(&body)?)?;
    let import = decide(&alexa, skill_id.clone(), false, &content);
    {
        let mut state = alexa.state();
        let skill = place::skill(&mut state, &skill_id)?;
        if !etag::matches(&headers, skill.package_etag.as_deref()) {
            return Err(Refusal::precondition("skill package"));
        }
        if skill.pending.is_some() {
            return Err(Refusal::conflict(&skill_id));
        }
        skill.pending = Some(Pending {
            progress: Progress::start(alexa.pace()),
            change: Change::Import,
        });
    }
    Ok(accept(&alexa, import))
}

fn content(alexa: &Alexa, body: &Map<String, Value>) -> Result<Bytes, Refusal> {
    let Some(location) = body.get("location").and_then(Value::as_str) else {
        return Err(Refusal::bad_request(
            "Import request is not valid.",
            vec![Violation::at(
                "$",
                "MISSING_REQUIRED_PROPERTY",
                "Required property is missing: location.",
            )],
        ));
    };
    uploads::content(&alexa.state(), location)
}

fn decide(alexa: &Alexa, skill_id: String, creates: bool, content: &[u8]) -> Import {
    let outcome = package::parse(content).and_then(|mut package| {
        match manifest::triggers(alexa, &skill_id, package.manifest.take()) {
            Ok(manifest) => {
                package.manifest = manifest;
                Ok(package)
            }
            Err(violations) => Err(Rejected {
                resources: IndexMap::from([("Manifest".to_owned(), violations)]),
                ..Rejected::default()
            }),
        }
    });
    Import {
        skill_id,
        creates,
        progress: Progress::start(alexa.pace()),
        outcome,
        etag: None,
        settled: false,
    }
}

fn accept(alexa: &Alexa, import: Import) -> Response {
    let id = format!("amzn1.ask-package.import.{}", uuid::Uuid::new_v4());
    let location = format!("/v1/skills/imports/{id}");
    alexa.state().imports.insert(id, import);
    (StatusCode::ACCEPTED, [(header::LOCATION, location)]).into_response()
}

/// `GET /v1/skills/imports/{importId}`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path(import_id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let mut state = alexa.state();
    let import = state
        .imports
        .get_mut(&import_id)
        .ok_or_else(|| Refusal::not_found(format!("Import not found with id: {import_id}")))?;
    let answer = if import.progress.is_seen() {
        import.result()
    } else {
        import.running()
    };
    import.progress.seen();
    Ok(Json(answer))
}

impl Import {
    /// Applies the outcome once the import is over. A failed import leaves the skill as it was.
    pub(in crate::alexa) fn settle(
        &mut self,
        skills: &mut IndexMap<String, Skill>,
        now: Timestamp,
    ) {
        if self.settled || !self.progress.is_over() {
            return;
        }
        self.settled = true;
        if let Some(skill) = skills.get_mut(&self.skill_id) {
            skill.pending = None;
        }
        let Ok(package) = &self.outcome else { return };
        if self.creates {
            let skill = Skill::new(self.skill_id.clone(), now);
            skills.insert(self.skill_id.clone(), skill);
        }
        // Deleted in the meantime: nothing to apply to.
        let Some(skill) = skills.get_mut(&self.skill_id) else {
            return;
        };
        // A package is the whole skill: a locale that it lacks is gone.
        skill
            .models
            .retain(|locale, _| package.models.contains_key(locale));
        for (locale, model) in &package.models {
            skill.put_model(locale.clone(), model.clone(), now);
        }
        // Last, so that the manifest and the package share an entity tag.
        skill.put_manifest(package.manifest.clone(), now);
        self.etag.clone_from(&skill.package_etag);
    }

    fn running(&self) -> Value {
        let mut skill = json!({ "resources": self.resources("IN_PROGRESS") });
        if !self.creates {
            skill["skillId"] = self.skill_id.as_str().into();
        }
        json!({ "status": "IN_PROGRESS", "skill": skill })
    }

    fn result(&self) -> Value {
        match &self.outcome {
            Ok(package) => {
                let mut answer = json!({
                    "status": "SUCCEEDED",
                    "skill": {
                        "skillId": self.skill_id,
                        "resources": self.resources("SUCCEEDED"),
                    },
                });
                if let Some(etag) = &self.etag {
                    answer["skill"]["eTag"] = etag.as_str().into();
                }
                if !package.warnings.is_empty() {
                    answer["warnings"] = to_json(&package.warnings);
                }
                answer
            }
            Err(rejected) => {
                let mut answer = json!({
                    "status": "FAILED",
                    "skill": { "resources": self.resources("FAILED") },
                });
                // No skill comes into being when a first import fails.
                if !self.creates {
                    answer["skill"]["skillId"] = self.skill_id.as_str().into();
                }
                if !rejected.package.is_empty() {
                    answer["errors"] = to_json(&rejected.package);
                }
                answer
            }
        }
    }

    fn resources(&self, status: &str) -> Value {
        let action = if self.creates { "CREATE" } else { "UPDATE" };
        let resource = |name: &str| json!({ "name": name, "action": action, "status": status });
        match &self.outcome {
            Ok(package) => std::iter::once("Manifest".to_owned())
                .chain(
                    package
                        .models
                        .keys()
                        .map(|locale| format!("InteractionModel.{locale}")),
                )
                .map(|name| resource(&name))
                .collect(),
            Err(rejected) => rejected
                .resources
                .iter()
                .map(|(name, violations)| {
                    let mut resource = resource(name);
                    if status == "FAILED" {
                        resource["errors"] = to_json(violations);
                    }
                    resource
                })
                .collect(),
        }
    }
}
