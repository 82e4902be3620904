//! "Is my account linked?"

use skill_kit::{LinkProblem, Reply, ask_to_link};

use crate::Turn;

pub(crate) async fn account_status(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    let account = match turn.account().await {
        Err(LinkProblem::NotLinked) => return Ok(ask_to_link(strings.is_not_linked)),
        account => account?,
    };
    // A token that was revoked is still good offline; only the provider knows.
    let profile = account.profile().await?;
    Ok(turn.answer((strings.is_linked)(profile.first_name())))
}
