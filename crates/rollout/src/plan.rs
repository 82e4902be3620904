//! What a deployment would do, found out by reading only.

use std::cell::RefCell;

use infra::stack_file::Region;
use tokio::sync::watch;

use crate::aws::identity::LivePool;
use crate::calls::CallCounter;
use crate::diff::Plan;
use crate::error::Error;
use crate::guards::{self, Guard};
use crate::home_region;
use crate::inputs::Inputs;
use crate::live;
use crate::progress::{Progress, Step};
use crate::session::Session;
use crate::steps::Found;
use crate::steps::bundle::Building;
use crate::walks::{self, Deployed, Walk};

/// What a deployment would do, and what would keep it from doing it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// The refusal that the deployment would end with, if a guard is in its way.
    pub refused: Option<Error>,
}

/// Says what a deployment would do; changes nothing.
pub async fn plan(
    inputs: &Inputs,
    mut building: Building<'_>,
    counter: &CallCounter,
    progress: &dyn Progress,
    interrupted: watch::Receiver<bool>,
) -> Result<Preview, Error> {
    let session = Session::open(inputs, counter, progress, interrupted);
    Box::pin(async {
        let session = session.await?;
        // Said at the end: a plan shows the rest as well.
        let state = session.store.state().await;
        let recorded = guards::check_recorded_pool(&inputs.stack, &state, &inputs.allowed);
        let home = home_region::check(session.place()).await;
        let planned = look(&session, &mut building).await?;
        let refused = recorded
            .and(home)
            .and_then(|()| planned.check(&inputs.allowed))
            .err();
        Ok(Preview {
            plan: planned.plan,
            refused,
        })
    })
    .await
}

/// A plan, what its guards need to know, and what is deployed if it is empty.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) deployed: Option<Deployed>,
    pool: Option<LivePool>,
    obstacle: Option<Error>,
}

impl Planned {
    /// Refuses what a guard is there for, unless it is allowed, and what cannot be made.
    pub(crate) fn check(&self, allowed: &[Guard]) -> Result<(), Error> {
        guards::check(&self.plan, self.pool.as_ref(), allowed)?;
        self.obstacle.clone().map_or(Ok(()), Err)
    }
}

/// Reads everything that decides; changes nothing.
pub(crate) async fn look(
    session: &Session<'_>,
    building: &mut Building<'_>,
) -> Result<Planned, Error> {
    let found = RefCell::default();
    let deployed = walks::all(Walk::Look(&found), session, building).await?;
    let Found {
        mut parts,
        pool,
        obstacle,
    } = found.into_inner();
    let regions = session.inputs.skill_regions();
    parts.sort_by_key(|part| place(&part.step, &regions));
    let staying = parts.partition_point(|part| place(&part.step, &regions) < LEAVING);
    // The live version names no region that is left.
    let (staying, _) = parts.split_at_mut(staying);
    // What is not there, or has nothing to do, need not be asked about.
    if let Some(skill) = session.skill_id().await
        && staying.iter().any(|part| part.action.is_some())
        && live::exists(session, &skill).await?
    {
        live::mark(staying);
    }
    let plan = Plan { parts };
    Ok(Planned {
        deployed: deployed.filter(|_| plan.is_empty()),
        plan,
        pool,
        obstacle,
    })
}

/// The place of the regions that the stage leaves.
const LEAVING: (usize, usize) = (usize::MAX, 0);

/// Where a step is in a plan: in the order of the graph, and each region as stack.toml has it.
pub(crate) fn place(step: &Step, regions: &[Region]) -> (usize, usize) {
    let of = |region: &Region| regions.iter().position(|own| own == region);
    match step {
        Step::WhoAmI | Step::Delivery => (0, 0),
        Step::Identity => (1, 0),
        Step::Resources => (1, 1),
        Step::Drift => (2, 0),
        Step::ResourcesDrift => (2, 1),
        Step::Build => (3, 0),
        Step::Skill => (4, 0),
        Step::SkillStack(region) => of(region).map_or(LEAVING, |place| (5, place)),
        Step::FunctionDrift(region) => of(region).map_or(LEAVING, |place| (6, place)),
        Step::Package => (7, 0),
        Step::SignInDomain => (8, 0),
        Step::Linking => (9, 0),
        Step::Enablement => (10, 0),
        Step::Verify => (11, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_the_order_of_the_graph_and_ends_with_the_regions_that_are_left() {
        let [default, other, left] = ["us-east-1", "eu-west-1", "ap-northeast-1"]
            .map(|name| name.parse::<Region>().unwrap());
        let in_order = [
            Step::Identity,
            Step::Build,
            Step::SkillStack(default.clone()),
            Step::SkillStack(other.clone()),
            Step::FunctionDrift(default.clone()),
            Step::Package,
            Step::SkillStack(left),
        ];
        let mut steps = in_order.clone();
        steps.reverse();
        steps.sort_by_key(|step| place(step, &[default.clone(), other.clone()]));
        assert_eq!(steps, in_order);
    }
}
