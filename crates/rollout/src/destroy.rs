//! Takes down what a deployment can make anew, and leaves the people alone.

use futures_util::future::join_all;
use serde::{Serialize, Serializer};

use infra::stack_file::Region;
use infra::stacks::{ALEXA, WEB};
use models::ids::{SkillId, UserPoolId};

use crate::aws::identity::{clients, domains, remove_other_domains};
use crate::aws::stack::{Observed, StackClient};
use crate::deploy::locked;
use crate::error::{Code, Error};
use crate::existing_pool::holds_a_pool;
use crate::guards::Guard;
use crate::live;
use crate::lock::Owner;
use crate::progress::Step;
use crate::session::Session;
use crate::state::StageState;
use crate::steps::{identity, recover, resources, skill_stack};

/// What goes and what stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// The skill stacks that go.
    pub stacks: Vec<StackName>,
    /// The skill that goes, where it was asked for.
    pub skill: Option<SkillId>,
    /// The stack with the project's own resources: where it holds no data, or where its data was to go as well.
    pub resources: Option<StackName>,
    /// The user pool that goes with everybody in it, where it was asked for.
    pub users: Option<Users>,
    /// What stays.
    pub kept: Kept,
}

/// People, and the stack that holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// The user pool.
    pub user_pool_id: Option<UserPoolId>,
    /// The stack.
    pub identity_stack: StackName,
}

/// What is to go besides the skill stacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// The skill.
    pub skill: bool,
    /// The user pool, with everybody in it.
    pub users: bool,
    /// The project's own resources, with the data in them.
    pub data: bool,
}

/// A stack by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackName {
    /// Where it is.
    #[serde(serialize_with = "as_text")]
    pub region: Region,
    /// The stack's name.
    pub name: String,
}

fn as_text<S: Serializer>(region: &Region, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(region)
}

/// What is not touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The skill, unless it goes as well.
    pub skill: Option<SkillId>,
    /// The identity stack, once there is one.
    pub identity_stack: Option<StackName>,
    /// The user pool in it.
    pub user_pool_id: Option<UserPoolId>,
    /// The stack with the project's own resources, if it holds data.
    pub resources: Option<StackName>,
    /// The bucket with the stage's state, in the home region.
    pub bucket: Option<String>,
}

impl Removal {
    /// Whether there is nothing to remove.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
            && self.skill.is_none()
            && self.resources.is_none()
            && self.users.is_none()
    }
}

/// Who may say no before anything is removed.
pub type Approve<'a> = &'a (dyn Fn(&Removal) -> Result<(), Error> + Sync);

/// Removes the skill stacks of every region that the stack file names, and what else is in scope.
///
/// The skill goes first: Amazon refuses to delete one that is certified or live, and then nothing
/// else is touched either.
pub async fn destroy(
    session: &Session<'_>,
    scope: Scope,
    approve: Approve<'_>,
    owner: Owner,
) -> Result<Removal, Error> {
    if scope.users {
        let observed = identity::reader(session).observe().await?;
        identity::refuse_another_pool(session, observed.as_ref()).await?;
        refuse_to_delete(session, observed.as_ref()).await?;
    }
    let removal = look(session, scope).await?;
    if removal.is_empty() {
        return Ok(removal);
    }
    refuse_live(session).await?;
    approve(&removal)?;
    locked(session, owner, remove(session, &removal)).await?;
    Ok(removal)
}

/// Refuses to delete people who are not the stage's, or not the stage's alone.
async fn refuse_to_delete(session: &Session<'_>, observed: Option<&Observed>) -> Result<(), Error> {
    refuse_a_pool_of_others(session, observed)?;
    refuse_others_in_the_pool(session, observed).await
}

