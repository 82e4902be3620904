//! The graph of steps, written once, and the two walks over it: `plan` looks, `deploy` acts.
//!
//! ```text
//! who am I ─┬─ identity stack ──────────────────┐
//!           ├─ create skill without endpoint ───┼─ skill stacks ─ package ─ linking ─ enablement
//!           └─ build, zip, upload by digest ────┘
//! ```
//!
//! Where people sign in with Amazon there is no identity stack, and nothing waits for one.
//! Where people sign in at a host of one's own, account linking waits until they get there.

use std::cell::RefCell;

use futures_util::future::join_all;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;
use models::account_linking::AccountLinking;
use models::ids::SkillId;

use crate::accounts::Accounts;
use crate::agreement::Agreement;
use crate::error::{Code, Error};
use crate::package::Rendered;
use crate::progress::Step;
use crate::session::Session;
use crate::steps::bundle::{self, Building, Bundle};
use crate::steps::drift::{self, functions};
use crate::steps::identity::{self, People};
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
    let known = known.zip(package.zip(linking));
    Ok(known.map(
        |(((skill_id, people), functions), (package, linking))| Deployed {
            skill_id,
            accounts: people.accounts,
            functions,
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
    let (people, skill, bundle) = match walk {
        // What is wrong is said before the build has ended.
        Walk::Look(_) => (people.await?, skill.await?, build.await?),
        // A failure of one does not stop the others half-way: each ends, then the first error counts.
        Walk::Act(_) => {
            let (people, bundle, skill) = tokio::join!(people, build, skill);
            let (people, bundle, skill) = (people?, bundle?, skill?);
            abandoned::remember(session, &regions).await?;
            (people, skill, bundle)
        }
    };
    let bundle = bundle.ok_or_else(unmade)?;
    let accounts = people.as_ref().map(|people| &people.accounts);
    let known = accounts.zip(skill.as_ref());
    let functions =
        (regions.iter()).map(|region| function(walk, session, (region, &bundle), known));
    let functions = join_all(functions).await.into_iter();
    let functions = functions.collect::<Result<Vec<_>, _>>()?;
    Ok(OnAws {
        people,
        skill,
        functions: functions.into_iter().collect(),
    })
}

/// The steps of one region.
async fn function(
    walk: Walk<'_>,
    session: &Session<'_>,
    code: (&Region, &Bundle),
    known: Option<(&Accounts, &SkillId)>,
) -> Result<Option<(Region, SkillOutputs)>, Error> {
    let (region, _) = code;
    let look = async |session: &Session<'_>, known| skill_stack::look(session, code, known).await;
    let act = async |session: &Session<'_>, agreement: &Agreement<'_>, known| {
        skill_stack::act(session, agreement, code, known).await
    };
    let step = Step::SkillStack(region.clone());
    let stack = walk.step(session, step, known, look, act).await?;

    let step = Step::FunctionDrift(region.clone());
    let is_wanted = match walk {
        Walk::Look(_) => true,
        Walk::Act(agreement) => agreement.foresees(&step),
    };
    if is_wanted {
        let look = async |_: &Session<'_>, stack| functions::look(region, stack).await;
        let act = async |session: &Session<'_>, agreement: &Agreement<'_>, stack| {
            functions::act(session, agreement, region, stack).await
        };
        walk.step(session, step, stack.as_ref(), look, act).await?;
    }
    let outputs = stack.and_then(|stack| stack.outputs);
    Ok(outputs.map(|outputs| (region.clone(), outputs)))
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
