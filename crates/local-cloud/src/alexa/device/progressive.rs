//! What a skill has said while its answer is being prepared.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/progressive-response-api-reference.html>

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ssml;
use crate::alexa::Alexa;
use crate::alexa::state::fingerprint;
use crate::base::guard::{Caller, Door};

/// The longest text that Alexa says meanwhile, in characters.
const MAX_CHARACTERS: usize = 600;
/// How often a skill may do this for one request.
const MAX_DIRECTIVES: usize = 5;

/// A request that has not been answered yet.
#[derive(Debug)]
pub(in crate::alexa) struct Unanswered {
    /// Of the token that came with the request, the [`fingerprint`].
    token: String,
    heard: Vec<String>,
}

pub(super) fn door() -> Door<Alexa> {
    Door::post("/v1/directives", Caller::RequestToken, directives)
}

#[derive(Deserialize)]
struct Sent {
    header: Header,
    directive: Directive,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    request_id: String,
}

#[derive(Deserialize)]
struct Directive {
    #[serde(rename = "type")]
    kind: String,
    speech: String,
}

type Refusal = (StatusCode, Json<Value>);

fn refuse(status: StatusCode, message: impl Into<String>) -> Refusal {
    (status, Json(json!({ "message": message.into() })))
}

async fn directives(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    sent: Result<Json<Sent>, JsonRejection>,
) -> Result<StatusCode, Refusal> {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .map(fingerprint)
        .ok_or_else(|| refuse(StatusCode::UNAUTHORIZED, "The access token is missing."))?;
    let Json(sent) = sent.map_err(|error| refuse(StatusCode::BAD_REQUEST, error.body_text()))?;
    let words = heard(&sent.directive).map_err(|why| refuse(StatusCode::BAD_REQUEST, why))?;

    let mut state = alexa.state();
    let unanswered = state
        .unanswered
        .get_mut(&sent.header.request_id)
        .ok_or_else(|| {
            refuse(
                StatusCode::BAD_REQUEST,
                "No LaunchRequest or IntentRequest with this requestId is waiting for an answer.",
            )
        })?;
    if unanswered.token != token {
        return Err(refuse(
            StatusCode::UNAUTHORIZED,
            "The access token is not the apiAccessToken of this request.",
        ));
    }
    if unanswered.heard.len() == MAX_DIRECTIVES {
        let message = format!("A request can have {MAX_DIRECTIVES} directives at most.");
        return Err(refuse(StatusCode::FORBIDDEN, message));
    }
    unanswered.heard.push(words);
    Ok(StatusCode::NO_CONTENT)
}

/// What a directive says, or why Alexa would not say it.
fn heard(directive: &Directive) -> Result<String, String> {
    if directive.kind != "VoicePlayer.Speak" {
        return Err(format!(
            "The directive {} cannot be sent here; only VoicePlayer.Speak can.",
            directive.kind
        ));
    }
    let length = directive.speech.chars().count();
    if length > MAX_CHARACTERS {
        return Err(format!(
            "The speech has {length} characters; it can have {MAX_CHARACTERS} at most."
        ));
    }
    if directive.speech.trim_start().starts_with('<') {
        ssml::spoken(&directive.speech)
    } else {
        Ok(directive.speech.clone())
    }
}

impl Alexa {
    /// Takes directives for a request from now on, if it is one that Alexa takes them for.
    pub(super) fn expect_directives(&self, request: &Value) {
        let body = &request["request"];
        let token = request["context"]["System"]["apiAccessToken"].as_str();
        if let (Some("LaunchRequest" | "IntentRequest"), Some(id), Some(token)) =
            (body["type"].as_str(), body["requestId"].as_str(), token)
        {
            let unanswered = Unanswered {
                token: fingerprint(token),
                heard: Vec::new(),
            };
            self.state().unanswered.insert(id.to_owned(), unanswered);
        }
    }

    /// Takes no more directives for a request; answers what has been heard.
    pub(super) fn end_directives(&self, request: &Value) -> Vec<String> {
        let id = request["request"]["requestId"].as_str();
        let unanswered = id.and_then(|id| self.state().unanswered.remove(id));
        unanswered.map_or_else(Vec::new, |unanswered| unanswered.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speak(kind: &str, speech: impl Into<String>) -> Result<String, String> {
        heard(&Directive {
            kind: kind.to_owned(),
            speech: speech.into(),
        })
    }

    #[test]
    fn only_a_short_text_can_be_said() {
        for speech in ["One moment.", "<speak>One moment.</speak>"] {
            let heard = speak("VoicePlayer.Speak", speech);
            assert_eq!(heard.as_deref(), Ok("One moment."));
        }
        for (kind, speech, why) in [
            (
                "AudioPlayer.Play",
                "One moment.".to_owned(),
                "only VoicePlayer",
            ),
            ("VoicePlayer.Speak", "x".repeat(601), "601 characters"),
            ("VoicePlayer.Speak", "<speak>One".to_owned(), "not closed"),
        ] {
            let refused = speak(kind, speech).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
