//! The stack that holds people.

use infra::names;
use infra::stacks::{IdentityOutputs, IdentityParameters, USER_POOL};
use models::ids::UserPoolId;

use super::orphan::{self, Orphan};
use crate::aws::stack::stack_part;
use crate::aws::stack::{Desired, Observed, StackClient, is_missing};
use crate::diff::change::{Change, Kind, Replacement};
use crate::error::{Code, Error};
use crate::existing_pool::holds_a_pool;
use crate::progress::Step;
use crate::session::Session;
use crate::state::WAY_BACK;
use crate::template;

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
            template: template::text(&inputs.adapt(infra::stacks::identity(&inputs.stack)))?,
            parameters: parameters
                .to_pairs()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            tags: session.tags(),
            protected: true,
            imports: Vec::new(),
            role: session.service_role(),
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
pub(crate) async fn prepare(
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
pub(crate) async fn forget_pool_that_goes(
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
