//! An open conversation.

use serde_json::{Map, Value};

use crate::alexa::state::opaque;

/// What Alexa remembers between two turns.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Session {
    /// Whom the customer is talking to.
    pub(in crate::alexa) skill_id: String,
    /// `amzn1.echo-api.session.…`
    pub(super) id: String,
    /// No request has been answered yet.
    pub(super) new: bool,
    /// What the skill wants back with the next request.
    pub(super) attributes: Map<String, Value>,
}

impl Session {
    /// A conversation that is about to begin.
    pub(super) fn start(skill_id: String) -> Self {
        Self {
            skill_id,
            id: format!("amzn1.echo-api.session.{}", opaque()),
            new: true,
            attributes: Map::new(),
        }
    }
}
