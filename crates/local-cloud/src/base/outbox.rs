//! What Amazon would have sent by e-mail or SMS.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::news::{News, Topic};

/// How many messages are kept: those of some hours of tests.
const KEPT: usize = 5000;

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

/// The newest messages of one stage, oldest first. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    messages: Arc<Mutex<VecDeque<Message>>>,
    news: News,
}

impl Outbox {
    /// No messages yet.
    pub(crate) fn new(news: News) -> Self {
        Self {
            messages: Arc::default(),
            news,
        }
    }

    /// Delivers a message.
    pub(crate) fn send(&self, message: Message) {
        let mut messages = self.lock();
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        drop(messages);
        self.news.tell(Topic::Outbox);
    }

    /// All messages to `to`, or all that are kept, oldest first.
    pub(crate) fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.lock()
            .iter()
            .filter(|message| to.is_none_or(|to| message.to == to))
            .cloned()
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
