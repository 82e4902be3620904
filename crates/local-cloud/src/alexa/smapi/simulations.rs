//! Simulations: the same device, driven by the developer instead of a person.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/skill-simulation-api.html>

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::{Refusal, Violation};
use super::{object, place};
use crate::alexa::Alexa;
use crate::alexa::customer::Customer;
use crate::alexa::device::turn::{Said, Turn};

/// Whose sessions are simulated ones.
const DEVICE: &str = "amzn1.ask.device.SIMULATOR";

/// One simulation.
#[derive(Debug)]
pub(in crate::alexa) struct Simulation {
    skill_id: String,
    /// `None` while it runs.
    finished: Option<Value>,
}

/// `POST /v2/skills/{skillId}/stages/{stage}/simulations`
pub(super) async fn create(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let body = Value::Object(object(&body)?);
    let text = required(&body, "input", "content")?;
    let locale = required(&body, "device", "locale")?;
    let id = uuid::Uuid::new_v4().to_string();
    let customer = Customer::default();
    {
        let mut state = alexa.state();
        // The developer has the skill in development; nobody else can simulate.
        let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
        if skill.enablement(&customer).is_none() {
            return Err(Refusal::forbidden(format!(
                "The skill {skill_id} is not enabled for the caller; PUT its enablement first."
            )));
        }
        let running = |simulation: &Simulation| simulation.finished.is_none();
        if state.simulations.values().any(running) {
            return Err(Refusal::conflict(&skill_id));
        }
        if body["session"]["mode"] == "FORCE_NEW_SESSION" {
            state
                .sessions
                .remove(&(customer.clone(), DEVICE.to_owned()));
        }
        let simulation = Simulation {
            skill_id: skill_id.clone(),
            finished: None,
        };
        state.simulations.insert(id.clone(), simulation);
    }
    let answer = json!({ "id": id, "status": "IN_PROGRESS" });
    let location = format!("/v2/skills/{skill_id}/stages/{stage_name}/simulations/{id}");
    let said = Said {
        text,
        locale,
        customer,
        voice: None,
        device_id: DEVICE.to_owned(),
        only: Some(skill_id),
        region: None,
    };
    tokio::spawn(async move {
        let turn = alexa.say(&said).await;
        if let Some(simulation) = alexa.state().simulations.get_mut(&id) {
            simulation.finished = Some(describe(&id, &turn));
        }
    });
    Ok(([(header::LOCATION, location)], Json(answer)).into_response())
}

fn required(body: &Value, object: &str, name: &str) -> Result<String, Refusal> {
    body[object][name]
        .as_str()
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            Refusal::bad_request(
                "Simulation request is not valid.",
                vec![Violation::at(
                    &format!("$.{object}"),
                    "MISSING_REQUIRED_PROPERTY",
                    format!("Required property is missing: {object}.{name}."),
                )],
            )
        })
}

/// `GET /v2/skills/{skillId}/stages/{stage}/simulations/{simulationId}`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let mut state = alexa.state();
    place::to_read(&mut state, &skill_id, &stage_name)?;
    let simulation = state
        .simulations
        .get(&id)
        .filter(|simulation| simulation.skill_id == skill_id)
        .ok_or_else(|| Refusal::not_found(format!("Simulation not found with id: {id}")))?;
    Ok(Json(simulation.finished.clone().unwrap_or_else(
        || json!({ "id": id, "status": "IN_PROGRESS" }),
    )))
}

fn describe(id: &str, turn: &Turn) -> Value {
    let mut result = json!({
        "alexaExecutionInfo": {
            "alexaResponses": [{ "type": "Speech", "content": { "caption": turn.heard } }],
            "consideredIntents": turn.considered_intents(),
        },
        "skillExecutionInfo": {
            "invocations": turn.invocations.iter().map(|invoked| {
                let mut invocation = json!({
                    "invocationRequest": { "endpoint": invoked.endpoint, "body": invoked.request },
                    "metrics": { "skillExecutionTimeInMilliseconds": invoked.milliseconds },
                });
                if let Ok(answer) = invoked.answer()
                    && let Ok(body @ Value::Object(_)) = serde_json::from_slice(answer)
                {
                    invocation["invocationResponse"] = json!({ "body": body });
                }
                invocation
            }).collect::<Value>(),
        },
    });
    let failure = match (&turn.error, &turn.skill_id) {
        (Some(error), _) => Some(error.clone()),
        (None, None) => Some("The utterance did not reach the skill.".to_owned()),
        (None, Some(_)) => None,
    };
    let status = if let Some(message) = failure {
        result["error"] = json!({ "message": message });
        "FAILED"
    } else {
        "SUCCESSFUL"
    };
    json!({ "id": id, "status": status, "result": result })
}
