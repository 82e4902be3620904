//! Everything on a stage that somebody changed by hand, for whoever asks how it is.

use infra::stack_file::Region;
use infra::stacks::{IdentityOutputs, SkillOutputs};
use models::ids::SkillId;

use crate::aws::stack::Observed;
use crate::diff::Part;
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;
use crate::steps::drift::{self, functions};
use crate::steps::{linking, package, resources, skill_stack};
use crate::template::Template;

/// The parts of a stage that have drifted, by reading only.
pub(super) async fn report(
    session: &Session<'_>,
    skill: Option<&SkillId>,
    identity: Option<(&IdentityOutputs, &Observed)>,
    own: Option<&Observed>,
    functions: &[(Region, Option<Observed>)],
) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    if let Some((outputs, observed)) = identity {
        let template = Template::read(&observed.template, &observed.parameters)?;
        parts.push(drift::part(session, outputs, &template).await?);
    }
    for (region, observed) in functions {
        let stack = skill_stack::reader(session, region);
        let step = Step::FunctionDrift(region.clone());
        parts.push(functions::part(step, &stack, observed.as_ref()).await?);
    }
    if let Some(observed) = own {
        let stack = resources::reader(session);
        parts.push(functions::part(Step::ResourcesDrift, &stack, Some(observed)).await?);
    }
    if let Some(skill) = skill {
        parts.extend(documents(session, skill, functions).await?);
    }
    parts.retain(|part| part.action.is_some());
    Ok(parts)
}

/// What was changed in the developer console.
async fn documents(
    session: &Session<'_>,
    skill: &SkillId,
    functions: &[(Region, Option<Observed>)],
) -> Result<Vec<Part>, Error> {
    let deployed: Option<Vec<(Region, SkillOutputs)>> = functions
        .iter()
        .map(|(region, observed)| {
            let outputs = skill_stack::outputs("", observed.as_ref()?).ok()?;
            Some((region.clone(), outputs))
        })
        .collect();
    let endpoints = deployed.map(|deployed| package::endpoints(session, &deployed));
    let desired = package::desired(session, endpoints.as_ref()).await;
    let (stored, observed) = tokio::join!(
        package::observe(session, skill, desired.locales()),
        linking::observe(session, skill)
    );
    let (stored, observed) = (stored?, observed?);
    let state = session.store.state().await;
    let record = state.skill.and_then(|skill| skill.package);
    let package = package::drift(&desired, &stored, record.as_ref());
    let observed = observed.as_ref().map(|observed| &observed.value);
    let linking = state
        .linking
        .map(|record| linking::drift(observed, &record));
    Ok(package.into_iter().chain(linking).collect())
}
