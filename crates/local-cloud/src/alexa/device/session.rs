//! An open conversation.

/// What Alexa remembers between two turns.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Session {
    /// Whom the customer is talking to.
    pub(in crate::alexa) skill_id: String,
}
