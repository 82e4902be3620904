//! The plan that was agreed to: a deployment does not do what its plan did not say.

use crate::diff::change::Change;
use crate::diff::{Approve, Part, Plan};
use crate::error::{Code, Error};
use crate::guards::{self, Guard};
use crate::progress::Step;

/// The changes that the steps of one deployment may make.
#[derive(Clone, Copy)]
pub(crate) struct Agreement<'a> {
    /// Guards that are lifted.
    allowed: &'a [Guard],
    /// The plan that is carried out, and whom to ask about what could not be known then.
    plan: Option<(&'a Plan, Approve<'a>)>,
}

impl<'a> Agreement<'a> {
    /// To a plan, and to nothing else.
    pub(crate) fn to(plan: &'a Plan, approve: Approve<'a>, allowed: &'a [Guard]) -> Self {
        Self {
            allowed,
            plan: Some((plan, approve)),
        }
    }

    /// To everything that no guard refuses.
    pub(crate) fn to_everything(allowed: &'a [Guard]) -> Self {
        Self {
            allowed,
            plan: None,
        }
    }

    /// To be asked before a step's change: a deployment does not do what the plan did not say.
    pub(crate) fn agree(&self, part: &Part) -> Result<(), Error> {
        let plan = Plan {
            parts: vec![part.clone()],
        };
        guards::check(&plan, None, self.allowed)?;
        let Some((agreed, approve)) = self.plan else {
            return Ok(());
        };
        match agreed.part(&part.step) {
            Some(agreed) if agreed.covers(part) => Ok(()),
            Some(agreed) if !agreed.complete => approve(&plan),
            Some(agreed) => Err(more_to_do(part, &agreed.uncovered(part))),
            None => Err(changed_meanwhile(&part.step)),
        }
    }

    /// The same for a step that is told by its name alone.
    pub(crate) fn agree_to_step(&self, step: &Step) -> Result<(), Error> {
        if self.foresees(step) {
            Ok(())
        } else {
            Err(changed_meanwhile(step))
        }
    }

    /// True if the plan that is carried out has something to do in a step.
    pub(crate) fn foresees(&self, step: &Step) -> bool {
        self.plan
            .is_none_or(|(plan, _)| plan.part(step).is_some_and(|part| part.action.is_some()))
    }
}

/// To be asked when somebody else wrote between reading and writing: whether what would be done
/// now was agreed to before, value by value, so that nothing of theirs is overwritten unseen.
pub(crate) fn agree_again(agreed: &Part, now: &Part) -> Result<(), Error> {
    if agreed.includes(now) {
        Ok(())
    } else {
        let new = now.changes.iter().filter(|change| !agreed.has(change));
        Err(more_to_do(now, &new.collect::<Vec<_>>()))
    }
}

/// The same, with what nobody agreed to.
fn more_to_do(part: &Part, changes: &[&Change]) -> Error {
    changes
        .iter()
        .fold(changed_meanwhile(&part.step), |error, change| {
            let paths: Vec<_> = (change.fields.iter())
                .map(|field| field.path.join("/"))
                .collect();
            error.because(format!(
                "{} {} {}",
                change.subject,
                change.kind,
                paths.join(", ")
            ))
        })
}

fn changed_meanwhile(step: &Step) -> Error {
    Error::new(
        Code::Plan,
        format!("{step}: there is more to do than the plan said; it was not done"),
    )
    .hint("another deployment or a person changed the stage meanwhile: run `cargo xtask plan` and deploy again")
}
