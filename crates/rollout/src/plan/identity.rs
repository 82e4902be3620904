//! What would be done to what holds people: the identity stack, and what was changed by hand in it.

use models::ids::UserPoolId;

use super::kept;
use crate::accounts::Accounts;
use crate::aws::identity::{LivePool, live_pool};
use crate::aws::stack::stack_part;
use crate::aws::stack::{Decision, Observed, StackClient, decide, is_missing};
use crate::diff::Part;
use crate::error::Error;
use crate::existing_pool::{self, holds_a_pool};
use crate::progress::Step;
use crate::session::Session;
use crate::steps::orphan::Orphan;
use crate::steps::sign_in_domain::{self, Own, made};
use crate::steps::{drift, identity};
use crate::template::Template;

/// Whose accounts people link, and what is to be done before they can.
#[derive(Debug)]
pub(super) struct People {
    /// One part for each step; none where there is no identity stack.
    pub(super) parts: Vec<Part>,
    /// Whose accounts they are, if that is known and will stay so.
    pub(super) accounts: Option<Accounts>,
    /// The live pool, where the plan could contradict what it is.
    pub(super) pool: Option<LivePool>,
    /// What keeps people from signing in where they shall.
    pub(super) obstacle: Option<Error>,
}

/// Reads what holds people.
pub(super) async fn people(session: &Session<'_>) -> Result<People, Error> {
    if let Some(accounts) = Accounts::without_a_stack(session.inputs)? {
        return Ok(People {
            parts: Vec::new(),
            accounts: Some(accounts),
            pool: None,
            obstacle: None,
        });
    }
    let existing = existing_pool::read(&session.aws, session.inputs).await?;
    let (client, observed, orphan) = identity::prepare(session).await?;
    if decide(client.desired(), observed.as_ref()) == Decision::Stuck {
        return Err(client.stuck().await?);
    }
    let part = stack_part(Step::Identity, client.desired(), observed.as_ref())?;
    let outputs = match &orphan {
        Some(orphan) => orphan.outputs.clone(),
        None => kept(&part, observed.as_ref())
            .and_then(|observed| identity::outputs(&client.desired().name, observed).ok()),
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
        // What is taken up is compared with the template that takes it up.
        (Some(_), _) => Some(Template::read(
            &client.desired().template,
            &client.desired().parameters,
        )?),
        (None, Some(observed)) if outputs.is_some() => {
            Some(Template::read(&observed.template, &observed.parameters)?)
        }
        (None, _) => None,
    };
    let drift = match (&outputs, &template) {
        (Some(outputs), Some(template)) => drift::part(session, outputs, template).await?,
        _ => Part::nothing(Step::Drift),
    };
    Ok(People {
        parts: vec![part, drift],
        accounts: outputs.map(|outputs| {
            let issuer = existing_pool::issuer(existing.as_ref(), session.inputs);
            Accounts::UserPool(outputs, issuer)
        }),
        pool,
        obstacle,
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
    let outputs = identity::outputs(&client.desired().name, observed).ok();
    Ok(match outputs {
        Some(outputs) if holds_a_pool(observed)? => Some(outputs.user_pool_id),
        _ => None,
    })
}
