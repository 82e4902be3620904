//! The disposable stack: function, version, alias, role, logs and Alexa's permission.

use std::collections::BTreeMap;

use infra::stack_file::{OwnResources, Region};
use infra::stacks::{OwnParameters, SkillOutputs, SkillParameters};
use models::ids::SkillId;

use super::bundle::{self, Bundle};
use super::resources::Outputs;
use super::{Act, Look, Looked, stack};
use crate::accounts::Accounts;
use crate::agreement::Agreement;
use crate::aws::stack::{Desired, Observed, StackClient};
use crate::diff::create_only::CreateOnly;
use crate::diff::{self, Part};
use crate::digest;
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::session::Session;
use crate::template::{self, Template, unrenderable};

/// The stack, as it was found or deployed.
pub(crate) struct Deployed {
    pub(crate) client: StackClient,
    pub(crate) observed: Option<Observed>,
    /// Absent if a deployment changes them.
    pub(crate) outputs: Option<SkillOutputs>,
}

pub(crate) async fn look(
    session: &Session<'_>,
    (region, bundle): (&Region, &Bundle),
    needs: Option<(&Accounts, &SkillId, Option<&Outputs>)>,
) -> Look<Deployed> {
    let step = Step::SkillStack(region.clone());
    let Some((accounts, skill, outputs)) = needs else {
        let code = bundle::decide(region, None, bundle);
        return Ok(Looked::new([foreseen(session, step)?, code], None));
    };
    let own = match outputs {
        Some(outputs) => own(session, outputs)?,
        None => own(session, &unknown(session))?,
    };
    let client = client(session, region, accounts, skill, bundle, own)?;
    let observed = client.observe().await?;
    let part = stack::look(&client, step, observed.as_ref()).await?;
    let key = observed
        .as_ref()
        .and_then(|one| one.parameters.get("CodeKey"));
    let code = bundle::decide(region, key.map(String::as_str), bundle);
    let kept = stack::kept(&part, observed.as_ref());
    let outputs = kept.and_then(|kept| self::outputs(&client.desired().name, kept).ok());
    let deployed = Deployed {
        client,
        observed,
        outputs,
    };
    Ok(Looked::new([part, code], Some(deployed)))
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    (region, bundle): (&Region, &Bundle),
    (accounts, skill, outputs): (&Accounts, &SkillId, &Outputs),
) -> Act<Deployed> {
    let own = own(session, outputs)?;
    let client = client(session, region, accounts, skill, bundle, own)?;
    let ensured = stack::ensure(
        session,
        agreement,
        &client,
        Step::SkillStack(region.clone()),
    )
    .await?;
    let (observed, outcome) = ensured;
    let deployed = Deployed {
        outputs: Some(self::outputs(&client.desired().name, &observed)?),
        client,
        observed: Some(observed),
    };
    Ok((deployed, outcome))
}

/// The stack before it is known whose accounts people link, or with which skill.
fn foreseen(session: &Session<'_>, step: Step) -> Result<Part, Error> {
    let stage = ("Stage".to_owned(), session.inputs.stage.to_string());
    let after = Template::read(&template(session)?, &[stage].into())?;
    let (changes, _) = diff::stack::changes(None, &after);
    Ok(Part {
        complete: false,
        ..Part::of(step, "deploy", changes, 0)
    })
}

/// The values of the project's own variables and permissions.
fn own(session: &Session<'_>, outputs: &Outputs) -> Result<OwnParameters, Error> {
    let inputs = session.inputs;
    OwnParameters::of(&inputs.stack, &inputs.stage, outputs).map_err(|missing| {
        let file = OwnResources::FILE;
        Error::new(
            Code::Stack,
            format!("the stack with the resources of {file} has no output {missing}"),
        )
        .hint("its condition may not hold in this stage: let the output be there in every stage that uses it")
    })
}

/// In the place of outputs that are not known before the stack `resources` is deployed.
fn unknown(session: &Session<'_>) -> Outputs {
    let own = session.inputs.stack.resources.iter();
    let names = own.flat_map(OwnResources::outputs);
    names
        .map(|name| {
            (
                name.to_owned(),
                format!("(the output {name}, once it is deployed)"),
            )
        })
        .collect()
}

/// The skill stack of one region.
fn client(
    session: &Session<'_>,
    region: &Region,
    accounts: &Accounts,
    skill: &SkillId,
    bundle: &Bundle,
    own: OwnParameters,
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
        home: (inputs.stack.needs_home_region()).then(|| inputs.home.clone()),
        own,
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
            create_only: CreateOnly::default(),
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
fn template(session: &Session<'_>) -> Result<String, Error> {
    template::text(&declared(session))
}

fn declared(session: &Session<'_>) -> infra::Template {
    infra::stacks::skill(&session.inputs.stack)
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
