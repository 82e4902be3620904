//! What a deployment would do, found out by reading only.

use infra::stack_file::Region;
use infra::stacks::{IdentityOutputs, SkillOutputs};
use models::account_linking::AccountLinking;
use models::ids::SkillId;

use crate::aws::stack::Decision;
use crate::aws::stack::decide;
use crate::error::Error;
use crate::package::{Endpoints, Rendered};
use crate::progress::Step;
use crate::session::Session;
use crate::steps::bundle::Building;
use crate::steps::{enablement, identity, linking, package, skill_stack};

/// The steps that have something to do, in the order of the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What would be done, and why.
    pub entries: Vec<Entry>,
}

/// One step with something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The step.
    pub step: Step,
    /// What it would do.
    pub what: String,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, step: Step, what: impl Into<String>) {
        self.entries.push(Entry {
            step,
            what: what.into(),
        });
    }
}

/// A plan, and what is deployed if it is empty.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) deployed: Option<Deployed>,
}

/// A finished deployment.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The skill.
    pub skill_id: SkillId,
    /// The user pool and its client.
    pub identity: IdentityOutputs,
    /// The function in each region, the default first.
    pub functions: Vec<(Region, SkillOutputs)>,
    /// The skill package.
    pub package: Rendered,
    /// Account linking, without its secret.
    pub linking: AccountLinking,
}

/// Reads everything that decides; changes nothing.
pub(crate) async fn plan(
    session: &Session<'_>,
    building: &mut Building<'_>,
) -> Result<Planned, Error> {
    let mut plan = Plan::default();
    let identity = plan_identity(session, &mut plan).await?;
    let skill = session.store.state().await.skill.and_then(|skill| skill.id);
    if skill.is_none() {
        plan.add(Step::Skill, "create or find");
    }
    // What follows depends on ids that do not exist yet: it is planned again when they do.
    let (Some(identity), Some(skill)) = (identity, skill) else {
        for region in regions(session) {
            plan.add(Step::SkillStack(region), "deploy");
        }
        plan.add(Step::Package, "import");
        plan.add(Step::Linking, "write");
        plan.add(Step::Enablement, "enable");
        return Ok(Planned {
            plan,
            deployed: None,
        });
    };

    let stacks = plan_skill_stacks(session, building, &identity, &skill);
    let linking = plan_linking(session, &identity, &skill);
    let enabled = enablement::observe(session, &skill);
    let (stacks, linking, enabled) = tokio::join!(stacks, linking, enabled);
    let functions = stacks?.functions(&mut plan);
    let package = plan_package(session, &skill, functions.as_deref(), &mut plan).await?;
    let (linking, reasons) = linking?;
    if !reasons.is_empty() {
        plan.add(Step::Linking, format!("write: {}", reasons.join(", ")));
    }
    if !enabled? {
        plan.add(Step::Enablement, "enable");
    }
    let deployed = match (functions, package) {
        (Some(functions), Some(package)) if plan.is_empty() => Some(Deployed {
            skill_id: skill,
            identity,
            functions,
            package,
            linking,
        }),
        _ => None,
    };
    Ok(Planned { plan, deployed })
}

/// The package, unless the functions it names may change.
async fn plan_package(
    session: &Session<'_>,
    skill: &SkillId,
    functions: Option<&[(Region, SkillOutputs)]>,
    plan: &mut Plan,
) -> Result<Option<Rendered>, Error> {
    let Some(functions) = functions else {
        plan.add(Step::Package, "import if the functions' ARNs change");
        return Ok(None);
    };
    let desired = package::desired(session, &endpoints(session, functions)).await;
    let stored = package::observe(session, skill, desired.locales()).await?;
    let record = session
        .store
        .state()
        .await
        .skill
        .and_then(|skill| skill.package);
    let reasons = package::decide(&desired, &stored, record.as_ref());
    if !reasons.is_empty() {
        plan.add(Step::Package, format!("import: {}", reasons.join(", ")));
    }
    Ok(Some(desired))
}

/// The stack's outputs, unless they may change.
async fn plan_identity(
    session: &Session<'_>,
    plan: &mut Plan,
) -> Result<Option<IdentityOutputs>, Error> {
    let client = identity::client(session)?;
    let observed = client.observe().await?;
    match (decide(client.desired(), observed.as_ref()), observed) {
        (Decision::Nothing, Some(observed)) => {
            identity::outputs(&client.desired().name, &observed).map(Some)
        }
        (Decision::Stuck, _) => Err(client.stuck().await?),
        (decision, _) => {
            plan.add(Step::Identity, decision.to_string());
            Ok(None)
        }
    }
}

struct PlannedStacks {
    changes: Vec<Entry>,
    functions: Vec<(Region, SkillOutputs)>,
}

impl PlannedStacks {
    /// The functions, if no stack changes.
    fn functions(self, plan: &mut Plan) -> Option<Vec<(Region, SkillOutputs)>> {
        let unchanged = self.changes.is_empty();
        plan.entries.extend(self.changes);
        unchanged.then_some(self.functions)
    }
}

async fn plan_skill_stacks(
    session: &Session<'_>,
    building: &mut Building<'_>,
    identity: &IdentityOutputs,
    skill: &SkillId,
) -> Result<PlannedStacks, Error> {
    let bundle = building.get().await?;
    let mut planned = PlannedStacks {
        changes: Vec::new(),
        functions: Vec::new(),
    };
    for region in regions(session) {
        let client = skill_stack::client(session, &region, identity, skill, &bundle)?;
        let observed = client.observe().await?;
        match (decide(client.desired(), observed.as_ref()), observed) {
            (Decision::Nothing, Some(observed)) => {
                let outputs = skill_stack::outputs(&client.desired().name, &observed)?;
                planned.functions.push((region, outputs));
            }
            (Decision::Stuck, _) => return Err(client.stuck().await?),
            (decision, _) => planned.changes.push(Entry {
                step: Step::SkillStack(region),
                what: decision.to_string(),
            }),
        }
    }
    Ok(planned)
}

async fn plan_linking(
    session: &Session<'_>,
    identity: &IdentityOutputs,
    skill: &SkillId,
) -> Result<(AccountLinking, Vec<String>), Error> {
    let (desired, observed) = tokio::join!(
        linking::desired(session, identity),
        linking::observe(session, skill)
    );
    let desired = desired?;
    let record = session.store.state().await.linking;
    let reasons = linking::decide(
        &desired,
        observed?.as_ref().map(|observed| &observed.value),
        record.as_ref(),
    );
    Ok((desired.linking().clone(), reasons))
}

/// The regions that a skill stack belongs in, the default first.
pub(crate) fn regions(session: &Session<'_>) -> Vec<Region> {
    session
        .inputs
        .stack
        .lambda
        .regions
        .distinct()
        .into_iter()
        .map(Region::from)
        .collect()
}

/// Where Alexa finds the functions.
pub(crate) fn endpoints(session: &Session<'_>, functions: &[(Region, SkillOutputs)]) -> Endpoints {
    let arn_in = |region: infra::stack_file::LambdaRegion| {
        functions
            .iter()
            .find(|(deployed, _)| deployed.as_str() == region.as_str())
            .map(|(_, outputs)| outputs.alias_arn.clone())
            .unwrap_or_default()
    };
    let regions = &session.inputs.stack.lambda.regions;
    Endpoints {
        default: arn_in(regions.default),
        regions: regions
            .named()
            .map(|(part, region)| (part, arn_in(region)))
            .collect(),
    }
}
