//! Amazon's built-in intents. They are for anybody, linked or not, which certification tests.

use models::response::Answer;

use crate::Turn;

pub(crate) async fn help(turn: &Turn<'_>) -> Answer {
    Answer::ask((turn.strings().help)(), (turn.strings().what_to_ask)())
}

pub(crate) async fn fallback(turn: &Turn<'_>) -> Answer {
    Answer::ask(
        (turn.strings().not_understood)(),
        (turn.strings().what_to_ask)(),
    )
}

pub(crate) async fn stop(turn: &Turn<'_>) -> Answer {
    Answer::tell((turn.strings().goodbye)())
}

pub(crate) async fn cancel(turn: &Turn<'_>) -> Answer {
    stop(turn).await
}

/// Alexa goes home by itself; the skill only has to let go.
pub(crate) async fn navigate_home(turn: &Turn<'_>) -> Answer {
    stop(turn).await
}