/// Only the people of a pool that the stage has made are its to delete.
fn refuse_a_pool_of_others(
    session: &Session<'_>,
    observed: Option<&Observed>,
) -> Result<(), Error> {
    let client = identity::reader(session);
    let deployed = observed.filter(|one| !one.template.is_empty());
    let named = session.inputs.stack.identity.user_pool_id.as_ref();
    let pool = match (named, deployed) {
        (Some(named), _) => named.clone(),
        (None, Some(observed)) if !holds_a_pool(observed)? => {
            identity::outputs(&client.desired().name, observed)?.user_pool_id
        }
        (None, _) => return Ok(()),
    };
    Err(Error::new(
        Code::UserPool,
        format!("user pool {pool} was there before this stage, and nobody in it is deleted"),
    )
    .hint("leave out --delete-users; docs/identity.md says what the stage leaves in the pool"))
}

/// Other skills and applications may sign the same people in: with the pool they would go, too.
async fn refuse_others_in_the_pool(
    session: &Session<'_>,
    observed: Option<&Observed>,
) -> Result<(), Error> {
    let client = identity::reader(session);
    let outputs =
        observed.and_then(|observed| identity::outputs(&client.desired().name, observed).ok());
    let Some(outputs) = outputs else {
        return Ok(());
    };
    let (pool, home) = (&outputs.user_pool_id, &session.inputs.home);
    let (stack, stage) = (&session.inputs.stack.name, &session.inputs.stage);
    let own = [ALEXA, WEB].map(|client| format!("{stack}-{stage}{}", client.name_ends));
    let clients = clients(&session.aws.cognito(home), pool).await?;
    let others: Vec<_> = (clients.iter())
        .filter(|(name, _)| !own.contains(name))
        .map(|(name, id)| format!("{name} ({id})"))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let error = Error::new(
        Code::UserPool,
        format!(
            "user pool {pool} has app clients of others, who sign the same people in: {}",
            others.join(", ")
        ),
    );
    let domains = domains(&session.aws, home, pool).await?;
    let domains: Vec<_> = (domains.into_iter().flatten())
        .filter(|domain| domain != outputs.domain.as_str())
        .collect();
    let error = match domains.as_slice() {
        [] => error,
        several => error.because(format!(
            "the pool also has the domain {}, which would go with it",
            several.join(" and ")
        )),
    };
    Err(error.hint(
        "take down what uses them and delete them in the Cognito console first, or leave out \
         --delete-users (docs/identity.md)",
    ))
}

/// Customers of a live skill are answered by what would be removed.
async fn refuse_live(session: &Session<'_>) -> Result<(), Error> {
    let Some(skill) = skill(session).await? else {
        return Ok(());
    };
    let allowed = session.inputs.allowed.contains(&Guard::Live);
    if allowed || !live::exists(session, &skill).await? {
        return Ok(());
    }
    Err(Guard::Live.refusal(&format!(
        "skill {skill} has a live version, and its functions would be removed"
    )))
}

/// The stage's skill, also when the state that named it was lost.
async fn skill(session: &Session<'_>) -> Result<Option<SkillId>, Error> {
    Ok(recover::skill(session).await?.and_then(|record| record.id))
}

