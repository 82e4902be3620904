//! The stack with the project's own resources, which the function may be told of.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde_json::Value;

use infra::names;
use infra::stack_file::OwnResources;

use super::{Act, Found, Look, Looked, stack};
use crate::agreement::Agreement;
use crate::aws::cloudformation::CloudFormation;
use crate::aws::stack::{Decision, Desired, Observed, StackClient, decide};
use crate::diff::Part;
use crate::diff::change::{Kind, Replacement};
use crate::diff::create_only::CreateOnly;
use crate::error::{Code, Error};
use crate::guards::{self, Finding, Guard};
use crate::progress::Step;
use crate::session::Session;
use crate::template::Template;

/// The outputs of the stack by name.
pub(crate) type Outputs = BTreeMap<String, String>;

/// The stack, as it was found or deployed.
pub(crate) struct Deployed {
    pub(crate) client: StackClient,
    pub(crate) observed: Option<Observed>,
    /// Absent if a deployment changes them.
    pub(crate) outputs: Option<Outputs>,
}

pub(crate) async fn look(session: &Session<'_>, own: Option<&OwnResources>) -> Look<Deployed> {
    let Some(own) = own else {
        return Ok(Looked::new([], None));
    };
    let (client, observed) = prepare(session, own).await?;
    let part = stack::look(&client, Step::Resources, observed.as_ref()).await?;
    let kept = observed
        .as_ref()
        .filter(|_| part.changes.is_empty() && part.action.is_none());
    let outputs = kept.map(|kept| kept.outputs.clone());
    let obstacle = refuse_loss(session, &part, observed.as_ref()).err();
    Ok(Looked {
        found: Found {
            parts: vec![part],
            obstacle,
            ..Found::default()
        },
        made: Some(Deployed {
            client,
            observed,
            outputs,
        }),
    })
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    own: &OwnResources,
) -> Act<Deployed> {
    let (client, observed) = prepare(session, own).await?;
    let part = stack::look(&client, Step::Resources, observed.as_ref()).await?;
    refuse_loss(session, &part, observed.as_ref())?;
    let (observed, outcome) = stack::ensure(session, agreement, &client, Step::Resources).await?;
    let deployed = Deployed {
        client,
        outputs: Some(observed.outputs.clone()),
        observed: Some(observed),
    };
    Ok((deployed, outcome))
}

/// The stack for a command that only reads it, or takes it away.
pub(crate) fn reader(session: &Session<'_>) -> StackClient {
    let inputs = session.inputs;
    let name = names::resources_stack(&inputs.stack.name, &inputs.stage);
    let desired = Desired {
        role: session.service_role(),
        ..Desired::reader(name, inputs.home.clone())
    };
    StackClient::new(&session.resources, desired)
}

/// The stack as it is, also for a project that declares none any more.
pub(crate) async fn observe(session: &Session<'_>) -> Result<Option<Observed>, Error> {
    match reader(session).observe().await {
        // A stage's roles may look only if the project had resources when they were made.
        Err(error) if session.inputs.stack.resources.is_none() && error.is_denied() => {
            session.note(
                &Step::Resources,
                "these credentials may not look (cloudformation:DescribeStacks), and the project \
                 declares none: skipped the check whether some are left of before",
            );
            Ok(None)
        }
        observed => observed,
    }
}

/// True if something in the deployed stack outlives it.
pub(crate) fn holds_data(observed: &Observed) -> Result<bool, Error> {
    Ok(!retained(observed)?.is_empty())
}

/// The stack as it shall be and as it is, with what CloudFormation knows of types that are to change.
async fn prepare(
    session: &Session<'_>,
    own: &OwnResources,
) -> Result<(StackClient, Option<Observed>), Error> {
    let inputs = session.inputs;
    let (name, stage) = (&inputs.stack.name, &inputs.stage);
    let mut desired = Desired {
        template: own.template().to_string(),
        parameters: own.parameters(name, stage),
        tags: session.tags(),
        protected: own.holds_data(),
        role: session.service_role(),
        ..Desired::reader(names::resources_stack(name, stage), inputs.home.clone())
    };
    let observed = StackClient::new(&session.resources, desired.clone())
        .observe()
        .await?;
    if decide(&desired, observed.as_ref()) != Decision::Nothing {
        desired.create_only = types(session, own, observed.as_ref()).await?;
    }
    Ok((StackClient::new(&session.resources, desired), observed))
}

