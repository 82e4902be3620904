//! The stack that holds people.

use infra::cloudformation::RenderError;
use infra::names::{self, AccountFragment, SignInDomain};
use infra::stacks::{IdentityOutputs, IdentityParameters};

use super::orphan::{self, Orphan};
use crate::aws::stack::{Desired, Observed, StackClient, is_missing};
use crate::error::{Code, Error};
use crate::existing_pool::holds_a_pool;
use crate::session::Session;

/// The identity stack of the session's stage.
pub(crate) fn client(session: &Session<'_>) -> Result<StackClient, Error> {
    let inputs = session.inputs;
    let parameters = IdentityParameters {
        stage: inputs.stage.clone(),
        domain: match inputs.stack.identity.domain.existing {
            Some(_) => None,
            None => Some(domain(session)?),
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
            template: inputs
                .adapt(infra::stacks::identity(&inputs.stack))
                .to_yaml()
                .map_err(|error| unrenderable(&error))?,
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

/// Where people of the session's stage sign in.
pub(crate) fn domain(session: &Session<'_>) -> Result<SignInDomain, Error> {
    let inputs = session.inputs;
    let account = AccountFragment::of(session.account.as_str());
    names::sign_in_domain(&inputs.stack, &inputs.stage, &account).map_err(|error| {
        Error::new(Code::StackFile, error.to_string()).hint("change identity.domain in stack.toml")
    })
}

/// The identity stack and what it is; around what is there without it, if it is not there.
pub(crate) async fn prepare(
    session: &Session<'_>,
) -> Result<(StackClient, Option<Observed>, Option<Orphan>), Error> {
    let client = client(session)?;
    let observed = client.observe().await?;
    if !is_missing(observed.as_ref()) {
        if let Some(observed) = &observed
            && session.inputs.stack.identity.makes_a_pool()
            && !observed.template.is_empty()
            && !holds_a_pool(observed)?
        {
            orphan::refuse_left_behind(session, None).await?;
        }
        return Ok((client, observed, None));
    }
    let orphan = orphan::find(session, client.desired()).await?;
    let imports = orphan.as_ref().map(|orphan| orphan.imports.clone());
    Ok((client.around(imports.unwrap_or_default()), observed, orphan))
}

/// A template that cannot be written as YAML.
pub(crate) fn unrenderable(error: &RenderError) -> Error {
    Error::new(
        Code::StackFile,
        format!("a template cannot be rendered: {error}"),
    )
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
