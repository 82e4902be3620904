//! Requests as Alexa sends them.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/request-and-response-json-reference.html>

use jiff::Timestamp;
use local_access::Urls;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::session::Session;
use crate::alexa::linking::{Links, Recognised};
use crate::alexa::smapi::skill::Skill;
use crate::alexa::state::opaque;
use utterances::nlu::Understood;
use utterances::slots::{Canonical, Resolution, Slot};

/// Whole seconds, in UTC.
pub(in crate::alexa) fn timestamp(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// How sure the stage is of a voice: as sure as Alexa is of one without a spoken code. Amazon does not
/// document the values in between.
/// <https://developer.amazon.com/docs/alexa/custom-skills/add-personalization-to-your-skill.html>
const CONFIDENCE: u32 = 300;

/// `context.System`, without the device.
pub(in crate::alexa) fn system(urls: &Urls, skill: &Skill, user_id: &str, links: &Links) -> Value {
    let mut system = json!({
        "application": { "applicationId": skill.id },
        "user": user(user_id, links.shared.as_ref()),
        "apiEndpoint": urls.device.as_str().trim_end_matches('/'),
        "apiAccessToken": opaque(),
    });
    if let Some(recognised) = &links.person {
        system["person"] = person(recognised);
    }
    system
}

/// The customer, with the token while the account that the home shares is linked.
fn user(user_id: &str, access_token: Option<&SecretString>) -> Value {
    with_token(json!({ "userId": user_id }), access_token)
}

/// The recognised speaker, with the token while their personal profile is linked.
fn person(recognised: &Recognised) -> Value {
    let person = json!({
        "personId": recognised.person_id,
        "authenticationConfidenceLevel": { "level": CONFIDENCE },
    });
    with_token(person, recognised.access_token.as_ref())
}

fn with_token(mut holder: Value, access_token: Option<&SecretString>) -> Value {
    if let Some(token) = access_token {
        holder["accessToken"] = token.expose_secret().into();
    }
    holder
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
            Self::Intent(understood) => {
                request["intent"] = intent(skill_id, understood);
                if let Some(dialog) = &understood.dialog {
                    request["dialogState"] = dialog.state().into();
                }
            }
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
    pub(super) links: &'a Links,
    pub(super) device_id: &'a str,
    pub(super) session: &'a Session,
    pub(super) locale: &'a str,
    pub(super) now: Timestamp,
}

impl Envelope<'_> {
    /// The document that the skill receives.
    pub(super) fn seal(&self, content: &Content) -> Value {
        let mut system = system(self.urls, self.skill, self.user_id, self.links);
        system["device"] = json!({ "deviceId": self.device_id, "supportedInterfaces": {} });
        json!({
            "version": "1.0",
            "session": {
                "new": self.session.new,
                "sessionId": self.session.id,
                "application": { "applicationId": self.skill.id },
                "attributes": self.session.attributes,
                "user": user(self.user_id, self.links.shared.as_ref()),
            },
            "context": { "System": system },
            "request": content.to_json(&self.skill.id, self.locale, self.now),
        })
    }
}
