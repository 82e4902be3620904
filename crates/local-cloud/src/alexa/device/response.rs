//! Checking a skill's answer as Alexa does.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/request-and-response-json-reference.html#response-format>

use serde_json::{Map, Value};

use super::ssml;

/// The largest answer, in bytes.
const SIZE_LIMIT: usize = 120 * 1024;
/// The longest speech, and the longest text of a card, in characters.
const TEXT_LIMIT: usize = 8000;

/// An answer that Alexa can use.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answer {
    /// As it is spoken.
    pub(super) heard: String,
    /// As it is spoken when the person says nothing.
    pub(super) reprompt: Option<String>,
    /// The card object.
    pub(super) card: Option<Value>,
    /// Kept for the next turn.
    pub(super) attributes: Map<String, Value>,
    /// Whether the session goes on.
    pub(super) keeps_session: bool,
}

/// What is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answering {
    /// A request that is spoken to.
    Conversation {
        /// Whether the skill has account linking, without which a `LinkAccount` card is nothing.
        can_link: bool,
    },
    /// `SessionEndedRequest`, which nobody hears the answer to.
    SessionEnd,
}

/// Reads an answer, or says what is wrong with it.
pub(super) fn check(answering: Answering, body: &[u8]) -> Result<Answer, String> {
    if body.len() > SIZE_LIMIT {
        return Err(format!(
            "the response has {} bytes; at most {SIZE_LIMIT} are allowed",
            body.len()
        ));
    }
    let document: Value = serde_json::from_slice(body)
        .map_err(|source| format!("the response is not valid JSON: {source}"))?;
    // A function that has nothing to say may answer nothing at all to the end of a session.
    if answering == Answering::SessionEnd && document.is_null() {
        return Ok(Answer::default());
    }
    if let Some(path) = find_null(&document, String::new()) {
        return Err(format!(
            "{path} is null; members without a value must be left out"
        ));
    }
    let envelope = document
        .as_object()
        .ok_or("the response is not an object")?;
    if !envelope.get("version").is_some_and(Value::is_string) {
        return Err("version is missing".to_owned());
    }
    let attributes = match envelope.get("sessionAttributes") {
        None => Map::new(),
        Some(Value::Object(attributes)) => attributes.clone(),
        Some(_) => return Err("sessionAttributes is not an object".to_owned()),
    };
    let response = envelope
        .get("response")
        .and_then(Value::as_object)
        .ok_or("response is missing or not an object")?;
    match answering {
        Answering::SessionEnd => silent(response).map(|()| Answer::default()),
        Answering::Conversation { can_link } => speaking(response, attributes, can_link),
    }
}

fn silent(response: &Map<String, Value>) -> Result<(), String> {
    for name in ["outputSpeech", "card", "reprompt", "directives"] {
        let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        if response.get(name).is_some_and(|value| !empty(value)) {
            return Err(format!(
                "the response to a SessionEndedRequest has a {name}"
            ));
        }
    }
    Ok(())
}

fn speaking(
    response: &Map<String, Value>,
    attributes: Map<String, Value>,
    can_link: bool,
) -> Result<Answer, String> {
    let heard = match response.get("outputSpeech") {
        Some(output) => speech("response.outputSpeech", output)?,
        None => String::new(),
    };
    let reprompt = response
        .get("reprompt")
        .map(|reprompt| match reprompt.get("outputSpeech") {
            Some(output) => speech("response.reprompt.outputSpeech", output),
            None => Err("response.reprompt has no outputSpeech".to_owned()),
        })
        .transpose()?;
    let card = response.get("card");
    if let Some(card) = card {
        check_card(card, can_link)?;
    }
    if let Some(directives) = response.get("directives") {
        let directives = directives
            .as_array()
            .ok_or("response.directives is not a list")?;
        if let Some(directive) = directives.first() {
            return Err(format!(
                "the directive {} is not supported by this device",
                directive["type"]
            ));
        }
    }
    // Left out means true: <https://developer.amazon.com/docs/alexa/custom-skills/manage-skill-session-and-session-attributes.html>
    let ends = match response.get("shouldEndSession") {
        None => true,
        Some(Value::Bool(ends)) => *ends,
        Some(_) => return Err("response.shouldEndSession is not a boolean".to_owned()),
    };
    Ok(Answer {
        heard,
        reprompt,
        card: card.cloned(),
        attributes,
        keeps_session: !ends,
    })
}

fn speech(path: &str, output: &Value) -> Result<String, String> {
    let text = |name: &str| {
        let text = output[name]
            .as_str()
            .filter(|text| !text.is_empty())
            .ok_or_else(|| format!("{path}.{name} is missing or empty"))?;
        within_limit(&format!("{path}.{name}"), text)?;
        Ok(text)
    };
    match output["type"].as_str() {
        Some("PlainText") => text("text").map(str::to_owned),
        Some("SSML") => ssml::spoken(text("ssml")?)
            .map_err(|reason| format!("{path}.ssml is not valid: {reason}")),
        _ => Err(format!("{path}.type is neither PlainText nor SSML")),
    }
}

