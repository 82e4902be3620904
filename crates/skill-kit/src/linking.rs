//! What to say when there is no account to speak of.

use models::response::{Answer, Card, Speech};
use user_profile::LinkProblem;

use crate::Strings;

/// Answers a user without a usable account. Only what a new link would mend gets the card that
/// starts one.
pub(crate) fn answer(problem: &LinkProblem, strings: &Strings) -> Answer {
    match problem {
        LinkProblem::NotLinked => ask_to_link(strings.please_link),
        LinkProblem::SpeakerNotLinked => ask_to_link(strings.link_your_own),
        LinkProblem::Expired(_) => ask_to_link(strings.link_expired),
        LinkProblem::Foreign(_) => ask_to_link(strings.wrong_account),
        LinkProblem::ProviderUnavailable(_) => Answer::tell((strings.accounts_unavailable)()),
        LinkProblem::OutOfTime => Answer::tell((strings.out_of_time)()),
    }
}

/// The session ends: linking happens in the Alexa app and takes minutes.
pub(crate) fn ask_to_link(words: fn() -> Speech) -> Answer {
    Answer::tell(words()).with_card(Card::LinkAccount)
}
