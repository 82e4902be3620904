//! When to try again, and how long to wait before.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::Error;
use crate::call::Repeat;

/// How often a call is made, and how far apart: exponential backoff with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts altogether; 1 means no retry.
    pub attempts: u32,
    /// Upper limit of the first wait; it doubles with each attempt.
    pub first: Duration,
    /// Upper limit of every wait that the service did not ask for.
    pub longest: Duration,
    /// The longest wait that is granted when the service asks for one (`Retry-After`). It is an
    /// error to be asked for more: nobody should wonder for an hour what happens.
    pub longest_asked: Duration,
    /// Attempts altogether while another operation on the same skill is in progress (409): a
    /// package takes a minute or two to be imported.
    pub conflict_attempts: u32,
    /// How long one attempt may take.
    pub call_timeout: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            first: Duration::from_millis(250),
            longest: Duration::from_secs(10),
            longest_asked: Duration::from_mins(1),
            conflict_attempts: 30,
            call_timeout: Duration::from_mins(1),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before trying again after attempt number `attempt` (from 1) failed, or
    /// `None` to give up. `random` decides the jitter.
    pub(crate) fn wait(
        &self,
        attempt: u32,
        repeat: Repeat,
        error: &Error,
        random: u64,
    ) -> Option<Duration> {
        let attempts = if error.is_conflict() {
            self.conflict_attempts
        } else {
            self.attempts
        };
        if attempt >= attempts || !may_repeat(repeat, error) {
            return None;
        }
        self.jittered(attempt, error.retry_after(), random)
    }

    /// How long to wait after an attempt of this number, from 1, when the service has `asked` for a
    /// wait or not; `None` when it asks for more than is granted.
    pub fn pause(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        self.jittered(attempt, asked, random())
    }

    fn jittered(&self, attempt: u32, asked: Option<Duration>, random: u64) -> Option<Duration> {
        let limit = self
            .first
            .saturating_mul(2_u32.saturating_pow(attempt - 1))
            .min(self.longest);
        // 2^-32 steps are fine enough for a wait, and exact in an f64.
        let part = f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
        let jitter = limit.mul_f64(part);
        match asked {
            Some(asked) if asked > self.longest_asked => None,
            Some(asked) => Some(asked + jitter.min(self.first)),
            None => Some(jitter),
        }
    }
}

fn may_repeat(repeat: Repeat, error: &Error) -> bool {
    match error {
        // Throttled calls are turned away at the door.
        Error::Refused(refusal) if refusal.status == 429 => true,
        // It was not done, because something else is being done.
        Error::Refused(refusal) if refusal.status == 409 => true,
        Error::Refused(refusal) => repeat == Repeat::Freely && refusal.status >= 500,
        Error::Unreachable { .. } => true,
        Error::NoAnswer { .. } => repeat == Repeat::Freely,
        _ => false,
    }
}

/// 64 random bits, without a generator to seed: each `RandomState` has keys of its own.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Operation, Refusal};

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        let mut refusal = Refusal::new(Operation::ListVendors, status);
        refusal.retry_after = retry_after.map(Duration::from_secs);
        refusal.into()
    }

    #[test]
    fn creates_are_repeated_only_when_they_certainly_were_not_done() {
        let wait = |repeat, status| {
            RetryPolicy::default()
                .wait(1, repeat, &refused(status, None), 0)
                .is_some()
        };
        assert!(wait(Repeat::IfNotDone, 429));
        assert!(!wait(Repeat::IfNotDone, 500));
        assert!(!wait(Repeat::IfNotDone, 503));
        assert!(wait(Repeat::Freely, 503));
        assert!(wait(Repeat::IfNotDone, 409));
        for status in [400, 401, 403, 404, 412, 413] {
            assert!(!wait(Repeat::Freely, status), "{status}");
        }
    }

    proptest! {
        #[test]
        fn waits_are_bounded(attempt in 1..100_u32, random: u64, asked in proptest::option::of(0..200_u64)) {
            let policy = RetryPolicy::default();
            let wait = policy.wait(attempt, Repeat::Freely, &refused(429, asked), random);
            if attempt >= policy.attempts || asked > Some(60) {
                prop_assert_eq!(wait, None);
            } else if let Some(asked) = asked {
                let wait = wait.unwrap();
                prop_assert!(wait >= Duration::from_secs(asked));
                prop_assert!(wait <= Duration::from_secs(asked) + policy.first);
            } else {
                prop_assert!(wait.unwrap() <= policy.longest);
            }
        }
    }
}
