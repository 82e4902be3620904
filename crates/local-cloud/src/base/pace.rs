//! How fast the services of a stage finish what they go on with after they have answered.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often the caller is told "in progress", and how late others hear of what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How often a stack operation, a change set, an import, a new manifest or a new or changed
    /// function is seen in progress before its outcome is; and how often a resolver is asked before
    /// it knows a new name.
    pub polls: u32,
    /// After this an operation ends although nobody has asked.
    pub patience: Duration,
    /// How long a new skill stays out of the vendor's list.
    pub listing: Duration,
    /// How long Alexa does not see that it may invoke a function.
    pub permission: Duration,
}

impl Pace {
    /// As fast as can be, though nothing asynchronous is done at once.
    pub const QUICK: Self = Self {
        polls: 1,
        patience: Duration::from_secs(1),
        listing: Duration::ZERO,
        permission: Duration::ZERO,
    };

    /// As the real services are on a bad day, scaled down to what a person can wait for.
    pub const WORST: Self = Self {
        polls: 4,
        patience: Duration::from_secs(2),
        listing: Duration::from_secs(2),
        permission: Duration::from_millis(600),
    };

    /// Whether what is read right after a change may be what was there before.
    pub(crate) fn is_late(self) -> bool {
        self.polls > 1
    }

    /// How often what was just changed is still answered as it was before.
    pub(crate) fn late_answers(self) -> u32 {
        if self.is_late() { self.polls } else { 0 }
    }

    /// Waits until `seen` says that the caller has been told often enough, or patience ends.
    pub(crate) async fn linger(self, seen: impl Fn() -> u32) {
        if !self.is_late() {
            return;
        }
        let deadline = Instant::now() + self.patience;
        while seen() < self.polls && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::QUICK
    }
}

/// How far an asynchronous operation is. It finishes when its progress has been asked for as often
/// as the stage's pace says, or when that pace's patience ends.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    since: Instant,
    pace: Pace,
    seen: u32,
}

impl Progress {
    /// Just accepted.
    pub(crate) fn start(pace: Pace) -> Self {
        Self {
            since: Instant::now(),
            pace,
            seen: 0,
        }
    }

    /// Whether the caller has been told often enough that it is in progress.
    pub(crate) fn is_seen(&self) -> bool {
        self.seen >= self.pace.polls
    }

    /// The caller is told that it is in progress.
    pub(crate) fn seen(&mut self) {
        self.seen = self.seen.saturating_add(1);
    }

    /// Whether the outcome may be published.
    pub(crate) fn is_over(&self) -> bool {
        self.is_seen() || self.since.elapsed() >= self.pace.patience
    }
}
