//! What a user asked for, in a form that a session may keep.
//!
//! "Say that again" is answered by asking once more, not from a copy of the words: words can be
//! personal, and session attributes travel with every request and response. What has an effect is
//! not asked again, and what one speaker asked for is nothing to repeat for another.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use models::request::{RequestBody, RequestEnvelope};
use models::response::Answer;
use serde_json::{Map, Value, json};

use crate::{Intents, Repeating, Reply, Turn};

/// The session attribute that holds what was asked last.
const ATTRIBUTE: &str = "lastAsked";
/// What a launch is called there. No intent can have this name: it has a space.
const LAUNCH: &str = "a launch";
/// The built-in intent for "say that again".
const REPEAT: &str = "AMAZON.RepeatIntent";

/// Most bytes of choices that a session keeps. Alexa refuses answers of more than
/// [`MAX_RESPONSE_BYTES`](models::response::MAX_RESPONSE_BYTES), and ids come with the request.
const MOST_CHOICE_BYTES: usize = 10_000;

/// What a user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked<I> {
    wish: Wish<I>,
    /// The [`mark`] of the recognised speaker; `None` when Alexa recognised nobody.
    speaker: Option<String>,
    /// Whether the user wants it repeated.
    again: bool,
}

/// What there is to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish<I> {
    /// To open the skill.
    Launch,
    /// Something that an intent stands for.
    Intent(I, Choices),
}

/// The values of the interaction model that fill slots: the value's id by the slot's name. Never
/// what was said.
type Choices = BTreeMap<String, String>;

impl<I: Intents> Asked<I> {
    /// What a request asks for; `None` when it is not a user's.
    pub(crate) fn of(request: &RequestEnvelope) -> Option<Self> {
        let wish = match &request.request.body {
            RequestBody::Launch(_) | RequestBody::SessionResumed(_) => Wish::Launch,
            RequestBody::Intent(request) => Wish::Intent(
                I::named(&request.intent.name),
                (request.intent.slots.iter().flatten())
                    .filter_map(|(name, slot)| Some((name.clone(), slot.resolved_id()?.to_owned())))
                    .collect(),
            ),
            _ => return None,
        };
        let asked = Self {
            wish,
            speaker: mark(request),
            again: false,
        };
        let before = match &asked.wish {
            Wish::Intent(intent, _) if intent.name() == REPEAT => asked.before(request),
            Wish::Launch | Wish::Intent(..) => None,
        };
        Some(before.unwrap_or(asked))
    }

    /// Answers.
    pub(crate) async fn answer(&self, turn: &Turn<'_, I>) -> Reply {
        let answer = match &self.wish {
            wish if self.again && wish.repeating() == Repeating::DoneAlready => done_already(turn),
            Wish::Launch => I::launch(turn).await?,
            Wish::Intent(intent, _) => intent.handle(turn).await?,
        };
        if self.is_short() {
            return Ok(answer.remember(ATTRIBUTE, self.to_attribute()));
        }
        Ok(answer)
    }

    /// Whether it fits into a session beside an answer.
    fn is_short(&self) -> bool {
        let length = |(slot, id): (&String, &String)| slot.len() + id.len();
        match &self.wish {
            Wish::Launch => true,
            Wish::Intent(_, choices) => {
                choices.iter().map(length).sum::<usize>() <= MOST_CHOICE_BYTES
            }
        }
    }

    /// The value chosen for a slot.
    pub(crate) fn choice(&self, slot: &str) -> Option<&str> {
        match &self.wish {
            Wish::Launch => None,
            Wish::Intent(_, choices) => choices.get(slot).map(String::as_str),
        }
    }

    fn to_attribute(&self) -> Value {
        let mut attribute = match &self.wish {
            Wish::Launch => json!({ "name": LAUNCH }),
            Wish::Intent(intent, choices) => json!({ "name": intent.name(), "choices": choices }),
        };
        if let Some(speaker) = &self.speaker {
            attribute["speaker"] = speaker.as_str().into();
        }
        attribute
    }

