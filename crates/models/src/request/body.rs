//! The `request` object: a common header and what belongs to each type.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::kinds::{
    CanFulfillIntentRequest, ConnectionsRequest, ConnectionsResponse, ExceptionEncounteredRequest,
    LaunchRequest, OtherRequest, SessionEndedRequest, SessionResumedRequest, UserEventRequest,
};
use super::types::DOCUMENTED;
use super::{EventTime, Extra, Intent, IntentRequest, SkillEvent, Unreadable};

/// What is asked, when and in which language.
#[derive(Debug, Clone)]
pub struct Request {
    /// Id of the request.
    pub request_id: String,
    /// When Alexa sent it.
    pub timestamp: Option<EventTime>,
    /// Locale of the device, such as `en-US`; absent in skill events.
    pub locale: Option<String>,
    /// What belongs to the type of the request.
    pub body: RequestBody,
}

/// What belongs to each type of request.
#[derive(Debug, Clone)]
pub enum RequestBody {
    /// "Open …", without an intent.
    Launch(LaunchRequest),
    /// An utterance that the interaction model understood.
    Intent(IntentRequest),
    /// The session ended, and not by the skill's own answer.
    SessionEnded(SessionEndedRequest),
    /// A connection that the skill had started is over.
    SessionResumed(SessionResumedRequest),
    /// Alexa asks whether the skill could answer an intent.
    CanFulfillIntent(CanFulfillIntentRequest),
    /// Another skill or Alexa asks this one for a task.
    ConnectionsRequest(ConnectionsRequest),
    /// The answer to a request of this skill, such as a purchase.
    ConnectionsResponse(ConnectionsResponse),
    /// Alexa could not use the skill's last answer.
    ExceptionEncountered(ExceptionEncounteredRequest),
    /// The user touched an APL document, or the document sent an event.
    UserEvent(UserEventRequest),
    /// An event in the life of the enabled skill.
    SkillEvent(SkillEvent),
    /// A type that has no Rust type here.
    Other(OtherRequest),
}

const LAUNCH: &str = "LaunchRequest";
const INTENT: &str = "IntentRequest";
const SESSION_ENDED: &str = "SessionEndedRequest";
const SESSION_RESUMED: &str = "SessionResumedRequest";
const CAN_FULFILL: &str = "CanFulfillIntentRequest";
const CONNECTIONS_REQUEST: &str = "Connections.Request";
const CONNECTIONS_RESPONSE: &str = "Connections.Response";
const EXCEPTION: &str = "System.ExceptionEncountered";
const USER_EVENT: &str = "Alexa.Presentation.APL.UserEvent";

impl RequestBody {
    /// The type as Alexa writes it. A skill event's is longer by its prefix.
    fn kind(&self) -> String {
        match self {
            Self::Launch(_) => LAUNCH,
            Self::Intent(_) => INTENT,
            Self::SessionEnded(_) => SESSION_ENDED,
            Self::SessionResumed(_) => SESSION_RESUMED,
            Self::CanFulfillIntent(_) => CAN_FULFILL,
            Self::ConnectionsRequest(_) => CONNECTIONS_REQUEST,
            Self::ConnectionsResponse(_) => CONNECTIONS_RESPONSE,
            Self::ExceptionEncountered(_) => EXCEPTION,
            Self::UserEvent(_) => USER_EVENT,
            Self::SkillEvent(event) => {
                return format!("{}{}", SkillEvent::PREFIX, event.name.as_str());
            }
            Self::Other(other) => &other.kind,
        }
        .to_owned()
    }

    fn from_fields(kind: String, fields: Extra) -> Result<Self, Unreadable> {
        let named = |intent: &Intent| !intent.name.is_empty();
        Ok(match kind.as_str() {
            LAUNCH => Self::Launch(LaunchRequest::from_fields(fields)),
            INTENT => {
                let request = IntentRequest::from_fields(fields);
                let known = named(&request.intent).then_some(request);
                Self::Intent(known.ok_or(Unreadable::Intent)?)
            }
            SESSION_ENDED => Self::SessionEnded(SessionEndedRequest::from_fields(fields)),
            SESSION_RESUMED => Self::SessionResumed(SessionResumedRequest::from_fields(fields)),
            CAN_FULFILL => {
                let request = CanFulfillIntentRequest::from_fields(fields);
                let known = named(&request.intent).then_some(request);
                Self::CanFulfillIntent(known.ok_or(Unreadable::Intent)?)
            }
            CONNECTIONS_REQUEST => {
                Self::ConnectionsRequest(ConnectionsRequest::from_fields(fields))
            }
            CONNECTIONS_RESPONSE => {
                Self::ConnectionsResponse(ConnectionsResponse::from_fields(fields))
            }
            EXCEPTION => {
                Self::ExceptionEncountered(ExceptionEncounteredRequest::from_fields(fields))
            }
            USER_EVENT => Self::UserEvent(UserEventRequest::from_fields(fields)),
            _ => match kind.strip_prefix(SkillEvent::PREFIX) {
                Some(name) => Self::SkillEvent(SkillEvent {
                    name: name.to_owned().into(),
                    ..SkillEvent::from_fields(fields)
                }),
                None => Self::Other(OtherRequest {
                    kind,
                    extra: fields,
                }),
            },
        })
    }

    fn fields(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Launch(body) => serde_json::to_value(body),
            Self::Intent(body) => serde_json::to_value(body),
            Self::SessionEnded(body) => serde_json::to_value(body),
            Self::SessionResumed(body) => serde_json::to_value(body),
            Self::CanFulfillIntent(body) => serde_json::to_value(body),
            Self::ConnectionsRequest(body) => serde_json::to_value(body),
            Self::ConnectionsResponse(body) => serde_json::to_value(body),
            Self::ExceptionEncountered(body) => serde_json::to_value(body),
            Self::UserEvent(body) => serde_json::to_value(body),
            Self::SkillEvent(body) => serde_json::to_value(body),
            Self::Other(other) => serde_json::to_value(&other.extra),
        }
    }
}

impl Request {
    pub(super) fn from_fields(mut fields: Extra) -> Result<Self, Unreadable> {
        let kind = fields.take("type").ok_or(Unreadable::Type)?;
        Ok(Self {
            request_id: fields.take("requestId").unwrap_or_default(),
            timestamp: fields.take("timestamp"),
            locale: fields.take("locale"),
            body: RequestBody::from_fields(kind, fields)?,
        })
    }

    /// The type as Alexa writes it.
    pub fn kind(&self) -> String {
        self.body.kind()
    }

    /// The type, if Amazon documents it: nothing that somebody else chose.
    pub fn documented_kind(&self) -> Option<&'static str> {
        let kind = self.kind();
        DOCUMENTED
            .into_iter()
            .find(|documented| *documented == kind)
    }
}

/// The header that all types share, and the rest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<EventTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = match self.body.fields().map_err(S::Error::custom)? {
            Value::Object(fields) => fields,
            other => return Err(S::Error::custom(format!("not an object: {other}"))),
        };
        Wire {
            kind: self.kind(),
            request_id: self.request_id.clone(),
            timestamp: self.timestamp.clone(),
            locale: self.locale.clone(),
            fields,
        }
        .serialize(serializer)
    }
}
