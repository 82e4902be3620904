//! News: that something has happened on the stage, for who listens. What it is, the doors say.

use tokio::sync::broadcast;

/// How many news wait for a slow listener, which learns then that it has missed some.
const WAITING: usize = 256;

/// The part of the stage that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A turn of a conversation was kept: `GET /turns`.
    Turn,
    /// An account linking went on, or its tokens are others: `GET /app/linkings`.
    Link,
    /// A message was sent: `GET /outbox`.
    Outbox,
    /// Time has passed at once: `GET /control/clock`.
    Clock,
    /// A skill, or what a customer has done with it, is another: `GET /app/skills`.
    App,
    /// A skill event was delivered: `GET /events`.
    Event,
    /// Something is made to fail, or is not any more: `GET /control/provider`, `GET /control/refresh`.
    Fault,
    /// The listener was too slow and has missed something: all of them.
    Everything,
}

impl Topic {
    /// The name of the server-sent event.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Link => "link",
            Self::Outbox => "outbox",
            Self::Clock => "clock",
            Self::App => "app",
            Self::Event => "event",
            Self::Fault => "fault",
            Self::Everything => "everything",
        }
    }
}

/// Where news are told and heard. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct News {
    sender: broadcast::Sender<Topic>,
}

impl Default for News {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(WAITING),
        }
    }
}

impl News {
    /// Tells it to who listens now.
    pub(crate) fn tell(&self, topic: Topic) {
        // An error means that there is no listener.
        let _ = self.sender.send(topic);
    }

    /// Hears everything that is told from now on.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.sender.subscribe())
    }
}

/// A listener.
#[derive(Debug)]
pub(crate) struct Listener(broadcast::Receiver<Topic>);

impl Listener {
    /// The next news; `None` when the stage is gone.
    pub(crate) async fn next(&mut self) -> Option<Topic> {
        match self.0.recv().await {
            Ok(topic) => Some(topic),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Topic::Everything),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_listener_learns_that_it_has_missed_something() {
        let news = News::default();
        news.tell(Topic::Clock);
        let mut listener = news.listen();
        news.tell(Topic::Turn);
        assert_eq!(listener.next().await, Some(Topic::Turn));
        for _ in 0..=WAITING {
            news.tell(Topic::Outbox);
        }
        assert_eq!(listener.next().await, Some(Topic::Everything));
        drop(news);
        let mut heard = 0;
        while listener.next().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, WAITING);
    }
}