    /// What the same speaker asked last in the session of a request.
    fn before(&self, request: &RequestEnvelope) -> Option<Self> {
        let attributes = request.session.as_ref()?.attributes.as_ref()?;
        let attribute = attributes.get(ATTRIBUTE)?;
        if attribute.get("speaker").and_then(Value::as_str) != self.speaker.as_deref() {
            return None;
        }
        let wish = match attribute["name"].as_str()? {
            LAUNCH => Wish::Launch,
            name => {
                let choices = attribute["choices"].as_object().map(choices);
                Wish::Intent(I::known(name)?, choices.unwrap_or_default())
            }
        };
        Some(Self {
            wish,
            speaker: self.speaker.clone(),
            again: true,
        })
    }
}

impl<I: Intents> Wish<I> {
    fn repeating(&self) -> Repeating {
        match self {
            Self::Launch => Repeating::AskAgain,
            Self::Intent(intent, _) => intent.repeating(),
        }
    }
}

/// A mark that tells the speakers of one session apart, so that no id is kept there. It means nothing
/// in another session, nor to a bootstrap of another compiler: then there is nothing to repeat.
fn mark(request: &RequestEnvelope) -> Option<String> {
    let person = request.person()?;
    let session = request.session.as_ref().map(|session| &session.session_id);
    let mut hasher = DefaultHasher::new();
    (session, &person.person_id).hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}

fn done_already<I: Intents>(turn: &Turn<'_, I>) -> Answer {
    turn.answer((turn.words().done_already)())
}

fn choices(attribute: &Map<String, Value>) -> Choices {
    (attribute.iter())
        .filter_map(|(slot, id)| Some((slot.clone(), id.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::small::Intent;

    fn request(intent: &str, attributes: &Value, speaker: Option<&str>) -> RequestEnvelope {
        let person = speaker.map(|id| json!({ "personId": id }));
        let request = json!({
            "session": { "sessionId": "1", "attributes": attributes },
            "context": { "System": { "person": person } },
            "request": { "type": "IntentRequest", "intent": { "name": intent } }
        });
        serde_json::from_value(request).unwrap()
    }

    fn asked(intent: &str, attributes: &Value, speaker: Option<&str>) -> Asked<Intent> {
        Asked::of(&request(intent, attributes, speaker)).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_kept_is_recalled(
            intent in prop::sample::select(Intent::ALL),
            choices in prop::collection::btree_map("[a-zA-Z_]{1,8}", "\\PC{0,8}", 0..4),
            speaker in option::of("[a-z]{1,8}"),
        ) {
            for wish in [Wish::Launch, Wish::Intent(intent, choices)] {
                let mark = asked("AMAZON.HelpIntent", &json!({}), speaker.as_deref()).speaker;
                let first = Asked { wish: wish.clone(), speaker: mark, again: false };
                let attributes = json!({ ATTRIBUTE: first.to_attribute() });
                let repeated = asked("AMAZON.RepeatIntent", &attributes, speaker.as_deref());
                prop_assert_eq!(&repeated, &Asked { again: true, ..first.clone() });
                // It can be repeated once more.
                prop_assert_eq!(repeated.to_attribute(), first.to_attribute());
                // Whatever else is asked is not a repetition.
                let other = asked("AMAZON.HelpIntent", &attributes, speaker.as_deref());
                prop_assert_eq!(other.wish, Wish::Intent(Intent::Help, Choices::new()));
                prop_assert!(!other.again);
            }
        }

        #[test]
        fn nobody_has_repeated_what_another_speaker_asked(
            intent in prop::sample::select(Intent::ALL),
            before in option::of("[ab]{0,2}"),
            now in option::of("[ab]{0,2}"),
        ) {
            let first = asked(intent.name(), &json!({}), before.as_deref());
            let attributes = json!({ ATTRIBUTE: first.to_attribute() });
            let repeated = asked("AMAZON.RepeatIntent", &attributes, now.as_deref());
            prop_assert_eq!(repeated.again, before == now);
            if before != now {
                prop_assert_eq!(repeated.wish, Wish::Intent(Intent::Repeat, Choices::new()));
            }
        }
    }

    #[test]
    fn a_launch_is_no_intent() {
        assert_eq!(Intent::known(LAUNCH), None);
    }
}
