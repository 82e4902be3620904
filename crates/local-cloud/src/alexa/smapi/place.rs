//! Which skill and stage a path means.

use super::errors::Refusal;
use super::skill::Skill;
use crate::alexa::state::State;

/// A skill's stages that SMAPI knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Development,
    /// Certified and not published: on a local stage everything certified is live at once.
    Certified,
    Live,
}

fn stage(name: &str) -> Result<Stage, Refusal> {
    match name {
        "development" => Ok(Stage::Development),
        "certified" => Ok(Stage::Certified),
        "live" => Ok(Stage::Live),
        other => Err(Refusal::bad_request(
            format!("The stage {other} is not one of development, certified and live."),
            Vec::new(),
        )),
    }
}

/// The skill that a path names, to be read at a stage.
pub(super) fn to_read<'a>(
    state: &'a mut State,
    skill_id: &str,
    stage_name: &str,
) -> Result<&'a mut Skill, Refusal> {
    let wanted = stage(stage_name)?;
    skill(state, skill_id)?;
    let found = match wanted {
        Stage::Development => state.skills.get_mut(skill_id),
        Stage::Live => state.live.get_mut(skill_id),
        Stage::Certified => None,
    };
    found.ok_or_else(|| {
        Refusal::not_found(format!(
            "Skill not found with id: {skill_id}, stage: {stage_name}"
        ))
    })
}

/// The skill that a path names, to be changed at a stage: only development can be.
pub(super) fn to_write<'a>(
    state: &'a mut State,
    skill_id: &str,
    stage_name: &str,
) -> Result<&'a mut Skill, Refusal> {
    let wanted = stage(stage_name)?;
    let skill = skill(state, skill_id)?;
    match wanted {
        Stage::Development => Ok(skill),
        Stage::Certified | Stage::Live => Err(Refusal::forbidden(format!(
            "The stage {stage_name} of a skill cannot be changed; change development instead."
        ))),
    }
}

/// The skill itself.
pub(super) fn skill<'a>(state: &'a mut State, skill_id: &str) -> Result<&'a mut Skill, Refusal> {
    state
        .skills
        .get_mut(skill_id)
        .ok_or_else(|| Refusal::not_found(format!("Skill not found with id: {skill_id}")))
}
