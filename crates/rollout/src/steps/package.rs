//! Manifest and interaction models: imported as one package, with the function's ARNs in it.

use std::time::Duration;

use serde_json::{Value, json};
use smapi::{ETag, SkillStage};
use tokio::time::Instant;

use infra::stack_file::{LambdaRegion, Region};
use infra::stacks::SkillOutputs;
use models::ids::SkillId;

use crate::agreement::{Agreement, agree_again};
use crate::diff::Part;
use crate::diff::change::{Change, Kind};
use crate::diff::documents::{self, Documents};
use crate::digest;
use crate::error::{Code, Error};
use crate::package::{Endpoints, Rendered};
use crate::poll::Poll;
use crate::progress::Step;
use crate::session::Session;
use crate::state::PackageRecord;
use crate::steps::{Act, Look, Looked, skill};

/// How long an import may take; building large interaction models has been seen to take minutes.
const IMPORT_LIMIT: Duration = Duration::from_mins(20);
/// How long a permission on the function may take to be seen by Alexa.
const PROPAGATION_LIMIT: Duration = Duration::from_secs(30);

/// The reason for an import that puts back what somebody else has changed.
const CHANGED_THERE: &str = "changed at Amazon";

/// Said when the service answers that the package is not the one that was read.
const OVERTAKEN: &str = "the skill was changed meanwhile; planning the import again";

/// The documents of the skill as the service stores them.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    digest: String,
    documents: Documents,
}

pub(crate) async fn look(
    session: &Session<'_>,
    skill: Option<&SkillId>,
    needs: Option<(&SkillId, &[(Region, SkillOutputs)])>,
) -> Look<Rendered> {
    let endpoints = needs.map(|(_, functions)| endpoints(session, functions));
    let desired = desired(session, endpoints.as_ref()).await;
    let stored = match skill {
        Some(skill) => Some(observe(session, skill, desired.locales()).await?),
        None => None,
    };
    let mut part = part(&desired, stored.as_ref(), record(session).await.as_ref());
    if endpoints.is_none() {
        without_arns(&mut part);
    }
    Ok(Looked::new([part], Some(desired)))
}

/// Imports the package if it differs.
pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    (skill, functions): (&SkillId, &[(Region, SkillOutputs)]),
) -> Act<Rendered> {
    let endpoints = endpoints(session, functions);
    let desired = desired(session, Some(&endpoints)).await;
    // An import whose answer was lost may still be going on.
    session.smapi.wait_for_skill(skill, IMPORT_LIMIT).await?;
    let stored = observe(session, skill, desired.locales()).await?;
    let record = record(session).await;
    let planned = part(&desired, Some(&stored), record.as_ref());
    let reasons = reasons(&desired, Some(&stored), record.as_ref());
    if reasons.is_empty() {
        return Ok((desired, "unchanged".to_owned()));
    }
    if agreement.foresees(&Step::Package) {
        agreement.agree(&readable(planned.clone()))?;
    } else {
        agreement.agree(&planned)?;
    }
    // What was changed at Amazon is overwritten on purpose; anything else must still be as it was.
    let expected = record
        .as_ref()
        .filter(|_| !reasons.contains(&CHANGED_THERE))
        .and_then(|record| record.etag.clone())
        .map(ETag::new);
    let etag = match import(session, skill, &desired, expected.as_ref()).await {
        Err(error) if error.is_overtaken() => {
            session.note(&Step::Package, OVERTAKEN);
            session.smapi.wait_for_skill(skill, IMPORT_LIMIT).await?;
            let stored = observe(session, skill, desired.locales()).await?;
            let again = part(&desired, Some(&stored), record.as_ref());
            agree_again(&planned, &readable(again))?;
            import(session, skill, &desired, None).await?
        }
        answer => answer?,
    };
    let stored = observe(session, skill, desired.locales()).await?;
    let record = PackageRecord {
        applied: desired.digest().to_owned(),
        observed: stored.digest,
        normalised: documents::changes(&stored.documents, &desired.documents()),
        etag: etag.map(|etag| etag.as_str().to_owned()),
    };
    session
        .store
        .update(|state| {
            if let Some(skill) = &mut state.skill {
                skill.package = Some(record);
            }
        })
        .await?;
    Ok((desired, format!("imported: {}", reasons.join(", "))))
}

