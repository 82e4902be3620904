//! Waiting for a service to finish, without asking too often or sleeping too long.

use std::time::Duration;

/// Pauses that grow from quick to polite: something that is done in a moment is seen in a moment,
/// and something that takes minutes is asked about every few seconds.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    next: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

impl Default for Poll {
    fn default() -> Self {
        Self { next: FIRST_PAUSE }
    }
}

impl Poll {
    /// Sleeps for the next pause.
    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.pause()).await;
    }

    fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = LONGEST_PAUSE.min(pause * 8 / 5);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut poll = Poll::default();
        let pauses: Vec<_> = (0..20).map(|_| poll.pause()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses[0], FIRST_PAUSE);
        assert_eq!(pauses[19], LONGEST_PAUSE);
    }
}
