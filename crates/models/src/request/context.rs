//! The state of Alexa and of the device when a request was sent.

use serde_json::{Map, Value};

use super::AccessToken;
use super::object::object;

object! {
    /// The `context` object. Interfaces other than `System` are kept as they came.
    #[derive(Debug, Clone, Default)]
    Context {
        /// The skill, the user and the device.
        system: Option<System> = "System",
    }
}

object! {
    /// The `System` interface.
    #[derive(Debug, Clone, Default)]
    System {
        /// The skill.
        application: Option<Application> = "application",
        /// The Amazon account that enabled the skill.
        user: Option<User> = "user",
        /// The device that heard the request.
        device: Option<Device> = "device",
        /// The recognised speaker.
        person: Option<Person> = "person",
        /// The room or property that the device belongs to.
        unit: Option<Unit> = "unit",
        /// Base URL of the Alexa APIs for this user's region.
        api_endpoint: Option<String> = "apiEndpoint",
        /// Token for the Alexa APIs.
        api_access_token: Option<AccessToken> = "apiAccessToken",
    }
}

object! {
    /// The skill that a request is for.
    #[derive(Debug, Clone, Default, PartialEq)]
    Application {
        /// The skill id.
        application_id: String = "applicationId",
    }
}

object! {
    /// The Amazon account that enabled the skill.
    #[derive(Debug, Clone, Default)]
    User {
        /// Id of the user for this skill; a new one after disabling and enabling.
        user_id: String = "userId",
        /// Access token of the linked account; absent when there is none, or when Alexa could not
        /// refresh it.
        access_token: Option<AccessToken> = "accessToken",
        /// What the user granted the skill.
        permissions: Option<Permissions> = "permissions",
    }
}

object! {
    /// What the user granted the skill.
    #[derive(Debug, Clone, Default)]
    Permissions {
        /// Token for the lists and reminders APIs of old.
        consent_token: Option<AccessToken> = "consentToken",
        /// Scope to its status, such as `{"status": "GRANTED"}`.
        scopes: Option<Map<String, Value>> = "scopes",
    }
}

object! {
    /// The recognised speaker.
    #[derive(Debug, Clone, Default)]
    Person {
        /// Id of the speaker for this skill.
        person_id: String = "personId",
        /// Access token of the speaker's own linked account.
        access_token: Option<AccessToken> = "accessToken",
    }
}

object! {
    /// The device that heard the request.
    #[derive(Debug, Clone, Default, PartialEq)]
    Device {
        /// Id of the device for this skill.
        device_id: String = "deviceId",
        /// Interfaces that the device supports, such as `Alexa.Presentation.APL`.
        supported_interfaces: Option<Map<String, Value>> = "supportedInterfaces",
    }
}

object! {
    /// The room or property that the device belongs to.
    #[derive(Debug, Clone, Default, PartialEq)]
    Unit {
        /// Id of the unit for this skill.
        unit_id: Option<String> = "unitId",
        /// Id of the unit that survives disabling the skill.
        persistent_unit_id: Option<String> = "persistentUnitId",
    }
}
