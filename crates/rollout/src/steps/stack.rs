//! Bringing any stack to its desired state.

use crate::agreement::Agreement;
use crate::aws::stack::stack_part;
use crate::aws::stack::{Acted, Decision, Observed, StackClient, decide};
use crate::diff::Part;
use crate::diff::change::{Change, Kind, Replacement};
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::session::Session;

/// A stack's part of the plan, unless nothing can be done to it.
pub(crate) async fn look(
    client: &StackClient,
    step: Step,
    observed: Option<&Observed>,
) -> Result<Part, Error> {
    if decide(client.desired(), observed) == Decision::Stuck {
        return Err(client.stuck().await?);
    }
    stack_part(step, client.desired(), observed)
}

/// The observed stack if its outputs will be the same after the change.
pub(crate) fn kept<'a>(part: &Part, observed: Option<&'a Observed>) -> Option<&'a Observed> {
    let same = |change: &Change| {
        change.kind != Kind::Removed
            && (change.replacement == Replacement::No
                // A new version is what its alias is for.
                || change.resource_type.as_deref() == Some("AWS::Lambda::Version"))
    };
    observed.filter(|_| part.changes.iter().all(same))
}

/// Observes and acts until nothing is left to do, as far as the session agrees.
pub(crate) async fn ensure(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    client: &StackClient,
    step: Step,
) -> Result<(Observed, String), Error> {
    let agree = |part: &Part| {
        session.may_change()?;
        agreement.agree(part)
    };
    ensure_agreed(client, step, &agree).await
}

/// The same, asking somebody else before each change.
pub(crate) async fn ensure_agreed(
    client: &StackClient,
    step: Step,
    agree: &(dyn Fn(&Part) -> Result<(), Error> + Sync),
) -> Result<(Observed, String), Error> {
    let name = &client.desired().name;
    let mut outcome = None;
    loop {
        let observed = client.observe().await?;
        let decision = decide(client.desired(), observed.as_ref());
        let part = stack_part(step.clone(), client.desired(), observed.as_ref())?;
        match (&decision, observed) {
            (Decision::Nothing, Some(observed)) => {
                return Ok((observed, outcome.unwrap_or_else(|| "unchanged".to_owned())));
            }
            (Decision::Wait | Decision::FinishRollback, _) => {}
            (decision, _) if outcome.is_some() => {
                return Err(Error::new(
                    Code::Stack,
                    format!("stack {name} was deployed and is still not done: {decision}"),
                )
                .hint("somebody else may be deploying it too; run the command again"));
            }
            _ => {}
        }
        // To wait for somebody else's operation is no change; what is left afterwards is asked for.
        if decision != Decision::Wait {
            agree(&part)?;
        }
        let acted = client.act(&decision, &part).await?;
        if acted == Acted::NothingToChange
            && let Some(observed) = client.observe().await?
        {
            return Ok((observed, "unchanged but for its text".to_owned()));
        }
        outcome = match decision {
            Decision::Wait | Decision::FinishRollback => outcome,
            // The rest is made by an update, which the plan foresees.
            Decision::Import => None,
            done => Some(format!("done: {done}")),
        };
    }
}
