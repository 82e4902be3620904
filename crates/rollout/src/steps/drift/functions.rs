//! Changes by hand in a function, in the alias that Alexa invokes, or in a resource of the project's own:
//! CloudFormation reads them and compares, so that a role that only reads needs no more than it has.

use crate::agreement::Agreement;
use crate::aws::stack::{Decision, Observed, StackClient, decide};
use crate::diff::Part;
use crate::diff::change::{Change, Kind};
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::session::Session;
use crate::steps::{Act, Look, Looked};
use crate::template::Template;

/// The types of a skill stack whose configuration decides what Alexa's users meet.
const TYPES: [&str; 2] = ["AWS::Lambda::Alias", "AWS::Lambda::Function"];

pub(crate) async fn look(step: Step, stack: Option<(&StackClient, Option<&Observed>)>) -> Look<()> {
    let mut parts = Vec::new();
    if let Some((client, observed)) = stack {
        parts.push(part(step, client, observed).await?);
    }
    Ok(Looked::new(parts, Some(())))
}

/// The changes that would be put back in one stack.
pub(crate) async fn part(
    step: Step,
    stack: &StackClient,
    observed: Option<&Observed>,
) -> Result<Part, Error> {
    let is_compared = |kind: &str| step == Step::ResourcesDrift || TYPES.contains(&kind);
    // Whoever finishes what failed writes everything anyway.
    let settled = |observed: &&Observed| {
        matches!(
            decide(stack.desired(), Some(observed)),
            Decision::Nothing | Decision::Update(_)
        )
    };
    let Some(observed) = observed.filter(settled) else {
        return Ok(Part::nothing(step));
    };
    let template = Template::read(&observed.template, &observed.parameters)?;
    let mut changes = Vec::new();
    let mut unchanged = 0;
    for (name, resource) in template.resources() {
        if !is_compared(&resource.kind) {
            continue;
        }
        match stack.drift(&name).await? {
            None => unchanged += 1,
            Some(fields) => {
                let kind = if fields.is_empty() {
                    Kind::Added
                } else {
                    Kind::Changed
                };
                changes.push(Change {
                    resource_type: Some(resource.kind),
                    ..Change::new(kind, name, fields)
                });
            }
        }
    }
    Ok(Part::of(
        step,
        "put back what was changed by hand",
        changes,
        unchanged,
    ))
}

/// Puts back what the plan said would be.
pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    step: &Step,
    stack: &StackClient,
) -> Act<()> {
    let observed = stack.observe().await?;
    let part = part(step.clone(), stack, observed.as_ref()).await?;
    if part.action.is_none() {
        // The deployment of the stack has put it back.
        return Ok(((), "none any more".to_owned()));
    }
    session.may_change()?;
    agreement.agree(&part)?;
    stack.revert(&part).await?;
    let observed = stack.observe().await?;
    let left = self::part(step.clone(), stack, observed.as_ref()).await?;
    if let Some(change) = left.changes.first() {
        return Err(Error::new(
            Code::Drift,
            format!(
                "{step}: {} was put back and still differs",
                super::names(change)
            ),
        )
        .hint("see who else changes it; then run the command again"));
    }
    let names: Vec<_> = part.changes.iter().map(super::names).collect();
    Ok(((), format!("put back: {}", names.join("; "))))
}