async fn record(session: &Session<'_>) -> Option<PackageRecord> {
    session.store.state().await.skill?.package
}

/// Leaves out the functions' ARNs, and them alone, as long as they are not known.
fn without_arns(part: &mut Part) {
    part.complete = false;
    for change in &mut part.changes {
        change.fields.retain(|field| !has_arns(&field.path));
    }
    let told = |change: &Change| change.kind != Kind::Changed || !change.fields.is_empty();
    part.changes.retain(told);
    part.action = Some("import when the functions' ARNs are known".to_owned());
}

/// The package as it shall be.
pub(crate) async fn desired(session: &Session<'_>, endpoints: Option<&Endpoints>) -> Rendered {
    let nonce = session
        .store
        .state()
        .await
        .skill
        .map(|skill| skill.nonce)
        .unwrap_or_default();
    session.inputs.package.render(&nonce, endpoints)
}

/// Where Alexa finds the functions.
pub(crate) fn endpoints(session: &Session<'_>, functions: &[(Region, SkillOutputs)]) -> Endpoints {
    let arn_in = |region: LambdaRegion| {
        functions
            .iter()
            .find(|(deployed, _)| deployed.as_str() == region.as_str())
            .map(|(_, outputs)| outputs.alias_arn.clone())
            .unwrap_or_default()
    };
    let regions = &session.inputs.stack.lambda.regions;
    Endpoints {
        default: arn_in(regions.default),
        regions: regions
            .named()
            .map(|(part, region)| (part, arn_in(region)))
            .collect(),
    }
}

/// Reads the documents back.
pub(crate) async fn observe(
    session: &Session<'_>,
    skill: &SkillId,
    locales: &[String],
) -> Result<Stored, Error> {
    let manifest = async {
        skill::manifest(session, skill).await?.ok_or_else(|| {
            Error::new(
                Code::Skill,
                format!("skill {skill}, which this stage was deployed to, does not exist"),
            )
            .hint(
                "deploy as the developer that it belongs to; if it was deleted in the console, remove \
                 `skill` from the stage's state object and deploy again: users then have to link again",
            )
        })
    };
    let models = futures_util::future::join_all(locales.iter().map(|locale| {
        session
            .smapi
            .interaction_model(skill, SkillStage::Development, locale)
    }));
    let (manifest, models) = tokio::join!(manifest, models);
    let mut documents = Documents {
        manifest: manifest?.value,
        ..Documents::default()
    };
    let mut all = vec![documents.manifest.clone()];
    for (locale, model) in locales.iter().zip(models) {
        let model = model?.map(|model| without_version(model.value));
        all.push(model.clone().unwrap_or_default());
        documents
            .models
            .extend(model.map(|model| (locale.clone(), model)));
    }
    Ok(Stored {
        digest: digest::of_json(&json!(all)),
        documents,
    })
}

/// A model without the number that the service counts its versions with.
/// <https://developer.amazon.com/en-US/docs/alexa/smapi/interaction-model-schema.html>
fn without_version(mut model: Value) -> Value {
    if let Some(members) = model.as_object_mut() {
        members.remove("version");
    }
    model
}

