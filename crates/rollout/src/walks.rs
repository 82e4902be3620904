//! The graph of steps, written once, and the two walks over it: `plan` looks, `deploy` acts.
//!
//! ```text
//! who am I ─┬─ identity stack ──────────────────┐
//!           ├─ resources stack, if there is one ┤
//!           ├─ create skill without endpoint ───┼─ skill stacks ─ package ─ linking ─ enablement
//!           └─ build, zip, upload by digest ────┘
//! ```
//!
//! Where people sign in with Amazon there is no identity stack, and nothing waits for one.
//! Where people sign in at a host of one's own, account linking waits until they get there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_util::future::join_all;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;
use models::account_linking::AccountLinking;
use models::ids::SkillId;

use crate::accounts::Accounts;
use crate::agreement::Agreement;
use crate::aws::stack::{Observed, StackClient};
use crate::error::{Code, Error};
use crate::package::Rendered;
use crate::progress::Step;
use crate::secrets::Secrets;
use crate::session::Session;
use crate::steps::bundle::{self, Building, Bundle};
use crate::steps::drift::{self, functions};
use crate::steps::identity::{self, People};
use crate::steps::resources::{self, Outputs};
use crate::steps::{
    Act, Found, Look, abandoned, enablement, linking, package, sign_in_domain, skill, skill_stack,
};

/// A way over the graph.
#[derive(Clone, Copy)]
pub(crate) enum Walk<'a> {
    /// Only reads, and collects what the steps find. Not every output is known.
    Look(&'a RefCell<Found>),
    /// Does what was agreed to. Every output is known.
    Act(&'a Agreement<'a>),
}

/// Outputs of the steps on AWS, and the skill that they are for; absent where they are not known.
pub(crate) struct OnAws {
    pub(crate) people: Option<People>,
    pub(crate) skill: Option<SkillId>,
    /// The project's own resources by the names of their outputs.
    pub(crate) resources: Option<Outputs>,
    /// The function in each region, the default first.
    pub(crate) functions: Option<Vec<(Region, SkillOutputs)>>,
}

/// A finished deployment.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The skill.
    pub skill_id: SkillId,
    /// Whose accounts people link.
    pub accounts: Accounts,
    /// The function in each region, the default first.
    pub functions: Vec<(Region, SkillOutputs)>,
    /// The project's own resources by the names of their outputs; empty without any.
    pub resources: BTreeMap<String, String>,
    /// The skill package.
    pub package: Rendered,
    /// Account linking, without its secret.
    pub linking: AccountLinking,
}

/// The whole graph; `None` unless every output is known.
pub(crate) async fn all(
    walk: Walk<'_>,
    session: &Session<'_>,
    building: &mut Building<'_>,
) -> Result<Option<Deployed>, Error> {
    let on_aws = on_aws(walk, session, building).await?;
    let (people, skill) = (on_aws.people.as_ref(), on_aws.skill.as_ref());
    let accounts = people.map(|people| &people.accounts);
    if accounts.is_none_or(|accounts| accounts.user_pool().is_some()) {
        let template = people.and_then(|people| people.template.as_ref());
        let stack = accounts.and_then(Accounts::user_pool).zip(template);
        walk.step(session, Step::Drift, stack, drift::look, drift::act)
            .await?;
    }
    let known = skill.zip(on_aws.functions.as_deref());
    // The documents of a skill can be read before its functions are known.
    let look = async |session: &Session<'_>, known| package::look(session, skill, known).await;
    let package = walk
        .step(session, Step::Package, known, look, package::act)
        .await?;
    if let (Walk::Act(_), Some(accounts)) = (walk, accounts) {
        sign_in_domain::wait(session, accounts).await?;
    }
    let known = accounts.zip(skill);
    let linking = walk
        .step(session, Step::Linking, known, linking::look, linking::act)
        .await?;
    let (look, act) = (enablement::look, enablement::act);
    walk.step(session, Step::Enablement, skill, look, act)
        .await?;
    // Last: by now no request is sent there any more.
    match (walk, skill) {
        (_, None) => {}
        (Walk::Look(found), Some(skill)) => {
            let parts = abandoned::look(session, skill).await?;
            found.borrow_mut().parts.extend(parts);
        }
        (Walk::Act(agreement), Some(skill)) => abandoned::act(session, agreement, skill).await?,
    }
    let known = on_aws.skill.zip(on_aws.people).zip(on_aws.functions);
    let known = known.zip(on_aws.resources).zip(package.zip(linking));
    Ok(known.map(
        |((((skill_id, people), functions), resources), (package, linking))| Deployed {
            skill_id,
            accounts: people.accounts,
            functions,
            resources,
            package,
            linking,
        },
    ))
}

