//! The disposable stack: function, version, alias, role, logs and Alexa's permission.

use std::collections::BTreeMap;

use infra::stack_file::Region;
use infra::stacks::{SkillOutputs, SkillParameters};
use models::ids::SkillId;

use super::bundle::Bundle;
use crate::accounts::Accounts;
use crate::aws::stack::{Desired, Observed, StackClient};
use crate::digest;
use crate::error::{Code, Error};
use crate::session::Session;
use crate::template::{self, unrenderable};

/// The skill stack of one region.
pub(crate) fn client(
    session: &Session<'_>,
    region: &Region,
    accounts: &Accounts,
    skill: &SkillId,
    bundle: &Bundle,
) -> Result<StackClient, Error> {
    let inputs = session.inputs;
    let declared = declared(session);
    let parameters = SkillParameters {
        stage: inputs.stage.clone(),
        skill_id: skill.clone(),
        client_id: accounts.client_id().clone(),
        accounts: accounts.parameters(inputs)?,
        code_bucket: session.bucket(region).name().to_owned(),
        code_key: bundle.key(&inputs.stage),
        architecture: inputs.architecture,
        version_description: String::new(),
        permissions_boundary: session.boundary(),
        environment: inputs.stack.environment(&inputs.stage),
    };
    // In YAML, as versions before 0.2.0 have had it, so that an upgrade alone publishes no version.
    let yaml = declared.to_yaml().map_err(|error| unrenderable(&error))?;
    let parameters = describe_version(&yaml, parameters);
    Ok(StackClient::new(
        &session.aws,
        Desired {
            name: infra::names::skill_stack(&inputs.stack.name, &inputs.stage),
            region: region.clone(),
            template: template::text(&declared)?,
            parameters: pairs(&parameters),
            tags: session.tags(),
            protected: false,
            imports: Vec::new(),
            role: session.service_role(),
        },
    ))
}

/// The skill stack of one region for whoever only reads it.
pub(crate) fn reader(session: &Session<'_>, region: &Region) -> StackClient {
    let name = infra::names::skill_stack(&session.inputs.stack.name, &session.inputs.stage);
    let desired = Desired {
        role: session.service_role(),
        ..Desired::reader(name, region.clone())
    };
    StackClient::new(&session.aws, desired)
}

/// The template of every region's stack.
pub(crate) fn template(session: &Session<'_>) -> Result<String, Error> {
    template::text(&declared(session))
}

fn declared(session: &Session<'_>) -> infra::Template {
    let inputs = session.inputs;
    inputs.adapt(infra::stacks::skill(&inputs.stack))
}

/// A version is published when its description changes, so that the description is a digest of
/// everything that makes the function what it is.
fn describe_version(template: &str, parameters: SkillParameters) -> SkillParameters {
    let everything = format!("{template}\n{:?}", pairs(&parameters));
    SkillParameters {
        version_description: digest::of_bytes(everything.as_bytes()),
        ..parameters
    }
}

fn pairs(parameters: &SkillParameters) -> BTreeMap<String, String> {
    parameters
        .to_pairs()
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value))
        .collect()
}

/// What the other steps need to know of it.
pub(crate) fn outputs(stack: &str, observed: &Observed) -> Result<SkillOutputs, Error> {
    SkillOutputs::from_pairs(observed.output_pairs()).map_err(|error| {
        Error::new(
            Code::Stack,
            format!("stack {stack} has unexpected outputs: {error}"),
        )
        .hint("was it deployed by another version? deploy it again")
    })
}
