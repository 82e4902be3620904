//! The two clocks that decide whether a token is good, and for how long it is remembered.

use jiff::Timestamp;

/// How far two clocks may differ, in seconds. A token is taken for so long after its `exp`, and
/// for so long before its `nbf` and `iat`.
pub(crate) const LEEWAY_SECONDS: i64 = 5;

/// The time of a request, by the machine's clock and by the later one of the machine and of
/// whoever sent the request.
///
/// What a token says is compared with the later clock: after a function was frozen the machine's
/// can be behind, and a local stage moves its own forward. Whatever outlives the request, which is
/// what is remembered of a token and how soon keys are fetched again, goes by the machine's clock:
/// a request that is dated far ahead has no effect on the ones after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestTime {
    machine: Timestamp,
    latest: Timestamp,
}

impl RequestTime {
    /// The time of a request that was received by the machine's clock, and sent by another one.
    pub fn new(received: Timestamp, sent: Option<Timestamp>) -> Self {
        Self {
            machine: received,
            latest: sent.map_or(received, |sent| sent.max(received)),
        }
    }

    /// The later of the two clocks.
    pub fn latest(self) -> Timestamp {
        self.latest
    }

    /// The machine's clock, in seconds since the beginning of 1970.
    pub(crate) fn machine_seconds(self) -> i64 {
        self.machine.as_second()
    }

    /// The later of the two clocks, in seconds since the beginning of 1970.
    pub(crate) fn latest_seconds(self) -> i64 {
        self.latest.as_second()
    }
}

/// The end of a token's life, by both clocks, in seconds since the beginning of 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    machine: i64,
    latest: i64,
}

impl Expiry {
    /// The end that a token states itself.
    pub(crate) fn at(seconds: i64) -> Self {
        Self {
            machine: seconds,
            latest: seconds,
        }
    }

    /// The end of a token that has so many seconds left.
    pub(crate) fn after(seconds: i64, now: RequestTime) -> Self {
        Self {
            machine: now.machine_seconds().saturating_add(seconds),
            latest: now.latest_seconds().saturating_add(seconds),
        }
    }

    /// The end by the machine's clock.
    pub(crate) fn machine_seconds(self) -> i64 {
        self.machine
    }

    /// Whether a token may still be remembered.
    pub(crate) fn is_worth_keeping(self, now: RequestTime) -> bool {
        now.machine_seconds() < self.machine.saturating_add(LEEWAY_SECONDS)
    }

    /// Whether a token is still good: by both clocks.
    pub(crate) fn is_ahead(self, now: RequestTime) -> bool {
        self.is_worth_keeping(now)
            && now.latest_seconds() < self.latest.saturating_add(LEEWAY_SECONDS)
    }
}
