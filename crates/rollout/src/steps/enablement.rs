//! Enabling the development stage for its developer, so that their devices can use it.

use smapi::SkillStage;

use models::ids::SkillId;

use crate::agreement::Agreement;
use crate::diff::Part;
use crate::diff::change::{Change, Kind};
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;
use crate::steps::{Act, Look, Looked};

pub(crate) async fn look(session: &Session<'_>, skill: Option<&SkillId>) -> Look<()> {
    let enabled = match skill {
        Some(skill) => observe(session, skill).await?,
        None => false,
    };
    Ok(Looked::new([decide(enabled)], Some(())))
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    skill: &SkillId,
) -> Act<()> {
    let part = decide(observe(session, skill).await?);
    if part.action.is_none() {
        return Ok(((), "unchanged".to_owned()));
    }
    session.may_change()?;
    agreement.agree(&part)?;
    session.smapi.enable(skill, SkillStage::Development).await?;
    Ok(((), "enabled".to_owned()))
}

async fn observe(session: &Session<'_>, skill: &SkillId) -> Result<bool, Error> {
    Ok(session
        .smapi
        .is_enabled(skill, SkillStage::Development)
        .await?)
}

fn decide(enabled: bool) -> Part {
    if enabled {
        return Part {
            unchanged: 1,
            ..Part::nothing(Step::Enablement)
        };
    }
    let change = Change::new(Kind::Added, "enablement for the developer", Vec::new());
    Part::of(Step::Enablement, "enable", vec![change], 0)
}
