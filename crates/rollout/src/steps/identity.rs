//! The stack that holds people.

use infra::names;
use infra::stacks::{IdentityOutputs, IdentityParameters, USER_POOL};
use models::ids::UserPoolId;

use super::orphan::{self, Orphan};
use super::sign_in_domain::{self, Own, made};
use super::{Act, Found, Look, Looked, stack};
use crate::accounts::Accounts;
use crate::agreement::Agreement;
use crate::aws::identity::live_pool;
use crate::aws::stack::stack_part;
use crate::aws::stack::{Desired, Observed, StackClient, is_missing};
use crate::diff::change::{Change, Kind, Replacement};
use crate::diff::create_only::CreateOnly;
use crate::error::{Code, Error};
use crate::existing_pool::{self, ExistingPool, holds_a_pool};
use crate::immutable_pool_settings::ImmutablePoolSettings;
use crate::progress::Step;
use crate::resource_servers;
use crate::session::Session;
use crate::state::{PoolRecord, StageState, WAY_BACK};
use crate::template::{self, Template};

/// Whose accounts people link.
pub(crate) struct People {
    pub(crate) accounts: Accounts,
    /// The deployed template; absent where there is no stack.
    pub(crate) template: Option<Template>,
}

pub(crate) async fn look(session: &Session<'_>, _needs: Option<()>) -> Look<People> {
    let existing = existing_pool::read(&session.aws, session.inputs).await?;
    let (client, observed, orphan) = prepare(session).await?;
    let part = stack::look(&client, Step::Identity, observed.as_ref()).await?;
    let outputs = match &orphan {
        Some(orphan) => orphan.outputs.clone(),
        None => stack::kept(&part, observed.as_ref())
            .and_then(|kept| self::outputs(&client.desired().name, kept).ok()),
    };
    // Only an update or an import can contradict what the pool was created with.
    let pool = match (&orphan, &outputs, part.action.is_some()) {
        (Some(orphan), _, _) => Some(&orphan.pool),
        (None, Some(outputs), true) => Some(&outputs.user_pool_id),
        _ => None,
    };
    let mut own = Own {
        pool,
        stack: observed.as_ref(),
    };
    let mut obstacle = None;
    if let (Some(existing), true) = (&existing, part.action.is_some()) {
        let taken_up = orphan.as_ref().map(|orphan| orphan.imports.as_slice());
        let domain = existing_pool::own_domain(&existing.id, observed.as_ref(), taken_up)?;
        own.pool = domain.as_ref().map(|_| &existing.id);
        obstacle = existing_pool::obstacle(session, existing, &client, domain.as_deref()).await?;
    }
    // A stage that was never deployed has nothing that it could have left.
    let is_known = orphan.is_some()
        || !is_missing(observed.as_ref())
        || session.store.state().await.skill.is_some();
    if existing.is_none() && part.action.is_some() && is_known {
        let own = own_pool(&client, observed.as_ref(), orphan.as_ref())?;
        obstacle = made::obstacle(session, &part, own.as_ref()).await?;
        if obstacle.is_none() {
            obstacle = resource_servers::obstacle(session, &part, own.as_ref()).await?;
        }
    }
    if part.action.is_some() && obstacle.is_none() {
        obstacle = sign_in_domain::obstacle(session, own).await?;
    }
    let pool = match pool {
        Some(pool) if existing.is_none() => {
            live_pool(&session.aws, &session.inputs.home, pool).await?
        }
        _ => None,
    };
    let template = match (&orphan, &observed) {
        (None, Some(observed)) => (&observed.template, &observed.parameters),
        // What is taken up is compared with the template that takes it up.
        _ => (&client.desired().template, &client.desired().parameters),
    };
    let people = match outputs {
        Some(outputs) => Some(People {
            template: Some(Template::read(template.0, template.1)?),
            accounts: accounts(session, outputs, existing.as_ref()),
        }),
        None => None,
    };
    Ok(Looked {
        found: Found {
            parts: vec![part],
            pool,
            obstacle,
        },
        made: people,
    })
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    _needs: (),
) -> Act<People> {
    let (client, observed, orphan) = prepare(session).await?;
    forget_pool_that_goes(session, &client, observed.as_ref(), orphan.as_ref()).await?;
    let ensured = stack::ensure(session, agreement, &client, Step::Identity).await?;
    let (observed, outcome) = ensured;
    let desired = client.desired();
    let outputs = outputs(&desired.name, &observed)?;
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
    let people = People {
        template: Some(Template::read(&desired.template, &desired.parameters)?),
        accounts: accounts(session, outputs, existing.as_ref()),
    };
    Ok((people, outcome))
}

fn accounts(
    session: &Session<'_>,
    outputs: IdentityOutputs,
    existing: Option<&ExistingPool>,
) -> Accounts {
    Accounts::UserPool(outputs, existing_pool::issuer(existing, session.inputs))
}

