//! Enabling the development stage for its developer, so that their devices can use it.

use smapi::SkillStage;

use models::ids::SkillId;

use crate::agreement::Agreement;
use crate::diff::Part;
use crate::diff::change::{Change, Kind};
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;

/// Whether it is enabled.
pub(crate) async fn observe(session: &Session<'_>, skill: &SkillId) -> Result<bool, Error> {
    Ok(session
        .smapi
        .is_enabled(skill, SkillStage::Development)
        .await?)
}

/// What would be done.
pub(crate) fn part(enabled: bool) -> Part {
    if enabled {
        return Part {
            unchanged: 1,
            ..Part::nothing(Step::Enablement)
        };
    }
    let change = Change::new(Kind::Added, "enablement for the developer", Vec::new());
    Part::of(Step::Enablement, "enable", vec![change], 0)
}

/// Enables it.
pub(crate) async fn ensure(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    skill: &SkillId,
) -> Result<((), String), Error> {
    if observe(session, skill).await? {
        return Ok(((), "unchanged".to_owned()));
    }
    session.may_change()?;
    agreement.agree(&part(false))?;
    session.smapi.enable(skill, SkillStage::Development).await?;
    Ok(((), "enabled".to_owned()))
}
