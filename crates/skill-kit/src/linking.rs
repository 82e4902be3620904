//! What to say when there is no account to speak of.

use models::response::{Answer, Card, Speech};
use user_profile::LinkProblem;

use crate::Words;

/// Answers a user without a usable account. Only what a new link would mend gets the card that
/// starts one.
pub(crate) fn answer(problem: &LinkProblem, words: &Words) -> Answer {
    match problem {
        LinkProblem::NotLinked => ask_to_link(words.please_link),
        LinkProblem::SpeakerNotLinked => ask_to_link(words.link_your_own),
        LinkProblem::Expired(_) => ask_to_link(words.link_expired),
        LinkProblem::Foreign(_) => ask_to_link(words.wrong_account),
        LinkProblem::ProviderUnavailable(_) => Answer::tell((words.accounts_unavailable)()),
        LinkProblem::OutOfTime => Answer::tell((words.out_of_time)()),
    }
}

/// An answer with the card that starts linking. The session ends: linking happens in the Alexa app and
/// takes minutes.
pub fn ask_to_link(words: fn() -> Speech) -> Answer {
    Answer::tell(words()).with_card(Card::LinkAccount)
}
