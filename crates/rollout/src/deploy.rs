//! The rollout: the graph of steps, run until the stage is what it shall be.
//!
//! ```text
//! who am I ─┬─ identity stack ──────────────────┐
//!           ├─ build, zip, upload by digest ────┼─ skill stacks ─ package ─ linking ─ enablement
//!           └─ create skill without endpoint ───┘
//! ```
//!
//! Where people sign in with Amazon there is no identity stack, and nothing waits for one.
//! Where people sign in at a host of one's own, the last steps wait until they get there.

use futures_util::future::join_all;
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
use crate::existing_pool;
use crate::guards;
use crate::home_region;
use crate::immutable_pool_settings::ImmutablePoolSettings;
use crate::inputs::Inputs;
use crate::lock::Owner;
use crate::plan::{self, Deployed};
use crate::progress::{Progress, Step};
use crate::session::Session;
use crate::state::{PoolRecord, StageState};
use crate::steps::bundle::{Building, Bundle, upload};
use crate::steps::{
    abandoned, drift, enablement, identity, linking, package, sign_in_domain, skill, skill_stack,
    stack,
};

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
    let planned = plan::plan(session, &mut building).await?;
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
    planned.check(&session.inputs.allowed)?;
    approve(&planned.plan)?;
    let agreement = Agreement::to(&planned.plan, approve, &session.inputs.allowed);
    let deployed = locked(session, owner, async {
        let deployed = apply(session, &agreement, &mut building).await?;
        finish(session).await?;
        Ok(deployed)
    })
    .await?;
    Ok(Outcome {
        deployed,
        plan: planned.plan,
    })
}

/// What [`deploy`] would do, and what would keep it from doing it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// The refusal that the deployment would end with, if a guard is in its way.
    pub refused: Option<Error>,
}

/// Says what [`deploy`] would do; changes nothing.
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
        let planned = plan::plan(&session, &mut building).await?;
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
        let applied = apply_aws(&session, &agreement, &mut building);
        locked(&session, owner, applied).await
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

async fn apply_aws(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    building: &mut Building<'_>,
) -> Result<DeployedAws, Error> {
    let regions = session.inputs.skill_regions();
    // A failure of one does not stop the others half-way: each ends, then the first error counts.
    let (accounts, bundle, skill_id) = tokio::join!(
        apply_identity(session, agreement),
        apply_bundle(session, agreement, building, &regions),
        session.step(Step::Skill, skill::ensure(session, agreement)),
    );
    let (accounts, bundle, skill_id) = (accounts?, bundle?, skill_id?);

    abandoned::remember(session, &regions).await?;
    let functions = join_all(regions.iter().map(|region| {
        apply_skill_stack(session, agreement, region, &accounts, &skill_id, &bundle)
    }))
    .await
    .into_iter()
    .collect::<Result<Vec<_>, _>>()?;
    Ok(DeployedAws {
        skill_id,
        accounts,
        functions,
    })
}

async fn apply(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    building: &mut Building<'_>,
) -> Result<Deployed, Error> {
    let DeployedAws {
        skill_id,
        accounts,
        functions,
    } = apply_aws(session, agreement, building).await?;
    if let Some(identity) = accounts.user_pool() {
        session
            .step(Step::Drift, drift::ensure(session, agreement, identity))
            .await?;
    }
    let endpoints = package::endpoints(session, &functions);
    let package = session
        .step(
            Step::Package,
            package::ensure(session, agreement, &skill_id, &endpoints),
        )
        .await?;
    sign_in_domain::wait(session, &accounts).await?;
    let linking = session
        .step(
            Step::Linking,
            linking::ensure(session, agreement, &skill_id, &accounts),
        )
        .await?;
    session
        .step(
            Step::Enablement,
            enablement::ensure(session, agreement, &skill_id),
        )
        .await?;
    // Last: by now no request is sent there any more.
    abandoned::remove(session, agreement, &skill_id).await?;
    Ok(Deployed {
        skill_id,
        accounts,
        functions,
        package,
        linking,
    })
}

async fn apply_identity(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
) -> Result<Accounts, Error> {
    if let Some(accounts) = Accounts::without_a_stack(session.inputs)? {
        return Ok(accounts);
    }
    session
        .step(Step::Identity, async {
            let (client, observed, orphan) = identity::prepare(session).await?;
            let before = (observed.as_ref(), orphan.as_ref());
            identity::forget_pool_that_goes(session, &client, before.0, before.1).await?;
            let (observed, outcome) =
                stack::ensure(session, agreement, &client, Step::Identity).await?;
            let outputs = identity::outputs(&client.desired().name, &observed)?;
            let wanted = ImmutablePoolSettings::wanted(&session.inputs.stack)?;
            let record = wanted.map(|made_with| PoolRecord {
                id: outputs.user_pool_id.clone(),
                made_with,
            });
            // A pool of others in the place of one's own ends what binds the stage.
            if record.is_some() || session.store.state().await.pool.is_some() {
                let change = |state: &mut StageState| state.pool = record;
                session.store.update(change).await?;
            }
            let existing = existing_pool::read(&session.aws, session.inputs).await?;
            let issuer = existing_pool::issuer(existing.as_ref(), session.inputs);
            Ok((Accounts::UserPool(outputs, issuer), outcome))
        })
        .await
}

async fn apply_bundle(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    building: &mut Building<'_>,
    regions: &[Region],
) -> Result<Bundle, Error> {
    session
        .step(Step::Build, async {
            let bundle = building.get().await?;
            let uploads = join_all(
                regions
                    .iter()
                    .map(|region| upload(session, agreement, region, &bundle)),
            );
            let mut uploaded = false;
            for upload in uploads.await {
                uploaded |= upload?;
            }
            let outcome = if uploaded { "uploaded" } else { "unchanged" };
            let outcome = format!("{outcome}: {}", &bundle.digest()[..12]);
            Ok((bundle, outcome))
        })
        .await
}

async fn apply_skill_stack(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    region: &Region,
    accounts: &Accounts,
    skill_id: &SkillId,
    bundle: &Bundle,
) -> Result<(Region, SkillOutputs), Error> {
    let client = skill_stack::client(session, region, accounts, skill_id, bundle)?;
    let deployed = session
        .step(Step::SkillStack(region.clone()), async {
            let step = Step::SkillStack(region.clone());
            let (observed, outcome) = stack::ensure(session, agreement, &client, step).await?;
            let outputs = skill_stack::outputs(&client.desired().name, &observed)?;
            Ok(((region.clone(), outputs), outcome))
        })
        .await?;
    let drift = Step::FunctionDrift(region.clone());
    if agreement.foresees(&drift) {
        let ensured = drift::functions::ensure(session, agreement, region, &client);
        session.step(drift, ensured).await?;
    }
    Ok(deployed)
}
