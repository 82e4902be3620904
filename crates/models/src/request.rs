//! What Alexa sends to a custom skill.
//!
//! The types follow the
//! [request reference](https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html)
//! and are tolerant: a request type, a field or an enum value that this build does not know is
//! kept and written out again unchanged, so that a newer Alexa never breaks an older skill. A
//! field that is `null`, or of another type than it should be, counts as absent and makes no request
//! unreadable; only what [`Unreadable`] names does.
//!
//! What a skill relies on to know who speaks is not left out like that: an access token that is no
//! text is a token that no provider takes, and a recognised speaker who is no object is one without
//! a token.
//!
//! Tokens are [`AccessToken`]s and do not appear in `Debug` output. Serialising an envelope does
//! write them: an envelope is data for a test or a replay, never for a log.

mod account;
mod body;
mod context;
mod intent;
mod kinds;
mod object;
mod open;
mod session;
mod skill_event;
mod time;
mod token;
mod types;

pub use account::LinkedAccount;
pub use body::{Request, RequestBody};
pub use context::{
    Application, AuthenticationConfidenceLevel, Context, CustomPolicy, Device, Permissions, Person,
    System, Unit, User,
};
pub use intent::{
    ConfirmationStatus, DialogState, Intent, IntentRequest, Resolution, ResolutionStatus,
    ResolutionValue, Resolutions, ResolvedValue, Slot, SlotValue,
};
pub use kinds::{
    CanFulfillIntentRequest, Cause, ConnectionStatus, ConnectionsRequest, ConnectionsResponse,
    ExceptionCause, ExceptionEncounteredRequest, LaunchRequest, OtherRequest, SessionEndedReason,
    SessionEndedRequest, SessionError, SessionErrorKind, SessionResumedRequest, Task,
    UserEventRequest,
};
pub use open::Extra;
pub use session::Session;
pub use skill_event::{PersistenceStatus, SkillEvent, SkillEventBody, SkillEventName};
pub use time::EventTime;
pub use token::AccessToken;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::ids::SkillId;

/// The outermost object of a request.
#[derive(Debug, Clone, Serialize)]
pub struct RequestEnvelope {
    /// Version of the envelope; `1.0` since there are skills.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The session; absent in skill events and other requests outside of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// The state of Alexa when the request was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// What is asked.
    pub request: Request,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Why JSON is no request: one of the few things is missing without which no one can tell what is
/// asked. It quotes nothing of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not an object.
    #[error("a request is a JSON object, and this is none")]
    Envelope,
    /// Nothing is asked.
    #[error("the request lacks the object `request`")]
    Request,
    /// Not known what kind of request it is.
    #[error("the request lacks the text `request.type`")]
    Type,
    /// Not known which intent.
    #[error("the request lacks `request.intent` with the text `name`")]
    Intent,
}

impl TryFrom<Value> for RequestEnvelope {
    type Error = Unreadable;

    /// Reads a request, tolerantly.
    fn try_from(json: Value) -> Result<Self, Unreadable> {
        let Value::Object(fields) = json else {
            return Err(Unreadable::Envelope);
        };
        let mut fields = Extra::of_fields(fields);
        let request = fields.take("request").ok_or(Unreadable::Request)?;
        Ok(Self {
            version: fields.take("version").unwrap_or_default(),
            session: fields.take("session"),
            context: fields.take("context"),
            request: Request::from_fields(request)?,
            extra: fields,
        })
    }
}

impl<'de> Deserialize<'de> for RequestEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Self::try_from(json).map_err(serde::de::Error::custom)
    }
}

impl RequestEnvelope {
    fn system(&self) -> Option<&System> {
        self.context.as_ref()?.system.as_ref()
    }

    /// Whether the request is for a skill: its context says so, if there is a context, its session
    /// says nothing else, and at least one of them says it.
    pub fn is_for(&self, skill: &SkillId) -> bool {
        let is_skill = |application: Option<&Application>| {
            application.is_some_and(|it| it.application_id == skill.as_str())
        };
        let of_session = (self.session.as_ref()).and_then(|session| session.application.as_ref());
        match &self.context {
            Some(_) => {
                let of_context = self.system().and_then(|system| system.application.as_ref());
                is_skill(of_context) && (of_session.is_none() || is_skill(of_session))
            }
            None => is_skill(of_session),
        }
    }

    /// The recognised speaker; `None` when Alexa did not recognise the voice.
    pub fn person(&self) -> Option<&Person> {
        self.system()?.person.as_ref()
    }

    /// Whether the request opened its session: the user named the skill in this very sentence.
    pub fn opens_session(&self) -> bool {
        (self.session.as_ref()).is_some_and(|session| session.new == Some(true))
    }
}

#[cfg(test)]
mod tests;
