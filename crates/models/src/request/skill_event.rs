//! Events in the life of an enabled skill
//! ([skill events](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-events-in-alexa-skills.html)).
//!
//! They arrive outside of any session, possibly late, twice or out of order, and take no spoken
//! answer.

use super::object::{Member, object};
use super::open::open_enum;
use super::{AccessToken, EventTime, Extra};

object! {
    /// Something happened to the skill or to its link.
    #[derive(Debug, Clone, Default)]
    SkillEvent {
        /// What happened.
        pub name: SkillEventName = "type",
        /// When it happened.
        pub event_creation_time: Option<EventTime> = "eventCreationTime",
        /// When Alexa sent it.
        pub event_publishing_time: Option<EventTime> = "eventPublishingTime",
        /// What belongs to this event alone.
        pub body: Option<SkillEventBody> = "body",
    }
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

/// Belongs to the type of the request, which is read and written with the header.
impl Member for SkillEventName {
    fn take(_: &mut Extra, _: &str) -> Self {
        Self::default()
    }

    fn is_absent(&self) -> bool {
        true
    }
}

object! {
    /// What belongs to one kind of event.
    #[derive(Debug, Clone, Default)]
    SkillEventBody {
        /// The new link's access token, when an account was linked. Taken through
        /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account).
        pub(super) access_token: Option<AccessToken> = "accessToken",
        /// Whether a user who disabled the skill keeps the user id.
        pub user_information_persistence_status: Option<PersistenceStatus> = "userInformationPersistenceStatus",
    }
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
