//! The nodes of the rollout's graph, one file each: its `look` observes and decides, its `act` does so
//! again, acts and verifies. Each can be run again at any time; `walks` has their order.

pub(crate) mod abandoned;
pub(crate) mod bundle;
pub(crate) mod drift;
pub(crate) mod enablement;
pub(crate) mod identity;
pub(crate) mod linking;
pub(crate) mod orphan;
pub(crate) mod package;
pub(crate) mod recover;
pub(crate) mod resources;
pub(crate) mod sign_in_domain;
pub(crate) mod skill;
pub(crate) mod skill_stack;
pub(crate) mod stack;

use crate::aws::identity::LivePool;
use crate::diff::Part;
use crate::error::Error;

/// The answer of a step's `look`: it observes and decides, and changes nothing.
pub(crate) type Look<T> = Result<Looked<T>, Error>;

/// The answer of a step's `act`, which observes and decides once more, acts as far as that was agreed to,
/// and verifies: its outputs, and in words how it ended.
pub(crate) type Act<T> = Result<(T, String), Error>;

/// The outputs of a step as far as they are known, and what it found.
#[derive(Debug)]
pub(crate) struct Looked<T> {
    pub(crate) found: Found,
    /// The step's outputs, if they are known and acting does not change them.
    pub(crate) made: Option<T>,
}

impl<T> Looked<T> {
    /// The parts of a plan, and the outputs.
    pub(crate) fn new(parts: impl Into<Vec<Part>>, made: Option<T>) -> Self {
        let parts = parts.into();
        Self {
            found: Found {
                parts,
                ..Found::default()
            },
            made,
        }
    }
}

/// The plan so far, and what could keep it from being carried out.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// One part for each step.
    pub(crate) parts: Vec<Part>,
    /// The live pool, where the plan could contradict what it is.
    pub(crate) pool: Option<LivePool>,
    /// The reason why people could not sign in where they are meant to.
    pub(crate) obstacle: Option<Error>,
}

impl Found {
    /// Adds what another step has found. Parts of the same step, such as the code of each region, become
    /// one.
    pub(crate) fn add(&mut self, other: Self) {
        for part in other.parts {
            match self.parts.iter_mut().find(|own| own.step == part.step) {
                Some(own) => {
                    own.action = own.action.take().or(part.action);
                    own.changes.extend(part.changes);
                    own.unchanged += part.unchanged;
                }
                None => self.parts.push(part),
            }
        }
        self.pool = self.pool.take().or(other.pool);
        self.obstacle = self.obstacle.take().or(other.obstacle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::change::{Change, Kind};
    use crate::progress::Step;

    #[test]
    fn what_is_found_of_one_step_in_several_regions_is_one_part() {
        let change = Change::new(Kind::Added, "code", Vec::new());
        let same = Part::of(Step::Build, "upload", Vec::new(), 1);
        let new = Part::of(Step::Build, "upload", vec![change], 0);
        let mut found = Found::default();
        for part in [same, new, Part::nothing(Step::Package)] {
            found.add(Looked::new([part], Some(())).found);
        }
        let [build, package] = found.parts.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(build.action.as_deref(), Some("upload"));
        assert_eq!((build.changes.len(), build.unchanged), (1, 1));
        assert_eq!(package.action, None);
    }
}
