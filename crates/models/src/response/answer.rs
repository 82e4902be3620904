//! Whole answers: one that speaks, and one that does not.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::limits::{check_card, check_directives, check_size, check_speech};
use super::{Card, Directive, RawDirective, ResponseError, Speech};

pub(super) const VERSION: &str = "1.0";

/// An answer to a launch or an intent: Alexa speaks, and either waits for a reply or says
/// goodbye.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    speech: Speech,
    then: Then,
    card: Option<Card>,
    raw: Vec<RawDirective>,
}

#[derive(Debug, Clone, PartialEq)]
enum Then {
    Listen(Listening),
    Close,
}

/// What goes with waiting for a reply.
#[derive(Debug, Clone, PartialEq)]
struct Listening {
    reprompt: Speech,
    directives: Vec<Directive>,
    attributes: Map<String, Value>,
}

/// An answer that waits for a reply, and may therefore remember something or carry directives.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    speech: Speech,
    listening: Listening,
    card: Option<Card>,
}

impl Question {
    /// Says something and waits for a reply. The reprompt is said after some seconds of silence.
    pub fn new(speech: Speech, reprompt: Speech) -> Self {
        Self {
            speech,
            listening: Listening {
                reprompt,
                directives: Vec::new(),
                attributes: Map::new(),
            },
            card: None,
        }
    }

    /// Adds a directive.
    #[must_use]
    pub fn with_directive(mut self, directive: Directive) -> Self {
        self.listening.directives.push(directive);
        self
    }

    /// Asks Alexa to send a value back with the next request of the session. It leaves the skill
    /// with every answer, so it must not be personal.
    #[must_use]
    pub fn remember(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.listening.attributes.insert(name.into(), value.into());
        self
    }

    /// Puts a card into the Alexa app.
    #[must_use]
    pub fn with_card(mut self, card: Card) -> Self {
        self.card = Some(card);
        self
    }
}

impl From<Question> for Answer {
    fn from(question: Question) -> Self {
        Self {
            speech: question.speech,
            then: Then::Listen(question.listening),
            card: question.card,
            raw: Vec::new(),
        }
    }
}

impl Answer {
    /// Says something and waits for a reply: a [`Question`] without anything else.
    pub fn ask(speech: Speech, reprompt: Speech) -> Self {
        Question::new(speech, reprompt).into()
    }

    /// Says something and ends the session.
    pub fn tell(speech: Speech) -> Self {
        Self {
            speech,
            then: Then::Close,
            card: None,
            raw: Vec::new(),
        }
    }

    /// Puts a card into the Alexa app.
    #[must_use]
    pub fn with_card(mut self, card: Card) -> Self {
        self.card = Some(card);
        self
    }

    /// Asks Alexa to send a value back with the next request of the session. Without effect on an
    /// answer that ends the session: there is no next request. It leaves the skill with every
    /// answer, so it must not be personal.
    #[must_use]
    pub fn remember(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        if let Then::Listen(listening) = &mut self.then {
            listening.attributes.insert(name.into(), value.into());
        }
        self
    }

    /// Adds a directive that has no type of its own, such as a document for a screen.
    #[must_use]
    pub fn with_raw_directive(mut self, directive: RawDirective) -> Self {
        self.raw.push(directive);
        self
    }

    /// What is said.
    pub fn speech(&self) -> &Speech {
        &self.speech
    }

    /// What is said after some seconds of silence.
    pub fn reprompt(&self) -> Option<&Speech> {
        match &self.then {
            Then::Listen(listening) => Some(&listening.reprompt),
            Then::Close => None,
        }
    }

    /// The card.
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// Whether Alexa waits for a reply.
    pub fn keeps_session(&self) -> bool {
        matches!(self.then, Then::Listen(_))
    }

