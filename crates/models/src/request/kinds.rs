//! What belongs to each type of request, other than intents and skill events.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::open::open_enum;
use super::{DialogState, Extra, Intent};

/// "Open …".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LaunchRequest {
    /// The task that the skill was opened for, with a custom task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A custom task that a skill is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Name of the task.
    pub name: String,
    /// Version of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The task's input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The session ended, and not by the skill's own answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionEndedRequest {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SessionEndedReason>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SessionError>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// Why a session ended.
    SessionEndedReason {
        /// The user said "exit".
        UserInitiated = "USER_INITIATED",
        /// The skill's answer was not usable.
        Error = "ERROR",
        /// The user did not answer, or not understandably.
        ExceededMaxReprompts = "EXCEEDED_MAX_REPROMPTS",
    }
}

/// What Alexa found wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionError {
    /// `INVALID_RESPONSE`, `DEVICE_COMMUNICATION_ERROR`, `INTERNAL_SERVICE_ERROR` and others.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Amazon's explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A connection that the skill had started is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionResumedRequest {
    /// What ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What ended a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// `ConnectionCompleted` and others.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The skill's own token, as given when the connection was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConnectionStatus>,
    /// What the task returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How a connection went, in the manner of HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionStatus {
    /// `200`, `400` and so on, as text.
    pub code: String,
    /// An explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Alexa asks whether the skill could answer an intent, without answering it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CanFulfillIntentRequest {
    /// The intent in question.
    pub intent: Intent,
    /// How far a dialog model has got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialog_state: Option<DialogState>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Another skill or Alexa asks this one for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionsRequest {
    /// Name of the task.
    #[serde(default)]
    pub name: String,
    /// Its input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The answer to a request of this skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionsResponse {
    /// Name of the request, such as `Buy`.
    #[serde(default)]
    pub name: String,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConnectionStatus>,
    /// What came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// The skill's own token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Alexa could not use the skill's last answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExceptionEncounteredRequest {
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SessionError>,
    /// Which request it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ExceptionCause>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The request whose answer could not be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionCause {
    /// Its id.
    #[serde(default)]
    pub request_id: String,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An event of an APL document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserEventRequest {
    /// Token of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the document's `SendEvent` passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Vec<Value>>,
    /// The component that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Value>,
    /// Values of other components.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Value>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A type of request that has no Rust type here.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherRequest {
    /// The type, such as `AudioPlayer.PlaybackStarted`.
    pub kind: String,
    /// Everything else that was sent.
    pub extra: Extra,
}