/// The part of the graph that is AWS, and ends before the skill is told of its functions.
pub(crate) async fn on_aws(
    walk: Walk<'_>,
    session: &Session<'_>,
    building: &mut Building<'_>,
) -> Result<OnAws, Error> {
    let regions = session.inputs.skill_regions();
    let people = async {
        if let Some(accounts) = Accounts::without_a_stack(session.inputs)? {
            return Ok(Some(People {
                accounts,
                template: None,
            }));
        }
        let (look, act) = (identity::look, identity::act);
        walk.step(session, Step::Identity, Some(()), look, act)
            .await
    };
    let skill = walk.step(session, Step::Skill, Some(()), skill::look, skill::act);
    let build = Some((building, regions.as_slice()));
    let build = walk.step(session, Step::Build, build, bundle::look, bundle::act);
    let resources = resources(walk, session);
    let (people, skill, bundle, resources) = match walk {
        // What is wrong is said before the build has ended.
        Walk::Look(_) => {
            let (people, resources) = (people.await?, resources.await?);
            (people, skill.await?, build.await?, resources)
        }
        // A failure of one does not stop the others half-way: each ends, then the first error counts.
        Walk::Act(_) => {
            let (people, bundle, skill, resources) = tokio::join!(people, build, skill, resources);
            let (people, bundle, skill, resources) = (people?, bundle?, skill?, resources?);
            abandoned::remember(session, &regions).await?;
            (people, skill, bundle, resources)
        }
    };
    let bundle = bundle.ok_or_else(unmade)?;
    if let Walk::Look(found) = walk {
        let missing = Secrets::of(session.inputs, &session.aws)
            .check()
            .await
            .err();
        let mut found = found.borrow_mut();
        found.obstacle = found.obstacle.take().or(missing);
    }
    let accounts = people.as_ref().map(|people| &people.accounts);
    let known = accounts.zip(skill.as_ref());
    let outputs = resources.as_ref();
    let functions = regions
        .iter()
        .map(|region| function(walk, session, (region, &bundle), known, outputs));
    let functions = join_all(functions).await.into_iter();
    let functions = functions.collect::<Result<Vec<_>, _>>()?;
    Ok(OnAws {
        people,
        skill,
        resources,
        functions: functions.into_iter().collect(),
    })
}

/// The steps of the project's own resources; no outputs where it has none.
async fn resources(walk: Walk<'_>, session: &Session<'_>) -> Result<Option<Outputs>, Error> {
    let Some(own) = session.inputs.stack.resources.as_ref() else {
        return Ok(Some(Outputs::new()));
    };
    let (look, act) = (resources::look, resources::act);
    let stack = walk
        .step(session, Step::Resources, Some(own), look, act)
        .await?;
    let stack = stack.as_ref();
    let deployed = stack.map(|stack| (&stack.client, stack.observed.as_ref()));
    drift_of(walk, session, Step::ResourcesDrift, deployed).await?;
    Ok(stack.and_then(|stack| stack.outputs.clone()))
}