/// What an import would change.
///
/// A three-way comparison: services normalise what they store, so that what is stored now is
/// compared with what was stored after the last import, and what is wanted with what was sent.
pub(crate) fn part(
    desired: &Rendered,
    stored: Option<&Stored>,
    record: Option<&PackageRecord>,
) -> Part {
    let reasons = reasons(desired, stored, record);
    let subjects = desired.locales().len() + 1;
    if reasons.is_empty() {
        return Part {
            unchanged: subjects,
            ..Part::nothing(Step::Package)
        };
    }
    let nothing = Documents::default();
    let normalised = record.map_or(&[][..], |record| &record.normalised);
    let before = stored.map_or(&nothing, |stored| &stored.documents);
    let changes = documents::changes(before, &desired.documents());
    let mut changes = documents::without_normalised(changes, normalised);
    let unchanged = subjects.saturating_sub(changes.len());
    if changes.is_empty() {
        // Icons and the like, which cannot be read back.
        let applied = record.map(|record| record.applied.as_str());
        changes.push(documents::digest(applied, desired.digest()));
    }
    let action = format!("import: {}", reasons.join(", "));
    Part::of(Step::Package, &action, changes, unchanged)
}

/// Whether a field of the manifest names functions.
fn has_arns(path: &[String]) -> bool {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    matches!(path.as_slice(), ["manifest", "apis" | "events", ..])
}

/// Why the package has to be imported; empty when it has not.
fn reasons(
    desired: &Rendered,
    stored: Option<&Stored>,
    record: Option<&PackageRecord>,
) -> Vec<&'static str> {
    let (Some(stored), Some(record)) = (stored, record) else {
        return vec!["first import"];
    };
    let mut reasons = Vec::new();
    if record.applied != desired.digest() {
        reasons.push("changed here");
    }
    if record.observed != stored.digest {
        reasons.push(CHANGED_THERE);
    }
    reasons
}

/// What somebody changed at Amazon since the last import.
pub(crate) fn drift(
    desired: &Rendered,
    stored: &Stored,
    record: Option<&PackageRecord>,
) -> Option<Part> {
    let changed = record.is_some_and(|record| record.observed != stored.digest);
    changed.then(|| part(desired, Some(stored), record))
}

/// What is known from reading. Files that cannot be read back go with any import that was agreed to.
fn readable(mut part: Part) -> Part {
    part.changes
        .retain(|change| change.subject != documents::FILES);
    part
}

async fn import(
    session: &Session<'_>,
    skill: &SkillId,
    package: &Rendered,
    etag: Option<&ETag>,
) -> Result<Option<ETag>, Error> {
    let zip = package.zip()?;
    let deadline = Instant::now() + PROPAGATION_LIMIT;
    let mut poll = Poll::default();
    loop {
        session.may_change()?;
        let upload = session.smapi.upload(zip.clone()).await?;
        let import = session.smapi.import(skill, &upload, etag).await?;
        let status = session.smapi.wait_for_import(&import, IMPORT_LIMIT).await?;
        for advice in status.advice() {
            session.note(&Step::Package, &format!("Alexa advises: {advice}"));
        }
        if status.status.is_success() {
            return Ok(status.etag);
        }
        let problems = status.problems();
        if blames_the_trigger(&problems) && Instant::now() < deadline {
            session.note(
                &Step::Package,
                "waiting for the function's permission to be seen by Alexa",
            );
            poll.wait().await;
            continue;
        }
        return Err(problems.into_iter().fold(
            Error::new(
                Code::Import,
                format!("Alexa did not import the package of skill {skill}"),
            )
            .hint("mend what Alexa names in skill-package/ or stack.toml, then run it again"),
            Error::because,
        ));
    }
}

/// Alexa checks at import that it may invoke the function.
fn blames_the_trigger(problems: &[String]) -> bool {
    problems
        .iter()
        .any(|problem| problem.contains("trigger setting for the Lambda"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_trigger_is_waited_for() {
        let trigger = "Manifest: The trigger setting for the Lambda arn:aws:lambda:x is invalid.";
        assert!(blames_the_trigger(&[trigger.to_owned()]));
        assert!(!blames_the_trigger(&[
            "Manifest: name is too long".to_owned()
        ]));
    }
}
