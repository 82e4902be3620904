//! The rollout: looks at the whole graph of steps, and walks over it again until the stage is what its
//! files say.

use std::cell::RefCell;

use jiff::Timestamp;
use tokio::sync::watch;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;
use models::ids::SkillId;

use crate::accounts::Accounts;
use crate::agreement::Agreement;
use crate::calls::CallCounter;
use crate::diff::{Approve, Plan};
use crate::error::Error;
use crate::guards;
use crate::home_region;
use crate::inputs::Inputs;
use crate::lock::Owner;
use crate::plan;
use crate::progress::Progress;
use crate::session::Session;
use crate::state::StageState;
use crate::steps::bundle::Building;
use crate::walks::{self, OnAws, Walk, unmade};

pub use crate::walks::Deployed;

/// How a deployment ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What is deployed.
    pub deployed: Deployed,
    /// What was done; empty when there was nothing to do.
    pub plan: Plan,
}

/// Brings the stage to its desired state.
///
/// Everything is decided from reads first. Without anything to do, no lock is taken and nothing is
/// written. Otherwise `approve` is asked, the lock is taken, and each step reads again what it
/// decides on. When `interrupted` turns true, steps in flight end and no new change is begun.
pub async fn deploy(
    inputs: &Inputs,
    building: Building<'_>,
    counter: &CallCounter,
    progress: &dyn Progress,
    approve: Approve<'_>,
    owner: Owner,
    interrupted: watch::Receiver<bool>,
) -> Result<Outcome, Error> {
    // What the pool cannot become is said before anything else is asked.
    let admit =
        |state: &StageState| guards::check_recorded_pool(&inputs.stack, state, &inputs.allowed);
    let session = Session::open_if(inputs, counter, progress, interrupted, admit);
    // On the heap: it is the largest future of the program.
    Box::pin(async {
        let session = session.await?;
        home_region::check(session.place()).await?;
        run(&session, building, approve, owner).await
    })
    .await
}

async fn run(
    session: &Session<'_>,
    mut building: Building<'_>,
    approve: Approve<'_>,
    owner: Owner,
) -> Result<Outcome, Error> {
    let planned = plan::look(session, &mut building).await?;
    planned.check(&session.inputs.allowed)?;
    if let Some(deployed) = planned.deployed {
        if session.store.is_abandoned(&owner).await? {
            // All was done, and whoever did it was killed before saying so.
            locked(session, owner, finish(session)).await?;
        }
        return Ok(Outcome {
            deployed,
            plan: planned.plan,
        });
    }
    approve(&planned.plan)?;
    let agreement = Agreement::to(&planned.plan, approve, &session.inputs.allowed);
    let deployed = locked(session, owner, async {
        let walked = walks::all(Walk::Act(&agreement), session, &mut building).await?;
        let deployed = walked.ok_or_else(unmade)?;
        finish(session).await?;
        Ok(deployed)
    })
    .await?;
    Ok(Outcome {
        deployed,
        plan: planned.plan,
    })
}

/// Brings other code to the functions of a stage that is `known` from a deployment just before, with a fraction of
/// its calls: whatever else may have been done to the stage in between is not looked at.
///
/// `None` if the stage has another skill by now, or none: then it has to be deployed.
pub async fn deploy_code(
    inputs: &Inputs,
    (mut building, known): (Building<'_>, &Deployed),
    counter: &CallCounter,
    progress: &dyn Progress,
    owner: Owner,
    interrupted: watch::Receiver<bool>,
) -> Result<Option<Plan>, Error> {
    let session = Session::open(inputs, counter, progress, interrupted);
    Box::pin(async {
        let session = session.await?;
        if session.skill_id().await.as_ref() != Some(&known.skill_id) {
            return Ok(None);
        }
        let found = RefCell::default();
        walks::code(Walk::Look(&found), &session, &mut building, known).await?;
        let mut parts = found.into_inner().parts;
        let regions = inputs.skill_regions();
        parts.sort_by_key(|part| plan::place(&part.step, &regions));
        let plan = Plan { parts };
        if !plan.is_empty() {
            let agreement = Agreement::to(&plan, &|_| Ok(()), &inputs.allowed);
            locked(&session, owner, async {
                walks::code(Walk::Act(&agreement), &session, &mut building, known).await?;
                finish(&session).await
            })
            .await?;
        }
        Ok(Some(plan))
    })
    .await
}

/// What of a stage is on AWS, and the skill that it is for.
#[derive(Debug, Clone)]
pub struct DeployedAws {
    /// The skill; it has no endpoint yet unless an earlier deployment gave it one.
    pub skill_id: SkillId,
    /// Whose accounts people link.
    pub accounts: Accounts,
    /// The function in each region, the default first.
    pub functions: Vec<(Region, SkillOutputs)>,
}

/// Brings what is on AWS to its desired state and stops there, before the skill is told of its
/// functions. For targets that are AWS and nothing else.
pub async fn deploy_aws(
    inputs: &Inputs,
    mut building: Building<'_>,
    counter: &CallCounter,
    progress: &dyn Progress,
    owner: Owner,
    interrupted: watch::Receiver<bool>,
) -> Result<DeployedAws, Error> {
    let session = Session::open(inputs, counter, progress, interrupted);
    Box::pin(async {
        let session = session.await?;
        let agreement = Agreement::to_everything(&inputs.allowed);
        let walk = walks::on_aws(Walk::Act(&agreement), &session, &mut building);
        let OnAws {
            people,
            skill,
            functions,
            resources: _,
        } = locked(&session, owner, walk).await?;
        let known = skill.zip(people).zip(functions).ok_or_else(unmade)?;
        let ((skill_id, people), functions) = known;
        Ok(DeployedAws {
            skill_id,
            accounts: people.accounts,
            functions,
        })
    })
    .await
}

/// Writes down that a deployment has ended well.
async fn finish(session: &Session<'_>) -> Result<(), Error> {
    let now = Timestamp::now();
    let change = |state: &mut StageState| state.deployed_at = Some(now);
    session.store.update(change).await
}

/// Does some work with the stage's lock held.
pub(crate) async fn locked<T>(
    session: &Session<'_>,
    owner: Owner,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    session.may_change()?;
    session.bucket(&session.inputs.home).ensure().await?;
    let turn = session.store.lock(owner).await?;
    let result = work.await;
    let released = turn.release().await;
    let value = result?;
    released?;
    Ok(value)
}