/// Changes by hand in a stack that CloudFormation compares.
async fn drift_of(
    walk: Walk<'_>,
    session: &Session<'_>,
    step: Step,
    stack: Option<(&StackClient, Option<&Observed>)>,
) -> Result<(), Error> {
    let is_wanted = match walk {
        Walk::Look(_) => true,
        Walk::Act(agreement) => agreement.foresees(&step),
    };
    if !is_wanted {
        return Ok(());
    }
    let look = async |_: &Session<'_>, stack| functions::look(step.clone(), stack).await;
    let act =
        async |session: &Session<'_>, agreement: &Agreement<'_>, (stack, _): (&StackClient, _)| {
            functions::act(session, agreement, &step, stack).await
        };
    walk.step(session, step.clone(), stack, look, act).await?;
    Ok(())
}

/// The part of the graph that brings other code to the functions of a stage which is known.
pub(crate) async fn code(
    walk: Walk<'_>,
    session: &Session<'_>,
    building: &mut Building<'_>,
    known: &Deployed,
) -> Result<(), Error> {
    let regions = session.inputs.skill_regions();
    let build = Some((building, regions.as_slice()));
    let bundle = walk
        .step(session, Step::Build, build, bundle::look, bundle::act)
        .await?
        .ok_or_else(unmade)?;
    let people = Some((&known.accounts, &known.skill_id));
    let outputs = Some(&known.resources);
    let stacks = regions
        .iter()
        .map(|region| function_stack(walk, session, (region, &bundle), people, outputs));
    let mut stacks = join_all(stacks).await.into_iter();
    stacks.try_for_each(|stack| stack.map(drop))
}

/// The steps of one region.
async fn function(
    walk: Walk<'_>,
    session: &Session<'_>,
    code: (&Region, &Bundle),
    known: Option<(&Accounts, &SkillId)>,
    outputs: Option<&Outputs>,
) -> Result<Option<(Region, SkillOutputs)>, Error> {
    let (region, _) = code;
    let stack = function_stack(walk, session, code, known, outputs).await?;
    let deployed = stack
        .as_ref()
        .map(|stack| (&stack.client, stack.observed.as_ref()));
    drift_of(walk, session, Step::FunctionDrift(region.clone()), deployed).await?;
    let outputs = stack.and_then(|stack| stack.outputs);
    Ok(outputs.map(|outputs| (region.clone(), outputs)))
}

/// The stack of one region.
async fn function_stack(
    walk: Walk<'_>,
    session: &Session<'_>,
    code: (&Region, &Bundle),
    known: Option<(&Accounts, &SkillId)>,
    outputs: Option<&Outputs>,
) -> Result<Option<skill_stack::Deployed>, Error> {
    let (region, _) = code;
    let known = known.map(|(accounts, skill)| (accounts, skill, outputs));
    let look = async |session: &Session<'_>, known| skill_stack::look(session, code, known).await;
    let act =
        async |session: &Session<'_>, agreement: &Agreement<'_>, (accounts, skill, outputs)| {
            let outputs: Option<&Outputs> = outputs;
            let known = (accounts, skill, outputs.ok_or_else(unmade)?);
            skill_stack::act(session, agreement, code, known).await
        };
    let step = Step::SkillStack(region.clone());
    walk.step(session, step, known, look, act).await
}

impl Walk<'_> {
    /// One step, by what it needs of others as far as that is known.
    async fn step<N, M>(
        self,
        session: &Session<'_>,
        step: Step,
        needs: Option<N>,
        look: impl AsyncFnOnce(&Session<'_>, Option<N>) -> Look<M>,
        act: impl AsyncFnOnce(&Session<'_>, &Agreement<'_>, N) -> Act<M>,
    ) -> Result<Option<M>, Error> {
        match self {
            Self::Look(found) => {
                let looked = look(session, needs).await?;
                found.borrow_mut().add(looked.found);
                Ok(looked.made)
            }
            Self::Act(agreement) => {
                let needs = needs.ok_or_else(unmade)?;
                let acted = act(session, agreement, needs);
                session.step(step, acted).await.map(Some)
            }
        }
    }
}

/// Never said: a step that has acted has made what the next one needs.
pub(crate) fn unmade() -> Error {
    Error::new(Code::Plan, "a step did not make what the next one needs")
        .hint("this is a mistake of the deployer: please report it")
}