/// The identity stack of the session's stage.
pub(crate) fn client(session: &Session<'_>) -> Result<StackClient, Error> {
    let inputs = session.inputs;
    let parameters = IdentityParameters {
        stage: inputs.stage.clone(),
        domain: match inputs.stack.identity.domain.existing {
            Some(_) => None,
            None => Some(session.sign_in_domain()?),
        },
        redirect_uris: inputs
            .endpoints
            .redirects
            .redirect_uris(&session.vendor)
            .into(),
        permissions_boundary: (inputs.stack.identity.sends_text_messages())
            .then(|| session.boundary()),
    };
    Ok(StackClient::new(
        &session.aws,
        Desired {
            name: names::identity_stack(&inputs.stack.name, &inputs.stage),
            region: inputs.home.clone(),
            template: template::text(&infra::stacks::identity(&inputs.stack))?,
            parameters: parameters
                .to_pairs()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            tags: session.tags(),
            protected: true,
            imports: Vec::new(),
            role: session.service_role(),
            create_only: CreateOnly::default(),
        },
    ))
}

/// The identity stack for whoever only reads it, or takes it away.
pub(crate) fn reader(session: &Session<'_>) -> StackClient {
    let inputs = session.inputs;
    let name = names::identity_stack(&inputs.stack.name, &inputs.stage);
    let desired = Desired {
        tags: session.tags(),
        role: session.service_role(),
        ..Desired::reader(name, inputs.home.clone())
    };
    StackClient::new(&session.aws, desired)
}

/// The identity stack and what it is; around what is there without it, if it is not there.
async fn prepare(
    session: &Session<'_>,
) -> Result<(StackClient, Option<Observed>, Option<Orphan>), Error> {
    let client = client(session)?;
    let observed = client.observe().await?;
    let makes_a_pool = session.inputs.stack.identity.makes_a_pool();
    refuse_another_pool(session, observed.as_ref()).await?;
    if !is_missing(observed.as_ref()) {
        if let Some(observed) = &observed
            && makes_a_pool
            && !observed.template.is_empty()
            && !holds_a_pool(observed)?
        {
            orphan::refuse_left_behind(session, None).await?;
        }
        return Ok((client, observed, None));
    }
    let orphan = orphan::find(session, client.desired()).await?;
    if let Some(orphan) = orphan.as_ref().filter(|_| makes_a_pool) {
        same_pool(session, &orphan.pool, "carries its tags").await?;
    }
    let imports = orphan.as_ref().map(|orphan| orphan.imports.clone());
    Ok((client.around(imports.unwrap_or_default()), observed, orphan))
}

/// Refuses a state that is about another user pool than the identity stack: what it says would be
/// compared with people it does not know.
pub(crate) async fn refuse_another_pool(
    session: &Session<'_>,
    observed: Option<&Observed>,
) -> Result<(), Error> {
    let Some(observed) = observed else {
        return Ok(());
    };
    if !holds_a_pool(observed)? {
        return Ok(());
    }
    let name = reader(session).desired().name.clone();
    // Outputs that cannot be read are those of a stack that is not whole.
    match outputs(&name, observed) {
        Ok(outputs) => same_pool(session, &outputs.user_pool_id, &format!("is in {name}")).await,
        Err(_) => Ok(()),
    }
}

async fn same_pool(session: &Session<'_>, pool: &UserPoolId, why: &str) -> Result<(), Error> {
    match session.store.state().await.pool {
        Some(record) if record.id != *pool => Err(Error::new(
            Code::State,
            format!(
                "{} is about user pool {}, and the stage's is {pool}, which {why}",
                session.store.url(),
                record.id
            ),
        )
        .hint(WAY_BACK)),
        _ => Ok(()),
    }
}

/// Forgets the user pool of the state before another one takes its place, so that a deployment which
/// ends in between leaves no state of a pool that the stack does not have.
async fn forget_pool_that_goes(
    session: &Session<'_>,
    client: &StackClient,
    observed: Option<&Observed>,
    orphan: Option<&Orphan>,
) -> Result<(), Error> {
    if orphan.is_some() || session.store.state().await.pool.is_none() {
        return Ok(());
    }
    let part = stack_part(Step::Identity, client.desired(), observed)?;
    let goes = |change: &Change| {
        change.subject == USER_POOL
            && (change.kind != Kind::Changed || change.replacement != Replacement::No)
    };
    if part.changes.iter().any(goes) {
        session.store.update(|state| state.pool = None).await?;
    }
    Ok(())
}

/// What the other steps need to know of it.
pub(crate) fn outputs(stack: &str, observed: &Observed) -> Result<IdentityOutputs, Error> {
    IdentityOutputs::from_pairs(observed.output_pairs()).map_err(|error| {
        Error::new(
            Code::Stack,
            format!("stack {stack} has unexpected outputs: {error}"),
        )
        .hint("was it deployed by another version? deploy it again")
    })
}

/// The pool that the stage has made, if it is there.
fn own_pool(
    client: &StackClient,
    observed: Option<&Observed>,
    orphan: Option<&Orphan>,
) -> Result<Option<UserPoolId>, Error> {
    if let Some(orphan) = orphan {
        return Ok(Some(orphan.pool.clone()));
    }
    let Some(observed) = observed else {
        return Ok(None);
    };
    // Outputs that cannot be read are those of a stack that is not whole.
    let outputs = outputs(&client.desired().name, observed).ok();
    Ok(match outputs {
        Some(outputs) if holds_a_pool(observed)? => Some(outputs.user_pool_id),
        _ => None,
    })
}
