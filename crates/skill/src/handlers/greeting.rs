//! "Open account guide." "Hello!"

use std::time::Duration;

use models::response::Answer;
use skill_kit::{Account, LinkProblem, Reply};

use crate::Turn;

/// How long a greeting waits for a name.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn launch(turn: &Turn<'_>) -> Reply {
    let account = turn.account().await?;
    let name = first_name(&account).await?;
    let question = (turn.strings().what_to_ask)();
    let welcome = (turn.strings().welcome)(name.as_deref());
    Ok(Answer::ask(welcome.and(question.clone()), question))
}

pub(crate) async fn hello_world(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let name = first_name(account).await?;
    Ok(turn.answer((turn.strings().hello)(name.as_deref())))
}

/// The first name, if there is one and it is known soon: a name would be nice, but nobody has
/// asked for anything yet.
async fn first_name(account: &Account<'_>) -> Result<Option<String>, LinkProblem> {
    match account.profile_within(PATIENCE).await {
        Ok(profile) => Ok(profile.first_name().map(str::to_owned)),
        Err(LinkProblem::ProviderUnavailable(_) | LinkProblem::OutOfTime) => Ok(None),
        Err(problem) => Err(problem),
    }
}
