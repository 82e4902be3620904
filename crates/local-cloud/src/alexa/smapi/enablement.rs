//! Enabling a skill for the developer.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::{Refusal, Violation};
use super::place;
use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, NotEnabled};

type Address = Path<(String, String)>;

/// `GET /v1/skills/{skillId}/stages/{stage}/enablement`
pub(super) async fn read(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
) -> Result<StatusCode, Refusal> {
    let mut state = alexa.state();
    let skill = place::to_read(&mut state, &skill_id, &stage_name)?;
    if skill.enablement(&Customer::default()).is_some() {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(none(&skill_id))
    }
}

/// `PUT` of the same.
pub(super) async fn write(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
) -> Result<StatusCode, Refusal> {
    {
        let mut state = alexa.state();
        let skill = place::to_write(&mut state, &skill_id, &stage_name)?;
        if skill.pending.is_some() {
            return Err(Refusal::conflict(&skill_id));
        }
    }
    match alexa.enable(&Customer::default(), &skill_id) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(NotEnabled::UnknownSkill) => Err(Refusal::not_found(format!(
            "Skill not found with id: {skill_id}"
        ))),
        Err(NotEnabled::NoEndpoint) => Err(Refusal::bad_request(
            "The skill cannot be enabled.",
            vec![Violation::plain("Regionalized endpoints must not be empty")],
        )),
    }
}

/// `DELETE` of the same.
pub(super) async fn delete(
    State(alexa): State<Alexa>,
    Path((skill_id, stage_name)): Address,
) -> Result<StatusCode, Refusal> {
    place::to_write(&mut alexa.state(), &skill_id, &stage_name)?;
    if alexa.disable(&Customer::default(), &skill_id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(none(&skill_id))
    }
}

fn none(skill_id: &str) -> Refusal {
    Refusal::not_found(format!("The skill {skill_id} is not enabled."))
}
