//! What a user asked for, in a form that a session may keep.
//!
//! "Say that again" is answered by asking once more, not from a copy of the words: words can be
//! personal, and session attributes travel with every request and response.

use std::collections::BTreeMap;

use models::request::{RequestBody, RequestEnvelope};
use serde_json::{Map, Value, json};

use crate::handlers::{Reply, launch};
use crate::{Intent, Turn};

/// The session attribute that holds what was asked last.
const ATTRIBUTE: &str = "lastAsked";
/// What a launch is called there. No intent can have this name: it has a space.
const LAUNCH: &str = "a launch";

/// Most bytes of choices that a session keeps. Alexa refuses answers of more than
/// [`MAX_RESPONSE_BYTES`](models::response::MAX_RESPONSE_BYTES), and ids come with the request.
const MOST_CHOICE_BYTES: usize = 10_000;

/// What a user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To open the skill.
    Launch,
    /// Something that an intent stands for.
    Intent(Intent, Choices),
}

/// The values of the interaction model that fill slots: the value's id by the slot's name. Never
/// what was said.
pub(crate) type Choices = BTreeMap<String, String>;

impl Asked {
    /// What a request asks for; `None` when it is not a user's. To repeat something is to ask for
    /// it again.
    pub(crate) fn of(request: &RequestEnvelope) -> Option<Self> {
        let asked = match &request.request.body {
            RequestBody::Launch(_) | RequestBody::SessionResumed(_) => Self::Launch,
            RequestBody::Intent(request) => Self::Intent(
                Intent::named(&request.intent.name),
                (request.intent.slots.iter().flatten())
                    .filter_map(|(name, slot)| Some((name.clone(), slot.resolved_id()?.to_owned())))
                    .collect(),
            ),
            _ => return None,
        };
        if let Self::Intent(Intent::Repeat, _) = asked
            && let Some(before) = Self::recall(request)
        {
            return Some(before);
        }
        Some(asked)
    }

    /// Answers.
    pub(crate) async fn answer(&self, turn: &Turn<'_>) -> Reply {
        let answer = match self {
            Self::Launch => launch(turn).await?,
            Self::Intent(intent, _) => intent.handle(turn).await?,
        };
        if self.is_short() {
            return Ok(answer.remember(ATTRIBUTE, self.to_attribute()));
        }
        Ok(answer)
    }

    /// Whether it fits into a session beside an answer.
    fn is_short(&self) -> bool {
        let length = |(slot, id): (&String, &String)| slot.len() + id.len();
        match self {
            Self::Launch => true,
            Self::Intent(_, choices) => {
                choices.iter().map(length).sum::<usize>() <= MOST_CHOICE_BYTES
            }
        }
    }

    /// The value chosen for a slot.
    pub(crate) fn choice(&self, slot: &str) -> Option<&str> {
        match self {
            Self::Launch => None,
            Self::Intent(_, choices) => choices.get(slot).map(String::as_str),
        }
    }

    fn to_attribute(&self) -> Value {
        match self {
            Self::Launch => json!({ "name": LAUNCH }),
            Self::Intent(intent, choices) => json!({ "name": intent.name(), "choices": choices }),
        }
    }

    /// What was asked last in the session of a request.
    fn recall(request: &RequestEnvelope) -> Option<Self> {
        let attributes = request.session.as_ref()?.attributes.as_ref()?;
        let attribute = attributes.get(ATTRIBUTE)?;
        let name = attribute["name"].as_str()?;
        if name == LAUNCH {
            return Some(Self::Launch);
        }
        let choices = attribute["choices"].as_object().map(choices);
        Some(Self::Intent(
            Intent::known(name)?,
            choices.unwrap_or_default(),
        ))
    }
}

fn choices(attribute: &Map<String, Value>) -> Choices {
    (attribute.iter())
        .filter_map(|(slot, id)| Some((slot.clone(), id.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(intent: &str, attributes: &Value) -> RequestEnvelope {
        let request = json!({
            "session": { "sessionId": "1", "attributes": attributes },
            "request": { "type": "IntentRequest", "intent": { "name": intent } }
        });
        serde_json::from_value(request).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_kept_is_recalled(
            intent in prop::sample::select(Intent::ALL),
            choices in prop::collection::btree_map("[a-zA-Z_]{1,8}", "\\PC{0,8}", 0..4),
        ) {
            for asked in [Asked::Launch, Asked::Intent(intent, choices)] {
                let attributes = json!({ ATTRIBUTE: asked.to_attribute() });
                let again = Asked::of(&request("AMAZON.RepeatIntent", &attributes));
                prop_assert_eq!(again, Some(asked.clone()));
                // Whatever else is asked is not a repetition.
                let other = Asked::of(&request("AMAZON.HelpIntent", &attributes));
                prop_assert_eq!(other, Some(Asked::Intent(Intent::Help, Choices::new())));
            }
        }
    }

    #[test]
    fn a_launch_is_no_intent() {
        assert_eq!(Intent::known(LAUNCH), None);
    }
}
