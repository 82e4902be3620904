//! What a process knows of its own lock without asking anybody.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// After this long without a renewal the holder stops by itself: well before others may take over.
const LONGEST_SILENCE: Duration = Duration::from_secs(40);

/// A moment on both of the machine's clocks: one stands still while the machine sleeps, the other can
/// be set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    steady: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self {
            steady: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// How long ago it was, by the clock that says more.
    fn elapsed(self, now: Self) -> Duration {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        now.steady.saturating_duration_since(self.steady).max(wall)
    }
}

/// How a lock stands that this process has taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ours,
    Overwritten,
    Expired,
}

/// The lock of this process, as far as it knows.
#[derive(Debug, Default)]
pub(super) struct Hold {
    overwritten: AtomicBool,
    /// Absent before the lock was taken.
    renewed: Mutex<Option<Moment>>,
}

impl Hold {
    pub(super) fn renewed(&self, at: Moment) {
        if let Ok(mut renewed) = self.renewed.lock() {
            *renewed = Some(at);
        }
    }

    pub(super) fn overwritten(&self) {
        self.overwritten.store(true, Ordering::Relaxed);
    }

    pub(super) fn standing(&self, now: Moment) -> Standing {
        let renewed = self.renewed.lock().map_or(None, |renewed| *renewed);
        let silent = renewed.is_some_and(|renewed| renewed.elapsed(now) > LONGEST_SILENCE);
        if self.overwritten.load(Ordering::Relaxed) {
            Standing::Overwritten
        } else if silent {
            Standing::Expired
        } else {
            Standing::Ours
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(moment: Moment, steady: u64, wall: u64) -> Moment {
        Moment {
            steady: moment.steady + Duration::from_secs(steady),
            wall: moment.wall + Duration::from_secs(wall),
        }
    }

    #[test]
    fn a_silent_holder_stops_before_others_may_start() {
        let hold = Hold::default();
        let start = Moment::now();
        assert_eq!(hold.standing(start), Standing::Ours);
        hold.renewed(start);
        assert_eq!(hold.standing(later(start, 40, 40)), Standing::Ours);
        assert_eq!(hold.standing(later(start, 41, 41)), Standing::Expired);
        hold.overwritten();
        assert_eq!(hold.standing(start), Standing::Overwritten);
    }

    #[test]
    fn neither_sleep_nor_a_clock_that_is_set_back_lengthens_a_turn() {
        let hold = Hold::default();
        let start = Moment::now();
        hold.renewed(start);
        assert_eq!(hold.standing(later(start, 1, 600)), Standing::Expired);
        let set_back = Moment {
            wall: start.wall - Duration::from_hours(1),
            ..later(start, 41, 0)
        };
        assert_eq!(hold.standing(set_back), Standing::Expired);
    }
}
