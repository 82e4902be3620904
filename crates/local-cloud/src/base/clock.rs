//! The stage's clock: real time plus what a test has asked to skip.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The time that every service of one local stage agrees on. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    skipped_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The stage's time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
            .saturating_add(SignedDuration::from_secs(self.skipped_seconds()))
            .unwrap_or(Timestamp::MAX)
    }

    /// Lets `seconds` pass at once.
    pub(crate) fn advance(&self, seconds: u32) {
        self.skipped_seconds
            .fetch_add(i64::from(seconds), Ordering::Relaxed);
    }

    /// How far the stage is ahead of the machine, in seconds.
    pub(crate) fn skipped_seconds(&self) -> i64 {
        self.skipped_seconds.load(Ordering::Relaxed)
    }
}
