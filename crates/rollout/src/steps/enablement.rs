//! Enabling the development stage for its developer, so that their devices can use it.

use smapi::SkillStage;

use models::ids::SkillId;

use crate::error::Error;
use crate::session::Session;

/// Whether it is enabled.
pub(crate) async fn observe(session: &Session<'_>, skill: &SkillId) -> Result<bool, Error> {
    Ok(session
        .smapi
        .is_enabled(skill, SkillStage::Development)
        .await?)
}

/// Enables it.
pub(crate) async fn ensure(session: &Session<'_>, skill: &SkillId) -> Result<((), String), Error> {
    if observe(session, skill).await? {
        return Ok(((), "unchanged".to_owned()));
    }
    session.may_change()?;
    session.smapi.enable(skill, SkillStage::Development).await?;
    Ok(((), "enabled".to_owned()))
}
