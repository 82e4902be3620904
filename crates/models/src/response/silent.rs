//! Answers that hand the turn to Alexa: to the dialog model, or to another skill.

use serde_json::{Map, Value, json};

use super::answer::{VERSION, render, to_json};
use super::limits::{check_size, dialog_update};
use super::{Connection, DynamicEntities, ResponseError, Speech};
use crate::request::Intent;

/// Leaves the next turn of a dialog to the dialog model, whose prompts Alexa then speaks: the
/// answer has no words of its own
/// ([delegate](https://developer.amazon.com/en-US/docs/alexa/custom-skills/delegate-dialog-to-alexa.html)).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delegation {
    updated_intent: Option<Intent>,
    entities: Option<DynamicEntities>,
    attributes: Map<String, Value>,
}

impl Delegation {
    /// Goes on with the dialog as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on with what the skill has changed in the intent, or with another intent.
    #[must_use]
    pub fn with_intent(mut self, intent: Intent) -> Self {
        self.updated_intent = Some(intent);
        self
    }

    /// Teaches Alexa values of slot types beforehand.
    #[must_use]
    pub fn with_entities(mut self, entities: DynamicEntities) -> Self {
        self.entities = Some(entities);
        self
    }

    /// Asks Alexa to send a value back with the next request of the session. It must not be
    /// personal.
    #[must_use]
    pub fn remember(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The answer as the Lambda returns it.
    pub fn render(&self) -> Result<Value, ResponseError> {
        let mut delegate = json!({ "type": "Dialog.Delegate" });
        if let Some(intent) = &self.updated_intent {
            delegate["updatedIntent"] = to_json(intent)?;
        }
        let mut directives = Vec::new();
        if let Some(entities) = &self.entities {
            directives.push(dialog_update(entities)?);
        }
        directives.push(delegate);
        let mut envelope = json!({
            "version": VERSION,
            "response": { "directives": directives, "shouldEndSession": false },
        });
        if !self.attributes.is_empty() {
            envelope["sessionAttributes"] = self.attributes.clone().into();
        }
        check_size(&envelope)?;
        Ok(envelope)
    }
}

/// Hands the user over: to another skill, to a task of Alexa, or back to whoever asked.
///
/// The session is neither kept nor ended by the skill, so there is no reprompt; and Alexa takes
/// no directive of an audio or video player beside it, so there is no place for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    connection: Connection,
    speech: Option<Speech>,
    attributes: Map<String, Value>,
}

impl Handover {
    /// Hands over without a word.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            speech: None,
            attributes: Map::new(),
        }
    }

    /// Says something before.
    #[must_use]
    pub fn with_speech(mut self, speech: Speech) -> Self {
        self.speech = Some(speech);
        self
    }

    /// Asks Alexa to send a value back when the session is resumed. It must not be personal.
    #[must_use]
    pub fn remember(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The answer as the Lambda returns it.
    pub fn render(&self) -> Result<Value, ResponseError> {
        let mut response = json!({ "directives": [to_json(&self.connection)?] });
        if let Some(speech) = &self.speech {
            response["outputSpeech"] = render("outputSpeech", speech)?;
        }
        let ends = matches!(
            self.connection,
            Connection::SendRequest { .. }
                | Connection::SendResponse { .. }
                | Connection::CompleteTask { .. }
        );
        if ends {
            response["shouldEndSession"] = true.into();
        }
        let mut envelope = json!({ "version": VERSION, "response": response });
        if !self.attributes.is_empty() {
            envelope["sessionAttributes"] = self.attributes.clone().into();
        }
        check_size(&envelope)?;
        Ok(envelope)
    }
}
