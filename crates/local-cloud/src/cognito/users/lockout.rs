//! Repeated failures to sign in.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html>, "Lockout
//! behavior for failed sign-in attempts": five are free, then one second that doubles with each
//! further failure up to about 15 minutes.

use jiff::{SignedDuration, Timestamp};

const FREE: u32 = 5;
const LONGEST: SignedDuration = SignedDuration::from_secs(15 * 60);

/// How often a person has failed and until when no attempt counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lockout {
    failures: u32,
    until: Option<Timestamp>,
}

impl Lockout {
    /// Whether attempts are refused unseen.
    pub(crate) fn locked(self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// One more failure.
    pub(crate) fn fail(&mut self, now: Timestamp) {
        // A quarter of an hour without a failure after a lockout starts the count afresh.
        if self
            .until
            .is_some_and(|until| now.duration_since(until) >= LONGEST)
        {
            *self = Self::default();
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FREE {
            let doublings = (self.failures - FREE).min(10);
            let pause = SignedDuration::from_secs(1 << doublings).min(LONGEST);
            self.until = now.checked_add(pause).ok();
        }
    }

    /// The right password.
    pub(crate) fn succeed(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_fifth_failure_locks_and_the_pause_doubles() {
        let mut lockout = Lockout::default();
        for _ in 0..4 {
            lockout.fail(at(0));
        }
        assert!(!lockout.locked(at(0)));
        lockout.fail(at(0));
        assert!(lockout.locked(at(0)) && !lockout.locked(at(1)));
        lockout.fail(at(1));
        assert!(lockout.locked(at(2)) && !lockout.locked(at(3)));
        for _ in 0..20 {
            lockout.fail(at(3));
        }
        assert!(lockout.locked(at(3 + 899)) && !lockout.locked(at(3 + 900)));
    }

    #[test]
    fn time_and_success_forgive() {
        let mut lockout = Lockout::default();
        for _ in 0..6 {
            lockout.fail(at(0));
        }
        lockout.fail(at(2 + 900));
        assert!(!lockout.locked(at(2 + 900)));
        lockout.succeed();
        assert_eq!(lockout, Lockout::default());
    }
}