/// Asks CloudFormation about every type of the file and of the stack.
async fn types(
    session: &Session<'_>,
    own: &OwnResources,
    observed: Option<&Observed>,
) -> Result<CreateOnly, Error> {
    let lines = own.types();
    let mut wanted: BTreeSet<String> = lines.keys().map(|kind| (*kind).to_owned()).collect();
    if let Some(observed) = observed.filter(|one| !one.template.is_empty()) {
        let deployed = Template::read(&observed.template, &observed.parameters)?;
        wanted.extend(deployed.resources().into_values().map(|one| one.kind));
    }
    // A custom resource is in nobody's registry.
    wanted.retain(|kind| !kind.starts_with("Custom::"));
    let client = CloudFormation::new(&session.resources, &session.inputs.home);
    let schemas = wanted
        .iter()
        .map(|kind| schema(session, &client, kind, lines.get(kind.as_str())));
    let schemas: Vec<Option<Value>> = try_join_all(schemas).await?;
    Ok(CreateOnly::of(schemas.iter().flatten()))
}

/// The schema of a type; `None` on an AWS emulator that knows no schemas.
async fn schema(
    session: &Session<'_>,
    client: &CloudFormation,
    kind: &str,
    line: Option<&usize>,
) -> Result<Option<Value>, Error> {
    let emulator = session.inputs.endpoints.emulator.as_ref();
    let file = OwnResources::FILE;
    let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
    let schema = match client.describe_type(kind).await {
        Ok(schema) => schema,
        Err(error) if error.code() == Some("TypeNotFoundException") => {
            let hint = match emulator {
                None if session.inputs.stage.is_local() => {
                    "a local stage has few types. An AWS emulator of your choice has more: name it in [stages.local] \
                     aws-emulator (docs/resources.md)"
                }
                None => "correct its name, or see whether the region has it",
                Some(_) => "correct its name, or see whether your AWS emulator has it",
            };
            return Err(Error::new(
                Code::ResourceType,
                format!("{place}: CloudFormation has no type {kind} here"),
            )
            .because(error.message().unwrap_or_default().to_owned())
            .hint(hint));
        }
        Err(error) if emulator.is_some() && error.refusal().is_some() => return Ok(None),
        Err(error) => {
            return Err(Error::aws(
                format!("{place}: cannot read about the type {kind}"),
                &error,
            ));
        }
    };
    serde_json::from_str(&schema).map(Some).map_err(|error| {
        Error::new(
            Code::ResourceType,
            format!("the schema of {kind} cannot be read"),
        )
        .because(error.to_string())
    })
}

/// Refuses to replace or to remove what holds data, unless that is allowed.
fn refuse_loss(
    session: &Session<'_>,
    part: &Part,
    observed: Option<&Observed>,
) -> Result<(), Error> {
    let retained = match observed {
        Some(observed) => retained(observed)?,
        None => return Ok(()),
    };
    let lost = part
        .changes
        .iter()
        .filter(|change| retained.contains(&change.subject));
    let findings = lost.filter_map(|change| {
        let gone = match (change.kind, change.replacement) {
            (Kind::Removed, _) => "no longer be in the stack",
            (_, Replacement::Yes) => "be replaced by an empty one",
            (_, Replacement::Perhaps) => "perhaps be replaced by an empty one",
            _ => return None,
        };
        let kind = change.resource_type.as_deref().unwrap_or_default();
        Some(Finding {
            guard: Guard::Data,
            what: format!("{} ({kind}) would {gone}", change.subject),
        })
    });
    guards::refuse(findings, &session.inputs.allowed)
}

/// The resources that outlive the deployed stack, by their logical names.
fn retained(observed: &Observed) -> Result<BTreeSet<String>, Error> {
    if observed.template.is_empty() {
        return Ok(BTreeSet::new());
    }
    let template = Template::read(&observed.template, &observed.parameters)?;
    let resources = template.resources().into_iter();
    let outlives = |policy: Option<&Value>| {
        let policy = policy.and_then(Value::as_str);
        policy.is_some_and(|policy| policy != "Delete")
    };
    Ok(resources
        .filter(|(_, resource)| outlives(resource.attributes.get("DeletionPolicy")))
        .map(|(name, _)| name)
        .collect())
}
