//! What belongs to each type of request, other than intents and skill events.

use serde_json::Value;

use super::object::object;
use super::open::open_enum;
use super::{DialogState, Extra, Intent};

object! {
    /// "Open …".
    #[derive(Debug, Clone, Default, PartialEq)]
    LaunchRequest {
        /// The task that the skill was opened for, with a custom task.
        pub task: Option<Task> = "task",
    }
}

object! {
    /// A custom task that a skill is asked to do.
    #[derive(Debug, Clone, Default, PartialEq)]
    Task {
        /// Name of the task.
        pub name: String = "name",
        /// Version of the task.
        pub version: Option<String> = "version",
        /// The task's input.
        pub input: Option<Value> = "input",
    }
}

object! {
    /// The session ended, and not by the skill's own answer.
    #[derive(Debug, Clone, Default, PartialEq)]
    SessionEndedRequest {
        /// Why.
        pub reason: Option<SessionEndedReason> = "reason",
        /// What went wrong.
        pub error: Option<SessionError> = "error",
    }
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

object! {
    /// What Alexa found wrong.
    #[derive(Debug, Clone, Default, PartialEq)]
    SessionError {
        /// Which kind of fault.
        pub kind: Option<SessionErrorKind> = "type",
        /// Amazon's explanation.
        pub message: Option<String> = "message",
    }
}

open_enum! {
    /// Which kind of fault ended a session, or made Alexa refuse an answer.
    SessionErrorKind {
        /// The skill's answer was not usable.
        InvalidResponse = "INVALID_RESPONSE",
        /// The device could not be reached.
        DeviceCommunicationError = "DEVICE_COMMUNICATION_ERROR",
        /// Alexa's own fault.
        InternalServiceError = "INTERNAL_SERVICE_ERROR",
        /// The skill did not answer in time.
        EndpointTimeout = "ENDPOINT_TIMEOUT",
    }
}

object! {
    /// A connection that the skill had started is over.
    #[derive(Debug, Clone, Default, PartialEq)]
    SessionResumedRequest {
        /// What ended it.
        pub cause: Option<Cause> = "cause",
    }
}

object! {
    /// What ended a connection.
    #[derive(Debug, Clone, Default, PartialEq)]
    Cause {
        /// `ConnectionCompleted` and others.
        pub kind: String = "type",
        /// The skill's own token, as given when the connection was started.
        pub token: Option<String> = "token",
        /// How it went.
        pub status: Option<ConnectionStatus> = "status",
        /// What the task returned.
        pub result: Option<Value> = "result",
    }
}

object! {
    /// How a connection went, in the manner of HTTP.
    #[derive(Debug, Clone, Default, PartialEq)]
    ConnectionStatus {
        /// `200`, `400` and so on, as text.
        pub code: String = "code",
        /// An explanation.
        pub message: Option<String> = "message",
    }
}

object! {
    /// Alexa asks whether the skill could answer an intent, without answering it.
    #[derive(Debug, Clone, Default, PartialEq)]
    CanFulfillIntentRequest {
        /// The intent in question.
        pub intent: Intent = "intent",
        /// How far a dialog model has got.
        pub dialog_state: Option<DialogState> = "dialogState",
    }
}

object! {
    /// Another skill or Alexa asks this one for a task.
    #[derive(Debug, Clone, Default, PartialEq)]
    ConnectionsRequest {
        /// Name of the task.
        pub name: String = "name",
        /// Its input.
        pub payload: Option<Value> = "payload",
    }
}

object! {
    /// The answer to a request of this skill.
    #[derive(Debug, Clone, Default, PartialEq)]
    ConnectionsResponse {
        /// Name of the request, such as `Buy`.
        pub name: String = "name",
        /// How it went.
        pub status: Option<ConnectionStatus> = "status",
        /// What came back.
        pub payload: Option<Value> = "payload",
        /// The skill's own token.
        pub token: Option<String> = "token",
    }
}

object! {
    /// Alexa could not use the skill's last answer.
    #[derive(Debug, Clone, Default, PartialEq)]
    ExceptionEncounteredRequest {
        /// What went wrong.
        pub error: Option<SessionError> = "error",
        /// Which request it was.
        pub cause: Option<ExceptionCause> = "cause",
    }
}

object! {
    /// The request whose answer could not be used.
    #[derive(Debug, Clone, Default, PartialEq)]
    ExceptionCause {
        /// Its id.
        pub request_id: String = "requestId",
    }
}

object! {
    /// An event of an APL document.
    #[derive(Debug, Clone, Default, PartialEq)]
    UserEventRequest {
        /// Token of the document.
        pub token: Option<String> = "token",
        /// What the document's `SendEvent` passed.
        pub arguments: Option<Vec<Value>> = "arguments",
        /// The component that sent it.
        pub source: Option<Value> = "source",
        /// Values of other components.
        pub components: Option<Value> = "components",
    }
}

/// A type of request that has no Rust type here.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherRequest {
    /// The type, such as `AudioPlayer.PlaybackStarted`.
    pub kind: String,
    /// Everything else that was sent.
    pub extra: Extra,
}
