//! The state of Alexa and of the device when a request was sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AccessToken, Extra};

/// The `context` object. Interfaces other than `System` are kept as they came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Context {
    /// The skill, the user and the device.
    #[serde(rename = "System", default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// `AudioPlayer`, `Viewport`, `Geolocation` and other interfaces.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The `System` interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct System {
    /// The skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// The Amazon account that enabled the skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The device that heard the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// The recognised speaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The room or property that the device belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Base URL of the Alexa APIs for this user's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_endpoint: Option<String>,
    /// Token for the Alexa APIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_access_token: Option<AccessToken>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The skill that a request is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The skill id.
    #[serde(default)]
    pub application_id: String,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The Amazon account that enabled the skill.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Id of the user for this skill; a new one after disabling and enabling.
    #[serde(default)]
    pub user_id: String,
    /// Access token of the account that everybody in the home shares; absent when there is none, or
    /// when Alexa could not refresh it. Whether it counts is for
    /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account) to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_token: Option<AccessToken>,
    /// What the user granted the skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What the user granted the skill.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    /// Token for the lists and reminders APIs of old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_token: Option<AccessToken>,
    /// Scope to its status, such as `{"status": "GRANTED"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Map<String, Value>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The recognised speaker, in requests to a skill that may read `alexa::person_id:read`
/// ([personalization](https://developer.amazon.com/en-US/docs/alexa/custom-skills/add-personalization-to-your-skill.html)).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Id of the speaker for this skill; a new one after disabling and enabling.
    #[serde(default)]
    pub person_id: String,
    /// Access token of the speaker's own linked account. Taken through
    /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_token: Option<AccessToken>,
    /// How sure Alexa is of the speaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_confidence_level: Option<AuthenticationConfidenceLevel>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How sure Alexa is of a speaker: ask for more before what is private or costs money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationConfidenceLevel {
    /// From 0 to 400: up to 300 by the voice, 400 after a spoken code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// The policy by which the speaker was authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_policy: Option<CustomPolicy>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The policy by which a speaker was authenticated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomPolicy {
    /// Such as `VOICE_PIN`.
    #[serde(default)]
    pub policy_name: String,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The device that heard the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Id of the device for this skill.
    #[serde(default)]
    pub device_id: String,
    /// Interfaces that the device supports, such as `Alexa.Presentation.APL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_interfaces: Option<Map<String, Value>>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The room or property that the device belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Id of the unit for this skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<String>,
    /// Id of the unit that survives disabling the skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_unit_id: Option<String>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}
