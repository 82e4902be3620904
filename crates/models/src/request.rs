//! What Alexa sends to a custom skill.
//!
//! The types follow the
//! [request reference](https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html)
//! and are tolerant: a request type, a field or an enum value that this build does not know is
//! kept and written out again unchanged, so that a newer Alexa never breaks an older skill. A
//! field that is `null` counts as absent.
//!
//! Tokens are [`AccessToken`]s and do not appear in `Debug` output. Serialising an envelope does
//! write them: an envelope is data for a test or a replay, never for a log.

mod account;
mod body;
mod context;
mod intent;
mod kinds;
mod open;
mod session;
mod skill_event;
mod time;
mod token;

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
    SessionEndedRequest, SessionError, SessionResumedRequest, Task, UserEventRequest,
};
pub use open::Extra;
pub use session::Session;
pub use skill_event::{PersistenceStatus, SkillEvent, SkillEventBody, SkillEventName};
pub use time::EventTime;
pub use token::AccessToken;

use serde::{Deserialize, Serialize};

/// The outermost object of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestEnvelope {
    /// Version of the envelope; `1.0` since there are skills.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The session; absent in skill events and other requests outside of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// The state of Alexa when the request was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// What is asked.
    pub request: Request,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RequestEnvelope {
    fn system(&self) -> Option<&System> {
        self.context.as_ref()?.system.as_ref()
    }

    /// The skill that Alexa means.
    pub fn application_id(&self) -> Option<&str> {
        let in_context = self.system().and_then(|system| system.application.as_ref());
        let in_session = || self.session.as_ref()?.application.as_ref();
        in_context
            .or_else(in_session)
            .map(|application| application.application_id.as_str())
    }

    /// The recognised speaker; `None` when Alexa did not recognise the voice.
    pub fn person(&self) -> Option<&Person> {
        self.system()?.person.as_ref()
    }

    /// Whether the request opened its session: the user named the skill in this very sentence.
    pub fn opens_session(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.new)
    }
}

#[cfg(test)]
mod tests;
