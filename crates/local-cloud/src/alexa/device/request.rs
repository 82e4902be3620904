//! Requests as Alexa sends them.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/request-and-response-json-reference.html>

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::nlu::{Slot, Understood};
use super::session::Session;
use super::slots::{Canonical, Resolution};
use crate::Urls;
use crate::alexa::smapi::skill::Skill;
use crate::alexa::state::opaque;

/// Whole seconds, in UTC.
pub(in crate::alexa) fn timestamp(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// `context.System`, without the device.
pub(in crate::alexa) fn system(
    urls: &Urls,
    skill: &Skill,
    user_id: &str,
    access_token: Option<&str>,
) -> Value {
    json!({
        "application": { "applicationId": skill.id },
        "user": user(user_id, access_token),
        "apiEndpoint": urls.device.as_str().trim_end_matches('/'),
        "apiAccessToken": opaque(),
    })
}

/// The customer, with the token while the account is linked.
pub(super) fn user(user_id: &str, access_token: Option<&str>) -> Value {
    let mut user = json!({ "userId": user_id });
    if let Some(token) = access_token {
        user["accessToken"] = token.into();
    }
    user
}

/// What a request says.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// The skill is opened.
    Launch,
    /// Something was understood.
    Intent(Understood),
    /// The session is over.
    SessionEnded(EndReason),
}

/// Why a session is over.
#[derive(Debug, Clone)]
pub(super) enum EndReason {
    /// The person left.
    UserInitiated,
    /// The skill's last answer could not be used.
    Error {
        /// `INVALID_RESPONSE` or `ENDPOINT_TIMEOUT`.
        kind: &'static str,
        /// What was wrong.
        message: String,
    },
}

impl Content {
    /// The `type` of the request.
    pub(super) fn request_type(&self) -> &'static str {
        match self {
            Self::Launch => "LaunchRequest",
            Self::Intent(_) => "IntentRequest",
            Self::SessionEnded(_) => "SessionEndedRequest",
        }
    }

    fn to_json(&self, skill_id: &str, locale: &str, now: Timestamp) -> Value {
        let mut request = json!({
            "type": self.request_type(),
            "requestId": format!("amzn1.echo-api.request.{}", opaque()),
            "locale": locale,
            "timestamp": timestamp(now),
        });
        match self {
            Self::Launch => request["shouldLinkResultBeReturned"] = false.into(),
            Self::Intent(understood) => request["intent"] = intent(skill_id, understood),
            Self::SessionEnded(EndReason::UserInitiated) => {
                request["reason"] = "USER_INITIATED".into();
            }
            Self::SessionEnded(EndReason::Error { kind, message }) => {
                request["reason"] = "ERROR".into();
                request["error"] = json!({ "type": kind, "message": message });
            }
        }
        request
    }
}

/// An intent as requests show it.
fn intent(skill_id: &str, understood: &Understood) -> Value {
    let slots = understood.slots.iter().map(|slot| {
        let mut document = bare_slot(slot);
        if let Some(filling) = &slot.filling {
            let mut value = json!({ "type": "Simple", "value": filling.value });
            if let Some(resolution) = &filling.resolution {
                let canonical = |value: &Canonical| json!({ "value": canonical(value) });
                let resolutions = resolutions(skill_id, slot, resolution, canonical);
                document["resolutions"] = resolutions.clone();
                value["resolutions"] = resolutions;
            }
            document["source"] = "USER".into();
            document["slotValue"] = value;
        }
        (slot.name.clone(), document)
    });
    with_slots(understood, slots.collect())
}

/// An intent as simulations show it, which is older and flatter.
pub(super) fn considered_intent(skill_id: &str, understood: &Understood) -> Value {
    let slots = understood.slots.iter().map(|slot| {
        let mut document = bare_slot(slot);
        let resolution = slot
            .filling
            .as_ref()
            .and_then(|filling| filling.resolution.as_ref());
        if let Some(resolution) = resolution {
            document["resolutions"] = resolutions(skill_id, slot, resolution, canonical);
        }
        (slot.name.clone(), document)
    });
    with_slots(understood, slots.collect())
}

fn with_slots(understood: &Understood, slots: Map<String, Value>) -> Value {
    let mut intent = json!({ "name": understood.intent, "confirmationStatus": "NONE" });
    if !slots.is_empty() {
        intent["slots"] = Value::Object(slots);
    }
    intent
}

fn bare_slot(slot: &Slot) -> Value {
    let mut document = json!({ "name": slot.name, "confirmationStatus": "NONE" });
    if let Some(filling) = &slot.filling {
        document["value"] = filling.value.as_str().into();
    }
    document
}

fn canonical(value: &Canonical) -> Value {
    json!({ "name": value.name, "id": value.id })
}

fn resolutions(
    skill_id: &str,
    slot: &Slot,
    resolution: &Resolution,
    render: impl Fn(&Canonical) -> Value,
) -> Value {
    let mut authority = json!({
        "authority": format!("amzn1.er-authority.echo-sdk.{skill_id}.{}", slot.kind),
    });
    match resolution {
        Resolution::Match(values) => {
            authority["status"] = json!({ "code": "ER_SUCCESS_MATCH" });
            authority["values"] = values.iter().map(render).collect();
        }
        Resolution::NoMatch => authority["status"] = json!({ "code": "ER_SUCCESS_NO_MATCH" }),
    }
    json!({ "resolutionsPerAuthority": [authority] })
}

/// Everything that a request is made of.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) urls: &'a Urls,
    pub(super) skill: &'a Skill,
    pub(super) user_id: &'a str,
    pub(super) access_token: Option<&'a str>,
    pub(super) device_id: &'a str,
    pub(super) session: &'a Session,
    pub(super) locale: &'a str,
    pub(super) now: Timestamp,
}

impl Envelope<'_> {
    /// The document that the skill receives.
    pub(super) fn seal(&self, content: &Content) -> Value {
        let mut system = system(self.urls, self.skill, self.user_id, self.access_token);
        system["device"] = json!({ "deviceId": self.device_id, "supportedInterfaces": {} });
        json!({
            "version": "1.0",
            "session": {
                "new": self.session.new,
                "sessionId": self.session.id,
                "application": { "applicationId": self.skill.id },
                "attributes": self.session.attributes,
                "user": user(self.user_id, self.access_token),
            },
            "context": { "System": system },
            "request": content.to_json(&self.skill.id, self.locale, self.now),
        })
    }
}