    /// The answer as the Lambda returns it.
    pub fn render(&self) -> Result<Value, ResponseError> {
        let mut response = Map::new();
        response.insert("outputSpeech".into(), render("outputSpeech", &self.speech)?);
        if let Some(card) = &self.card {
            check_card(card.characters())?;
            response.insert("card".into(), to_json(card)?);
        }
        let mut envelope = Map::new();
        envelope.insert("version".into(), VERSION.into());
        let mut directives = Vec::new();
        match &self.then {
            Then::Listen(Listening {
                reprompt,
                directives: dialog,
                attributes,
            }) => {
                check_directives(dialog)?;
                let again = render("reprompt", reprompt)?;
                response.insert("reprompt".into(), json!({ "outputSpeech": again }));
                for directive in dialog {
                    directives.push(to_json(directive)?);
                }
                response.insert("shouldEndSession".into(), false.into());
                if !attributes.is_empty() {
                    envelope.insert("sessionAttributes".into(), attributes.clone().into());
                }
            }
            Then::Close => {
                response.insert("shouldEndSession".into(), true.into());
            }
        }
        for directive in &self.raw {
            directives.push(to_json(directive)?);
        }
        if !directives.is_empty() {
            response.insert("directives".into(), directives.into());
        }
        envelope.insert("response".into(), response.into());
        let envelope = Value::Object(envelope);
        check_size(&envelope)?;
        Ok(envelope)
    }
}

pub(super) fn render(part: &'static str, speech: &Speech) -> Result<Value, ResponseError> {
    if speech.is_plain() {
        let text = speech.to_plain();
        check_speech(part, &text)?;
        return Ok(json!({ "type": "PlainText", "text": text }));
    }
    let ssml = speech.to_ssml();
    check_speech(part, &ssml)?;
    Ok(json!({ "type": "SSML", "ssml": ssml }))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<Value, ResponseError> {
    serde_json::to_value(value).map_err(|error| ResponseError::NotJson(error.to_string()))
}

/// An answer without words, the only one that the end of a session, skill events and most other
/// requests allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement;

impl Acknowledgement {
    /// The answer as the Lambda returns it.
    pub fn render(self) -> Value {
        json!({ "version": VERSION, "response": {} })
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::MAX_SPEECH_CHARACTERS;
    use super::*;

    #[test]
    fn a_question_keeps_the_session_and_has_a_reprompt() {
        let question =
            Question::new(Speech::text("Tea?"), Speech::text("Some tea?")).remember("asked", "tea");
        let answer = Answer::from(question).render().unwrap();
        let expected = json!({
            "version": "1.0",
            "sessionAttributes": { "asked": "tea" },
            "response": {
                "outputSpeech": { "type": "SSML", "ssml": "<speak>Tea?</speak>" },
                "reprompt": {
                    "outputSpeech": { "type": "SSML", "ssml": "<speak>Some tea?</speak>" }
                },
                "shouldEndSession": false
            }
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_goodbye_ends_the_session() {
        let answer = Answer::tell(Speech::text("Bye."))
            .with_card(Card::LinkAccount)
            .remember("asked", "tea")
            .render()
            .unwrap();
        let expected = json!({
            "version": "1.0",
            "response": {
                "outputSpeech": { "type": "SSML", "ssml": "<speak>Bye.</speak>" },
                "card": { "type": "LinkAccount" },
                "shouldEndSession": true
            }
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn directives_have_the_names_that_alexa_knows() {
        let question = Question::new(Speech::text("a"), Speech::text("b")).with_directive(
            Directive::DialogElicitSlot {
                slot_to_elicit: "city".to_owned(),
                updated_intent: None,
            },
        );
        let answer = Answer::from(question).render().unwrap();
        let expected = json!([{ "type": "Dialog.ElicitSlot", "slotToElicit": "city" }]);
        assert_eq!(answer["response"]["directives"], expected);
    }

    #[test]
    fn what_alexa_would_refuse_is_refused_here() {
        let short = || Speech::text("a");
        let long = Speech::text("x".repeat(MAX_SPEECH_CHARACTERS + 1));
        assert!(matches!(
            Answer::tell(long.clone()).render(),
            Err(ResponseError::SpeechTooLong {
                part: "outputSpeech",
                ..
            })
        ));
        assert!(matches!(
            Answer::ask(short(), long).render(),
            Err(ResponseError::SpeechTooLong {
                part: "reprompt",
                ..
            })
        ));
        assert!(matches!(
            Answer::tell(short())
                .with_card(Card::simple("title", "x".repeat(8_000)))
                .render(),
            Err(ResponseError::CardTooLong { characters: 8_005 })
        ));
        assert!(matches!(
            Answer::from(Question::new(short(), short()).remember("big", "x".repeat(120_000)))
                .render(),
            Err(ResponseError::TooLarge { .. })
        ));
        let null = Question::new(short(), short()).remember("list", json!([1, { "two": null }]));
        let null = Answer::from(null).render();
        let path = "/sessionAttributes/list/1/two".to_owned();
        assert_eq!(null, Err(ResponseError::Null { path }));
    }
}
