//! The session of a conversation.

use serde_json::{Map, Value};

use super::object::object;
use super::{Application, User};

object! {
    /// What lasts from "open" to "stop".
    #[derive(Debug, Clone, Default)]
    Session {
        /// Whether this request opened the session.
        pub new: Option<bool> = "new",
        /// Id of the session.
        pub session_id: String = "sessionId",
        /// What the skill's last answer asked Alexa to remember.
        pub attributes: Option<Map<String, Value>> = "attributes",
        /// The skill.
        pub application: Option<Application> = "application",
        /// The user, as in the context.
        pub user: Option<User> = "user",
    }
}
