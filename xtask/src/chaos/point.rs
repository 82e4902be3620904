//! The places at which a deployment is hit.

use std::fmt;

use local_access::faults::{CallRecord, Fault, Rule};

/// What is being deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// From nothing.
    First,
    /// An update that changes everything.
    Update,
}

impl Scenario {
    fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Update => "update",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "the first deployment",
            Self::Update => "an update",
        })
    }
}

/// How it is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hit {
    /// Killed when the call has been carried out and before it is answered.
    KilledUnanswered,
    /// Killed when the call has been answered and before anything else is done.
    KilledAnswered,
    /// The call is refused with this status, once.
    Refused(u16),
    /// The call is carried out, and the connection is reset.
    Reset,
    /// The call is carried out and never answered.
    TimeOut,
}

impl Hit {
    pub(super) fn kills(self) -> bool {
        matches!(self, Self::KilledUnanswered | Self::KilledAnswered)
    }

    fn name(self) -> String {
        match self {
            Self::KilledUnanswered => "unanswered".to_owned(),
            Self::KilledAnswered => "answered".to_owned(),
            Self::Refused(status) => status.to_string(),
            Self::Reset => "reset".to_owned(),
            Self::TimeOut => "timeout".to_owned(),
        }
    }

    fn fault(self) -> Fault {
        match self {
            Self::KilledUnanswered => Fault::Halt { answered: false },
            Self::KilledAnswered => Fault::Halt { answered: true },
            Self::Refused(status) => Fault::Refuse {
                status,
                retry_after_seconds: (status == 429).then_some(1),
            },
            Self::Reset => Fault::Reset,
            Self::TimeOut => Fault::Silence,
        }
    }
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) scenario: Scenario,
    pub(super) hit: Hit,
    call: usize,
    operation: String,
}

impl Point {
    /// By which `--only` finds it.
    pub(super) fn name(&self) -> String {
        format!("{}-{}-{}", self.scenario.name(), self.call, self.hit.name())
    }

    pub(super) fn rule(&self) -> Rule {
        Rule {
            call: self.call,
            fault: self.hit.fault(),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.operation)
    }
}

/// Every place in a deployment that makes these calls.
pub(super) fn all(scenario: Scenario, calls: &[CallRecord], faults: bool) -> Vec<Point> {
    let mut points = Vec::new();
    for call in calls {
        let hits = if faults {
            let refused = [429, 500, 503].into_iter().chain(call.conflicts.clone());
            refused
                .map(Hit::Refused)
                .chain([Hit::Reset, Hit::TimeOut])
                .collect()
        } else {
            vec![Hit::KilledUnanswered, Hit::KilledAnswered]
        };
        points.extend(hits.into_iter().map(|hit| Point {
            scenario,
            hit,
            call: call.number,
            operation: call.operation.clone(),
        }));
    }
    points
}

/// So many of them, spread evenly, the same ones every time.
pub(super) fn sample(points: Vec<Point>, wanted: usize) -> Vec<Point> {
    let total = points.len();
    if wanted >= total {
        return points;
    }
    // The middle of each of `wanted` equal parts.
    let chosen: Vec<usize> = (0..wanted)
        .map(|part| (2 * part + 1) * total / (2 * wanted))
        .collect();
    let points = points.into_iter().enumerate();
    points
        .filter(|(index, _)| chosen.contains(index))
        .map(|(_, point)| point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(count: usize) -> Vec<CallRecord> {
        let call = |number| CallRecord {
            number,
            operation: "s3 PUT object".to_owned(),
            mutating: true,
            conflicts: vec![409, 412],
        };
        (1..=count).map(call).collect()
    }

    #[test]
    fn every_call_is_hit_in_every_way() {
        let kills = all(Scenario::First, &calls(3), false);
        let names: Vec<_> = kills.iter().map(Point::name).collect();
        assert_eq!(names.len(), 6);
        assert_eq!(names[0], "first-1-unanswered");
        assert_eq!(names[5], "first-3-answered");
        let faults = all(Scenario::Update, &calls(1), true);
        let names: Vec<_> = faults.iter().map(Point::name).collect();
        assert!(names.contains(&"update-1-412".to_owned()), "{names:?}");
        assert_eq!(names.len(), 7);
    }

    #[test]
    fn a_sample_is_spread_and_has_the_size_that_was_asked_for() {
        let points = || all(Scenario::First, &calls(50), false);
        for wanted in [1, 7, 99, 100] {
            assert_eq!(sample(points(), wanted).len(), wanted);
        }
        assert_eq!(sample(points(), 1_000).len(), 100);
        let two = sample(points(), 2);
        assert_eq!([two[0].call, two[1].call], [13, 38]);
    }
}
