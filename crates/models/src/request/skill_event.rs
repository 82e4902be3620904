//! Events in the life of an enabled skill
//! ([skill events](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-events-in-alexa-skills.html)).
//!
//! They arrive outside of any session, possibly late, twice or out of order, and take no spoken
//! answer.

use serde::{Deserialize, Serialize};

use super::open::open_enum;
use super::{AccessToken, EventTime, Extra};

/// Something happened to the skill or to its link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SkillEvent {
    /// What happened; it comes from the request's type.
    #[serde(skip)]
    pub name: SkillEventName,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_creation_time: Option<EventTime>,
    /// When Alexa sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_publishing_time: Option<EventTime>,
    /// What belongs to this event alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<SkillEventBody>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SkillEvent {
    /// What every type of a skill event begins with.
    pub(super) const PREFIX: &'static str = "AlexaSkillEvent.";
}

open_enum! {
    /// What happened, without the prefix `AlexaSkillEvent.`.
    SkillEventName {
        /// The user enabled the skill.
        SkillEnabled = "SkillEnabled",
        /// The user disabled the skill, which unlinks the account.
        SkillDisabled = "SkillDisabled",
        /// The user linked an account.
        SkillAccountLinked = "SkillAccountLinked",
        /// The user granted a permission for the first time.
        SkillPermissionAccepted = "SkillPermissionAccepted",
        /// The user granted or withdrew a permission.
        SkillPermissionChanged = "SkillPermissionChanged",
        /// The user subscribed to or unsubscribed from proactive events.
        ProactiveSubscriptionChanged = "ProactiveSubscriptionChanged",
        /// The user subscribed to or unsubscribed from topics of notifications.
        NotificationSubscriptionChanged = "NotificationSubscriptionChanged",
    }
}

impl Default for SkillEventName {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// What belongs to one kind of event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SkillEventBody {
    /// The new link's access token, when an account was linked. Taken through
    /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_token: Option<AccessToken>,
    /// Whether a user who disabled the skill keeps the user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_information_persistence_status: Option<PersistenceStatus>,
    /// What else was sent, such as accepted permissions or subscriptions.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// Whether a user who disabled the skill keeps the user id.
    PersistenceStatus {
        /// The same user id comes back after enabling again.
        Persisted = "PERSISTED",
        /// Enabling again makes a new user id.
        NotPersisted = "NOT_PERSISTED",
    }
}
