//! The state of Alexa and of the device when a request was sent.

use serde_json::{Map, Value};

use super::AccessToken;
use super::object::object;

object! {
    /// The `context` object. Interfaces other than `System` are kept as they came.
    #[derive(Debug, Clone, Default)]
    Context {
        /// The skill, the user and the device.
        pub system: Option<System> = "System",
    }
}

object! {
    /// The `System` interface.
    #[derive(Debug, Clone, Default)]
    System {
        /// The skill.
        pub application: Option<Application> = "application",
        /// The Amazon account that enabled the skill.
        pub user: Option<User> = "user",
        /// The device that heard the request.
        pub device: Option<Device> = "device",
        /// The recognised speaker.
        pub person: Option<Person> = "person",
        /// The room or property that the device belongs to.
        pub unit: Option<Unit> = "unit",
        /// Base URL of the Alexa APIs for this user's region.
        pub api_endpoint: Option<String> = "apiEndpoint",
        /// Token for the Alexa APIs.
        pub api_access_token: Option<AccessToken> = "apiAccessToken",
    }
}

object! {
    /// The skill that a request is for.
    #[derive(Debug, Clone, Default, PartialEq)]
    Application {
        /// The skill id.
        pub application_id: String = "applicationId",
    }
}

object! {
    /// The Amazon account that enabled the skill.
    #[derive(Debug, Clone, Default)]
    User {
        /// Id of the user for this skill; a new one after disabling and enabling.
        pub user_id: String = "userId",
        /// Access token of the account that everybody in the home shares; absent when there is none, or
        /// when Alexa could not refresh it. Whether it counts is for
        /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account) to say.
        pub(super) access_token: Option<AccessToken> = "accessToken",
        /// What the user granted the skill.
        pub permissions: Option<Permissions> = "permissions",
    }
}

object! {
    /// What the user granted the skill.
    #[derive(Debug, Clone, Default)]
    Permissions {
        /// Token for the lists and reminders APIs of old.
        pub consent_token: Option<AccessToken> = "consentToken",
        /// Scope to its status, such as `{"status": "GRANTED"}`.
        pub scopes: Option<Map<String, Value>> = "scopes",
    }
}

object! {
    /// The recognised speaker, in requests to a skill that may read `alexa::person_id:read`
    /// ([personalization](https://developer.amazon.com/en-US/docs/alexa/custom-skills/add-personalization-to-your-skill.html)).
    #[derive(Debug, Clone, Default)]
    Person {
        /// Id of the speaker for this skill; a new one after disabling and enabling.
        pub person_id: String = "personId",
        /// Access token of the speaker's own linked account. Taken through
        /// [`RequestEnvelope::linked_account`](super::RequestEnvelope::linked_account).
        pub(super) access_token: Option<AccessToken> = "accessToken",
        /// How sure Alexa is of the speaker.
        pub authentication_confidence_level: Option<AuthenticationConfidenceLevel> =
            "authenticationConfidenceLevel",
    }
}

object! {
    /// How sure Alexa is of a speaker: ask for more before what is private or costs money.
    #[derive(Debug, Clone, Default, PartialEq)]
    AuthenticationConfidenceLevel {
        /// From 0 to 400: up to 300 by the voice, 400 after a spoken code.
        pub level: Option<u32> = "level",
        /// The policy by which the speaker was authenticated.
        pub custom_policy: Option<CustomPolicy> = "customPolicy",
    }
}

object! {
    /// The policy by which a speaker was authenticated.
    #[derive(Debug, Clone, Default, PartialEq)]
    CustomPolicy {
        /// Such as `VOICE_PIN`.
        pub policy_name: String = "policyName",
    }
}

object! {
    /// The device that heard the request.
    #[derive(Debug, Clone, Default, PartialEq)]
    Device {
        /// Id of the device for this skill.
        pub device_id: String = "deviceId",
        /// Interfaces that the device supports, such as `Alexa.Presentation.APL`.
        pub supported_interfaces: Option<Map<String, Value>> = "supportedInterfaces",
    }
}

object! {
    /// The room or property that the device belongs to.
    #[derive(Debug, Clone, Default, PartialEq)]
    Unit {
        /// Id of the unit for this skill.
        pub unit_id: Option<String> = "unitId",
        /// Id of the unit that survives disabling the skill.
        pub persistent_unit_id: Option<String> = "persistentUnitId",
    }
}
