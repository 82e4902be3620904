//! What happens to the link while nobody speaks.
//!
//! Events can be late, repeated or out of order, so nothing here depends on any of that.

use models::request::{SkillEvent, SkillEventName};
use user_profile::LinkProblem;

use crate::{Intents, Turn};

/// Takes note of an event, and has the skill do so.
pub(crate) async fn note<I: Intents>(
    event: &SkillEvent,
    turn: &Turn<'_, I>,
) -> Result<(), LinkProblem> {
    match event.name {
        // The token that this user's requests will carry: better to learn from the log now that
        // it is of no use than from the user later.
        SkillEventName::SkillAccountLinked => {
            turn.account().await?;
        }
        // Disabling unlinks. Alexa drops its tokens; so does this.
        SkillEventName::SkillDisabled => {
            turn.forget_ended_links();
        }
        SkillEventName::SkillEnabled
        | SkillEventName::SkillPermissionAccepted
        | SkillEventName::SkillPermissionChanged
        | SkillEventName::ProactiveSubscriptionChanged
        | SkillEventName::NotificationSubscriptionChanged
        | SkillEventName::Other(_) => {}
    }
    I::event(event, turn).await
}
