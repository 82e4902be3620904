//! The session of a conversation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Application, Extra, User};

/// What lasts from "open" to "stop".
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Whether this request opened the session.
    #[serde(default)]
    pub new: bool,
    /// Id of the session.
    #[serde(default)]
    pub session_id: String,
    /// What the skill's last answer asked Alexa to remember.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Map<String, Value>>,
    /// The skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// The user, as in the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// What else was sent.
    #[serde(flatten)]
    pub extra: Extra,
}
