//! "Open account guide."

use std::time::Duration;

use models::response::Answer;
use user_profile::LinkProblem;

use crate::Turn;

/// How long a greeting waits for a name.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn launch(turn: &Turn<'_>) -> Result<Answer, LinkProblem> {
    let account = turn.account().await?;
    let welcome = turn.strings().welcome;
    let greeting = match account.profile_within(PATIENCE).await {
        Ok(profile) => welcome(profile.first_name()),
        // A name would be nice, but nobody has asked for anything yet.
        Err(LinkProblem::ProviderUnavailable(_) | LinkProblem::OutOfTime) => welcome(None),
        Err(problem) => return Err(problem),
    };
    let question = (turn.strings().what_to_ask)();
    Ok(Answer::ask(greeting.and(question.clone()), question))
}
