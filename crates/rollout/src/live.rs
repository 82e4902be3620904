//! The live version of a skill, which customers have: it is what was certified, and stays that until
//! the next certification.
//!
//! Account linking, manifest and interaction models can be written to the development stage alone.
//! What both stages share is everything on AWS: the function behind the alias, the app client, the
//! domain, the pool.

use smapi::SkillStage;

use models::ids::SkillId;

use crate::diff::{LiveUsers, Part};
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;

/// Whether a skill has a live version.
pub(crate) async fn exists(session: &Session<'_>, skill: &SkillId) -> Result<bool, Error> {
    let live = session.smapi.manifest(skill, SkillStage::Live).await?;
    Ok(live.is_some())
}

/// When customers of a live skill notice what a step does; not at all, if it is the developer's own
/// affair.
pub(crate) fn noticed(step: &Step) -> Option<LiveUsers> {
    match step {
        Step::Identity
        | Step::Drift
        | Step::Build
        | Step::SkillStack(_)
        | Step::Resources
        | Step::ResourcesDrift
        | Step::FunctionDrift(_) => Some(LiveUsers::AtOnce),
        Step::Package | Step::Linking => Some(LiveUsers::NextCertification),
        Step::WhoAmI
        | Step::Delivery
        | Step::SignInDomain
        | Step::Skill
        | Step::Enablement
        | Step::Verify => None,
    }
}

/// Marks what a plan would do to a skill that is live.
pub(crate) fn mark(parts: &mut [Part]) {
    for part in parts.iter_mut().filter(|part| part.action.is_some()) {
        part.live_users = noticed(&part.step);
    }
}