fn within_limit(path: &str, text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if length > TEXT_LIMIT {
        Err(format!(
            "{path} has {length} characters; at most {TEXT_LIMIT} are allowed"
        ))
    } else {
        Ok(())
    }
}

fn check_card(card: &Value, can_link: bool) -> Result<(), String> {
    let path = "response.card";
    let required = |names: &[&str]| {
        names.iter().try_for_each(|name| {
            if card[*name].is_string() {
                Ok(())
            } else {
                Err(format!("{path}.{name} is missing"))
            }
        })
    };
    match card["type"].as_str() {
        Some("Simple") => required(&["title", "content"])?,
        Some("Standard") => required(&["title", "text"])?,
        Some("LinkAccount") if can_link => {}
        Some("LinkAccount") => {
            return Err(format!(
                "{path} is LinkAccount, but the skill has no account linking"
            ));
        }
        Some("AskForPermissionsConsent") => {
            if card["permissions"].as_array().is_none_or(Vec::is_empty) {
                return Err(format!("{path}.permissions is missing"));
            }
        }
        Some(other) => return Err(format!("{path}.type is {other}, which is not a card")),
        None => return Err(format!("{path}.type is missing")),
    }
    let texts = ["title", "content", "text"].map(|name| card[name].as_str().unwrap_or_default());
    within_limit(path, &texts.concat())
}

/// Where the first null is.
fn find_null(value: &Value, path: String) -> Option<String> {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Null => Some(path),
        // What a skill keeps between turns is its own affair.
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !(path.is_empty() && *name == "sessionAttributes"))
            .find_map(|(name, value)| find_null(value, below(name))),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, value)| find_null(value, below(&index.to_string()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn conversation(response: &Value) -> Result<Answer, String> {
        let document = json!({ "version": "1.0", "response": response });
        check(
            Answering::Conversation { can_link: true },
            document.to_string().as_bytes(),
        )
    }

    #[track_caller]
    fn refused(part: &str, response: &Value) {
        let reason = conversation(response).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }

    #[test]
    fn speech_reprompt_and_card_are_read() {
        let answer = conversation(&json!({
            "outputSpeech": { "type": "SSML", "ssml": "<speak>Hello &amp; hi</speak>" },
            "reprompt": { "outputSpeech": { "type": "PlainText", "text": "Well?" } },
            "card": { "type": "LinkAccount" },
            "shouldEndSession": false,
        }))
        .unwrap();
        assert_eq!(answer.heard, "Hello & hi");
        assert_eq!(answer.reprompt.as_deref(), Some("Well?"));
        assert_eq!(answer.card, Some(json!({ "type": "LinkAccount" })));
        assert!(answer.keeps_session);
    }

    #[test]
    fn a_session_ends_unless_it_is_kept() {
        assert!(!conversation(&json!({})).unwrap().keeps_session);
    }

    #[test]
    fn what_alexa_forbids_is_refused() {
        refused("response.card is null", &json!({ "card": null }));
        refused(
            "neither PlainText nor SSML",
            &json!({ "outputSpeech": { "type": "Text" } }),
        );
        refused(
            "text is missing",
            &json!({ "outputSpeech": { "type": "PlainText" } }),
        );
        refused(
            "not valid",
            &json!({ "outputSpeech": { "type": "SSML", "ssml": "a & b" } }),
        );
        refused("not a card", &json!({ "card": { "type": "Link" } }));
        refused(
            "content is missing",
            &json!({ "card": { "type": "Simple", "title": "x" } }),
        );
        refused("not a boolean", &json!({ "shouldEndSession": "true" }));
        refused(
            "not supported",
            &json!({ "directives": [{ "type": "Dialog.Delegate" }] }),
        );
        let long = "x".repeat(TEXT_LIMIT + 1);
        refused(
            "at most 8000",
            &json!({ "outputSpeech": { "type": "PlainText", "text": long } }),
        );
    }

    #[test]
    fn the_envelope_is_checked() {
        let answering = Answering::Conversation { can_link: true };
        for body in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"version":"1.0"}"#,
            r#"{"response":{}}"#,
        ] {
            assert!(check(answering, body.as_bytes()).is_err(), "{body}");
        }
        let large = format!(
            r#"{{"version":"1.0","response":{{}},"sessionAttributes":{{"x":"{}"}}}}"#,
            "x".repeat(SIZE_LIMIT)
        );
        assert!(
            check(answering, large.as_bytes())
                .unwrap_err()
                .contains("bytes")
        );
    }

    #[test]
    fn nobody_hears_the_answer_to_an_ended_session() {
        let end = |body: &str| check(Answering::SessionEnd, body.as_bytes());
        assert!(end(r#"{"version":"1.0","response":{}}"#).is_ok());
        assert!(end("null").is_ok());
        let talking =
            r#"{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"x"}}}"#;
        assert!(end(talking).unwrap_err().contains("SessionEndedRequest"));
    }

    #[test]
    fn a_link_card_needs_account_linking() {
        let body = r#"{"version":"1.0","response":{"card":{"type":"LinkAccount"}}}"#;
        let without = Answering::Conversation { can_link: false };
        assert!(check(without, body.as_bytes()).is_err());
    }
}
