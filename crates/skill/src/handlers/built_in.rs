//! Amazon's built-in intents. They are for anybody, linked or not, which certification tests.

use models::response::Answer;
use skill_kit::Reply;

use crate::Turn;

pub(crate) async fn help(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    Ok(Answer::ask((strings.help)(), (strings.what_to_ask)()))
}

pub(crate) async fn fallback(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    let question = (strings.what_to_ask)();
    Ok(Answer::ask((strings.not_understood)(), question))
}

/// Called when there is nothing to repeat. Otherwise what was asked last decides; see
/// `docs/add-an-intent.md`.
pub(crate) async fn repeat(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    let question = (strings.what_to_ask)();
    let nothing = (strings.nothing_to_repeat)();
    Ok(Answer::ask(nothing.and(question.clone()), question))
}

pub(crate) async fn stop(turn: &Turn<'_>) -> Reply {
    Ok(Answer::tell((turn.strings().goodbye)()))
}

pub(crate) async fn cancel(turn: &Turn<'_>) -> Reply {
    stop(turn).await
}

/// Alexa goes home by itself; the skill only has to let go.
pub(crate) async fn navigate_home(turn: &Turn<'_>) -> Reply {
    stop(turn).await
}
