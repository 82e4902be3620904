//! What Amazon would have sent by e-mail or SMS.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// One message to a person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// `email` or `sms`.
    pub(crate) medium: String,
    /// The address or the E.164 number.
    pub(crate) to: String,
    /// Subject line; empty for an SMS.
    pub(crate) subject: String,
    /// The text.
    pub(crate) body: String,
    /// The code inside the text, if there is one.
    pub(crate) code: Option<String>,
    /// When it was sent, by the stage's clock.
    pub(crate) sent_at: Timestamp,
}

/// Every message of one stage, oldest first. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    messages: Arc<Mutex<Vec<Message>>>,
}

impl Outbox {
    /// Delivers a message.
    pub(crate) fn send(&self, message: Message) {
        self.lock().push(message);
    }

    /// All messages to `to`, or all there are, oldest first.
    pub(crate) fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.lock()
            .iter()
            .filter(|message| to.is_none_or(|to| message.to == to))
            .cloned()
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
