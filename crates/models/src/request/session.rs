//! The session of a conversation.

use serde_json::{Map, Value};

use super::object::object;
use super::{Application, User};

object! {
    /// What lasts from "open" to "stop".
    #[derive(Debug, Clone, Default)]
    Session {
        /// Whether this request opened the session.
        new: Option<bool> = "new",
        /// Id of the session.
        session_id: String = "sessionId",
        /// What the skill's last answer asked Alexa to remember.
        attributes: Option<Map<String, Value>> = "attributes",
        /// The skill.
        application: Option<Application> = "application",
        /// The user, as in the context.
        user: Option<User> = "user",
    }
}
