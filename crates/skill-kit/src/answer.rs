//! From a parsed request to an answer: which handler, and what became of it.

use models::request::{RequestBody, RequestEnvelope};
use models::response::{Acknowledgement, Answer, CanFulfill, CanFulfillAnswer, ResponseError};
use serde_json::Value;

use crate::outcome::Outcome;
use crate::{AccountUse, Intents, Problem, Reply, Turn, Words, events, linking};

/// An answer, and what to say about it in the log.
pub(crate) struct Answered {
    pub(crate) json: Value,
    pub(crate) outcome: Outcome,
}

impl Answered {
    /// An answer without words.
    pub(crate) fn silently(outcome: Outcome) -> Self {
        Self {
            json: Acknowledgement.render(),
            outcome,
        }
    }

    /// A spoken answer.
    pub(crate) fn aloud(answer: &Answer, outcome: Outcome) -> Result<Self, ResponseError> {
        Ok(Self {
            json: answer.render()?,
            outcome,
        })
    }
}

/// Whether Alexa lets a skill speak in answer to a request.
pub(crate) fn may_speak(body: &RequestBody) -> bool {
    matches!(
        body,
        RequestBody::Launch(_) | RequestBody::Intent(_) | RequestBody::SessionResumed(_)
    )
}

pub(crate) async fn answer<I: Intents>(
    request: &RequestEnvelope,
    turn: &Turn<'_, I>,
) -> Result<Answered, ResponseError> {
    if let Some(asked) = turn.asked() {
        return spoken(asked.answer(turn).await, turn.words());
    }
    match &request.request.body {
        RequestBody::CanFulfillIntent(question) => {
            let known = I::known(&question.intent.name);
            let can = match known.map(I::account_use) {
                Some(AccountUse::Public) => CanFulfill::Yes,
                Some(AccountUse::Linked) => CanFulfill::Maybe,
                None => CanFulfill::No,
            };
            Ok(Answered {
                json: CanFulfillAnswer::new(can).render(),
                outcome: Outcome::Answered,
            })
        }
        RequestBody::SkillEvent(event) => {
            let noted = events::note(event, turn).await;
            let outcome = noted.map_or_else(Outcome::Account, |()| Outcome::Noted);
            Ok(Answered::silently(outcome))
        }
        RequestBody::ExceptionEncountered(_) => Ok(Answered::silently(Outcome::ResponseRefused)),
        RequestBody::Launch(_)
        | RequestBody::Intent(_)
        | RequestBody::SessionResumed(_)
        | RequestBody::SessionEnded(_)
        | RequestBody::ConnectionsRequest(_)
        | RequestBody::ConnectionsResponse(_)
        | RequestBody::UserEvent(_)
        | RequestBody::Other(_) => Ok(Answered::silently(Outcome::Noted)),
    }
}

fn spoken(reply: Reply, words: &Words) -> Result<Answered, ResponseError> {
    match reply {
        Ok(answer) => Answered::aloud(&answer, Outcome::Answered),
        Err(Problem::Link(problem)) => {
            let answer = linking::answer(&problem, words);
            Answered::aloud(&answer, Outcome::Account(problem))
        }
        Err(Problem::Service(error)) => {
            Answered::aloud(&Answer::tell((words.broken)()), Outcome::Service(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ServiceError;
    use crate::small::Locale;
    use crate::{Locale as _, Problem};

    #[test]
    fn a_service_that_fails_is_no_fault_of_the_link() {
        let words = Locale::of(Some("en-US")).words();
        let error = ServiceError::Unsent("no route".to_owned());
        let answered = spoken(Err(Problem::from(error)), words).unwrap();
        let said = answered.json.to_string();
        assert!(said.contains("Sorry, something went wrong."), "{said}");
        assert!(
            !said.contains("LinkAccount") && !said.contains("account"),
            "{said}"
        );
        assert_eq!(answered.outcome.name(), "service-unavailable");
    }
}
