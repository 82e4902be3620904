//! Regions that have left the stack file: the manifest stops naming them first, and their stack
//! goes afterwards.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::Value;
use smapi::SkillStage;

use infra::stack_file::{LambdaRegion, Region};
use models::ids::SkillId;

use super::skill_stack;
use crate::agreement::Agreement;
use crate::aws::stack::{Observed, StackClient};
use crate::diff::{Part, stack};
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;
use crate::state::StageState;
use crate::template::Template;

/// A stack where the stage no longer belongs.
struct Abandoned {
    region: Region,
    client: StackClient,
    part: Part,
}

/// Writes down where there will be a stack, before there is one.
pub(crate) async fn remember(session: &Session<'_>, regions: &[Region]) -> Result<(), Error> {
    session
        .store
        .update(|state| {
            let mut all = candidates(state);
            all.extend(regions.iter().cloned());
            state.regions = Some(all);
        })
        .await
}

/// What would be removed.
pub(crate) async fn look(session: &Session<'_>, skill: &SkillId) -> Result<Vec<Part>, Error> {
    let found = find(session, skill).await?;
    Ok(found.into_iter().map(|abandoned| abandoned.part).collect())
}

/// Removes what the plan said would be, and forgets where nothing is.
pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    skill: &SkillId,
) -> Result<(), Error> {
    let desired = session.inputs.skill_regions();
    let known = candidates(&session.store.state().await);
    if known.iter().all(|region| desired.contains(region)) {
        return Ok(());
    }
    let mut left: BTreeSet<Region> = desired.into_iter().collect();
    let mut leaving = Vec::new();
    for abandoned in find(session, skill).await? {
        // What came to light after the plan was agreed to is for the next one to say.
        if abandoned.part.action.is_some() && agreement.foresees(&abandoned.part.step) {
            leaving.push(abandoned);
        } else {
            left.insert(abandoned.region);
        }
    }
    let removals = leaving.iter().map(|abandoned| {
        session.step(abandoned.part.step.clone(), async {
            session.may_change()?;
            agreement.agree(&abandoned.part)?;
            abandoned.client.remove().await?;
            Ok(((), "deleted".to_owned()))
        })
    });
    for removal in join_all(removals).await {
        removal?;
    }
    session
        .store
        .update(|state| state.regions = Some(left))
        .await
}

/// Where there may be a stack. A state that does not say so is an earlier version's.
fn candidates(state: &StageState) -> BTreeSet<Region> {
    let deployed = state.skill.as_ref().is_some_and(|skill| skill.id.is_some());
    match &state.regions {
        Some(regions) => regions.clone(),
        None if deployed => LambdaRegion::ALL
            .iter()
            .copied()
            .map(Region::from)
            .collect(),
        None => BTreeSet::new(),
    }
}

/// The stacks of this skill in regions that the stack file does not name.
async fn find(session: &Session<'_>, skill: &SkillId) -> Result<Vec<Abandoned>, Error> {
    let desired = session.inputs.skill_regions();
    let mut elsewhere = candidates(&session.store.state().await);
    elsewhere.retain(|region| !desired.contains(region));
    let looked = elsewhere.into_iter().map(|region| async {
        let client = skill_stack::reader(session, &region);
        let observed = client.observe().await?;
        Ok::<_, Error>(observed.map(|observed| (region, client, observed)))
    });
    let mut found = Vec::new();
    for answer in join_all(looked).await {
        // A stack of that name for another skill is somebody else's.
        found.extend(answer?.filter(|(.., observed)| {
            observed.parameters.get("SkillId").map(String::as_str) == Some(skill.as_str())
        }));
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let live = session.smapi.manifest(skill, SkillStage::Live).await?;
    let live = live.map_or_else(BTreeSet::new, |live| regions_in(&live.value));
    found
        .into_iter()
        .map(|(region, client, observed)| {
            let step = Step::SkillStack(region.clone());
            let part = if live.contains(region.as_str()) {
                session.note(
                    &step,
                    "kept: the live version of the skill is answered there",
                );
                Part::nothing(step)
            } else {
                removal(step, &observed)?
            };
            Ok(Abandoned {
                region,
                client,
                part,
            })
        })
        .collect()
}

/// The removal of a whole stack.
fn removal(step: Step, observed: &Observed) -> Result<Part, Error> {
    let nothing = Template::read("Resources: {}", &BTreeMap::new())?;
    let before = if observed.template.is_empty() {
        Template::read("Resources: {}", &BTreeMap::new())?
    } else {
        Template::read(&observed.template, &observed.parameters)?
    };
    let (changes, _) = stack::changes(Some(&before), &nothing);
    Ok(Part {
        action: Some("delete it, after the manifest has stopped naming it".to_owned()),
        changes,
        ..Part::nothing(step)
    })
}

/// The regions of every function that a manifest names.
fn regions_in(manifest: &Value) -> BTreeSet<String> {
    match manifest {
        Value::String(text) => text
            .strip_prefix("arn:aws:lambda:")
            .and_then(|rest| rest.split(':').next())
            .map(str::to_owned)
            .into_iter()
            .collect(),
        Value::Array(items) => items.iter().flat_map(regions_in).collect(),
        Value::Object(members) => members.values().flat_map(regions_in).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::change::Kind;
    use crate::state::SkillRecord;
    use serde_json::json;

    #[test]
    fn an_earlier_versions_state_is_looked_for_everywhere() {
        let mut state = StageState::default();
        assert!(candidates(&state).is_empty());
        state.skill = Some(SkillRecord {
            vendor: "M1EXAMPLE".parse().unwrap(),
            nonce: String::new(),
            id: Some(
                "amzn1.ask.skill.e8b1c57e-e5b3-47b9-b415-16aa248eb9e7"
                    .parse()
                    .unwrap(),
            ),
            package: None,
        });
        assert_eq!(candidates(&state).len(), LambdaRegion::ALL.len());
        state.regions = Some(["eu-west-1".parse().unwrap()].into());
        assert_eq!(candidates(&state).len(), 1);
    }

    #[test]
    fn a_manifest_names_regions_wherever_it_names_functions() {
        let manifest = json!({"manifest": {
            "apis": {"custom": {
                "endpoint": {"uri": "arn:aws:lambda:us-east-1:000000000000:function:f:live"},
                "regions": {"FE": {"endpoint": {"uri": "arn:aws:lambda:us-west-2:0:function:f"}}},
            }},
            "events": {"endpoint": {"uri": "https://example.com/arn:aws:lambda:eu-west-1:"}},
        }});
        let regions: Vec<_> = regions_in(&manifest).into_iter().collect();
        assert_eq!(regions, ["us-east-1", "us-west-2"]);
    }

    #[test]
    fn removing_a_stack_removes_every_resource() {
        let observed = Observed {
            status: "CREATE_COMPLETE".to_owned(),
            reason: None,
            template: "Resources: {A: {Type: AWS::Logs::LogGroup}, B: {Type: AWS::IAM::Role}}"
                .to_owned(),
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            protected: false,
        };
        let part = removal(Step::Skill, &observed).unwrap();
        assert_eq!(part.changes.len(), 2);
        assert!(
            part.changes
                .iter()
                .all(|change| change.kind == Kind::Removed)
        );
    }
}
