//! Alexa's limits on a finished answer, which it would otherwise refuse with "There was a
//! problem with the requested skill's response."

use serde_json::Value;

use super::Directive;

/// Most characters in the text of one speech or reprompt.
pub const MAX_SPEECH_CHARACTERS: usize = 8_000;
/// Most characters in one card.
pub const MAX_CARD_CHARACTERS: usize = 8_000;
/// Most bytes in a whole answer.
pub const MAX_RESPONSE_BYTES: usize = 120_000;

/// Most values and synonyms that Alexa can be taught in one answer
/// ([dynamic entities](https://developer.amazon.com/en-US/docs/alexa/custom-skills/use-dynamic-entities-for-customized-interactions.html)).
pub const MAX_DYNAMIC_ENTITIES: usize = 100;

/// Why Alexa would refuse an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// The speech or reprompt is too long.
    #[error(
        "{part} has {characters} characters; Alexa takes {MAX_SPEECH_CHARACTERS}: say less, or \
         say the rest after another question"
    )]
    SpeechTooLong {
        /// `outputSpeech` or `reprompt`.
        part: &'static str,
        /// How many it has.
        characters: usize,
    },
    /// The card is too long.
    #[error("the card has {characters} characters; Alexa takes {MAX_CARD_CHARACTERS}: shorten it")]
    CardTooLong {
        /// How many it has.
        characters: usize,
    },
    /// The whole answer is too large.
    #[error(
        "the answer has {bytes} bytes; Alexa takes {MAX_RESPONSE_BYTES}: keep less in session \
         attributes and directives"
    )]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Somewhere in a value of the skill's own there is a `null`.
    #[error("{path} is null; Alexa refuses nulls: leave the field out")]
    Null {
        /// Where it is, as a JSON pointer.
        path: String,
    },
    /// More than one directive wants to decide what the dialog does next.
    #[error(
        "{count} directives decide what the dialog does next; Alexa takes one: elicit or confirm \
         one thing at a time"
    )]
    SeveralTurns {
        /// How many there are.
        count: usize,
    },
    /// Too many dynamic entities.
    #[error(
        "{count} values and synonyms as dynamic entities; Alexa takes {MAX_DYNAMIC_ENTITIES}: \
         leave out the less likely ones"
    )]
    TooManyEntities {
        /// How many there are, synonyms included.
        count: usize,
    },
    /// A directive given as data that cannot be one.
    #[error("the directive cannot be used: {reason}")]
    Directive {
        /// Why.
        reason: String,
    },
    /// A value that JSON cannot hold.
    #[error("the answer cannot be written as JSON: {0}")]
    NotJson(String),
}

pub(super) fn check_size(answer: &Value) -> Result<(), ResponseError> {
    if let Some(path) = find_null(answer) {
        return Err(ResponseError::Null { path });
    }
    let bytes = answer.to_string().len();
    if bytes > MAX_RESPONSE_BYTES {
        return Err(ResponseError::TooLarge { bytes });
    }
    Ok(())
}

pub(super) fn check_speech(part: &'static str, ssml: &str) -> Result<(), ResponseError> {
    let characters = ssml.chars().count();
    if characters > MAX_SPEECH_CHARACTERS {
        return Err(ResponseError::SpeechTooLong { part, characters });
    }
    Ok(())
}

pub(super) fn check_card(characters: usize) -> Result<(), ResponseError> {
    if characters > MAX_CARD_CHARACTERS {
        return Err(ResponseError::CardTooLong { characters });
    }
    Ok(())
}

pub(super) fn check_directives(directives: &[Directive]) -> Result<(), ResponseError> {
    let count = directives.iter().filter(|it| it.takes_the_turn()).count();
    if count > 1 {
        return Err(ResponseError::SeveralTurns { count });
    }
    for directive in directives {
        if let Directive::DialogUpdateDynamicEntities(entities) = directive {
            let count = entities.count();
            if count > MAX_DYNAMIC_ENTITIES {
                return Err(ResponseError::TooManyEntities { count });
            }
        }
    }
    Ok(())
}

fn find_null(value: &Value) -> Option<String> {
    let within = |key: &str, value: &Value| find_null(value).map(|rest| format!("/{key}{rest}"));
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| within(&at.to_string(), item)),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| within(key, value)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