async fn look(session: &Session<'_>, scope: Scope) -> Result<Removal, Error> {
    let mut stacks = Vec::new();
    for region in session.inputs.skill_regions() {
        let client = skill_stack::reader(session, &region);
        if client.exists().await? {
            stacks.push(name_of(&client));
        }
    }
    let client = identity::reader(session);
    let observed = client.observe().await?;
    identity::refuse_another_pool(session, observed.as_ref()).await?;
    let user_pool_id = observed
        .as_ref()
        .and_then(|observed| identity::outputs(&client.desired().name, observed).ok())
        .map(|outputs| outputs.user_pool_id);
    let skill = skill(session).await?;
    let bucket = session.bucket(&session.inputs.home);
    let (skill, kept_skill) = if scope.skill {
        (skill, None)
    } else {
        (None, skill)
    };
    let identity_stack = observed.map(|_| name_of(&client));
    let (users, identity_stack, user_pool_id) = match identity_stack {
        Some(identity_stack) if scope.users => {
            let users = Users {
                user_pool_id,
                identity_stack,
            };
            (Some(users), None, None)
        }
        identity_stack => (None, identity_stack, user_pool_id),
    };
    let own = resources::reader(session);
    let (resources, kept_resources) = match resources::observe(session).await? {
        None => (None, None),
        Some(observed) if scope.data || !resources::holds_data(&observed)? => {
            (Some(name_of(&own)), None)
        }
        Some(_) => (None, Some(name_of(&own))),
    };
    Ok(Removal {
        stacks,
        skill,
        resources,
        users,
        kept: Kept {
            resources: kept_resources,
            skill: kept_skill,
            identity_stack,
            user_pool_id,
            bucket: bucket.exists().await?.then(|| bucket.name().to_owned()),
        },
    })
}

fn name_of(client: &StackClient) -> StackName {
    StackName {
        region: client.desired().region.clone(),
        name: client.desired().name.clone(),
    }
}

async fn remove(session: &Session<'_>, removal: &Removal) -> Result<(), Error> {
    if let Some(skill) = &removal.skill {
        session
            .step(Step::Skill, remove_skill(session, skill))
            .await?;
    }
    // A failure of one does not stop the others half-way: each ends, then the first error counts.
    let stacks = removal.stacks.iter().map(|stack| {
        session.step(Step::SkillStack(stack.region.clone()), async {
            session.may_change()?;
            let client = skill_stack::reader(session, &stack.region);
            client.remove().await?;
            Ok(((), "removed".to_owned()))
        })
    });
    join_all(stacks)
        .await
        .into_iter()
        .collect::<Result<(), _>>()?;
    if removal.resources.is_some() {
        // After the functions, which use them.
        session
            .step(Step::Resources, async {
                session.may_change()?;
                let client = resources::reader(session);
                client.remove_with_everything(Step::Resources).await?;
                Ok(((), "removed, with everything in it".to_owned()))
            })
            .await?;
    }
    if removal.users.is_some() {
        session
            .step(Step::Identity, async {
                session.may_change()?;
                // Read again with the lock: its pool's domains are taken away first.
                let client = identity::reader(session);
                let observed = client.observe().await?;
                identity::refuse_another_pool(session, observed.as_ref()).await?;
                refuse_to_delete(session, observed.as_ref()).await?;
                if let Some(observed) = observed
                    && let Ok(outputs) = identity::outputs(&client.desired().name, &observed)
                {
                    let pool = &outputs.user_pool_id;
                    let home = &session.inputs.home;
                    remove_other_domains(&session.aws, home, pool, &outputs.domain).await?;
                }
                client.remove_with_everything(Step::Identity).await?;
                let change = |state: &mut StageState| {
                    state.left = None;
                    state.linking = None;
                    state.pool = None;
                };
                session.store.update(change).await?;
                Ok(((), "removed, with everybody in it".to_owned()))
            })
            .await?;
    }
    session.store.update(|state| state.deployed_at = None).await
}

async fn remove_skill(session: &Session<'_>, skill: &SkillId) -> Result<((), String), Error> {
    // Read again with the lock: it was agreed to remove this skill and no other.
    if self::skill(session).await?.as_ref() != Some(skill) {
        return Err(Error::new(
            Code::Plan,
            "the stage has another skill than was said; nothing was removed",
        )
        .hint("somebody else changed the stage meanwhile: run the command again"));
    }
    session.may_change()?;
    let outcome = match session.smapi.delete_skill(skill).await {
        Ok(()) => "removed",
        Err(error) if error.is_not_found() => "was gone already",
        Err(error) => return Err(error.into()),
    };
    session
        .store
        .update(|state| {
            state.skill = None;
            state.linking = None;
        })
        .await?;
    Ok(((), outcome.to_owned()))
}
