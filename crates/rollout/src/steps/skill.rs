//! The skill's id: remembered, found again, or created. Never twice.

use std::time::Duration;

use serde_json::{Value, json};
use smapi::{SkillStage, Versioned};
use tokio::time::Instant;
use uuid::Uuid;

use models::ids::SkillId;

use crate::agreement::Agreement;
use crate::diff::Part;
use crate::diff::change::{Change, Field, Kind};
use crate::error::{Code, Error};
use crate::poll::Poll;
use crate::progress::Step;
use crate::session::Session;
use crate::state::{self, SkillRecord};
use crate::steps::{Act, Look, Looked, recover};

/// How long a new skill may stay out of the vendor's list. Amazon promises nothing; a skill has
/// been reported as "not found" some seconds after it was created
/// (<https://github.com/openhab/openhab-alexa/issues/643>).
const CONSISTENCY_WINDOW: Duration = Duration::from_secs(15);

/// How long Alexa may take to create a skill.
const CREATION_LIMIT: Duration = Duration::from_mins(2);

pub(crate) async fn look(session: &Session<'_>, _needs: Option<()>) -> Look<SkillId> {
    let remembered = session.store.state().await.skill.is_some();
    let skill = recover::skill(session).await?.and_then(|skill| skill.id);
    Ok(Looked::new([decide(skill.as_ref(), remembered)], skill))
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    _needs: (),
) -> Act<SkillId> {
    let recorded = session.store.state().await.skill;
    if let Some(id) = recorded.as_ref().and_then(|record| record.id.clone()) {
        return Ok((id, "unchanged".to_owned()));
    }
    agreement.agree_to_step(&Step::Skill)?;
    if recorded.is_none()
        && let Some(found) = recover::skill(session).await?
        && let Some(id) = found.id.clone()
    {
        session.may_change()?;
        session
            .store
            .update(|state| state.skill = Some(found))
            .await?;
        return Ok((id.clone(), format!("found again without a state: {id}")));
    }
    let (id, outcome) = if let Some(record) = recorded {
        // A creation was begun and its answer never arrived.
        match find_by_nonce(session, &record.nonce).await? {
            Some(id) => (id, "found again"),
            None => (create(session, &record.nonce).await?, "created"),
        }
    } else {
        let nonce = new_nonce(session);
        session.may_change()?;
        let record = SkillRecord {
            vendor: session.vendor.clone(),
            nonce: nonce.clone(),
            id: None,
            package: None,
        };
        session
            .store
            .update(|state| state.skill = Some(record))
            .await?;
        (create(session, &nonce).await?, "created")
    };
    session
        .store
        .update(|state| {
            if let Some(skill) = &mut state.skill {
                skill.id = Some(id.clone());
            }
        })
        .await?;
    Ok((id.clone(), format!("{outcome}: {id}")))
}

fn decide(skill: Option<&SkillId>, remembered: bool) -> Part {
    let change = |fields| vec![Change::new(Kind::Added, "skill", fields)];
    match skill {
        Some(_) if remembered => Part {
            unchanged: 1,
            ..Part::nothing(Step::Skill)
        },
        Some(id) => {
            let id = Field::new(vec!["id".to_owned()], None, Some(json!(id)));
            let action = "take up the skill that is there already; the state does not name it";
            Part::of(Step::Skill, action, change(vec![id]), 0)
        }
        None => {
            let action = "create it, or find the one begun";
            Part::of(Step::Skill, action, change(Vec::new()), 0)
        }
    }
}

/// The beginning of every nonce of the stage.
pub(crate) fn mark(session: &Session<'_>) -> String {
    state::mark(&session.inputs.stack, &session.inputs.stage)
}

pub(crate) fn new_nonce(session: &Session<'_>) -> String {
    format!("{}{}", mark(session), Uuid::new_v4())
}

async fn create(session: &Session<'_>, nonce: &str) -> Result<SkillId, Error> {
    session.may_change()?;
    let rendered = session.inputs.package.render(nonce, None);
    Ok(session
        .smapi
        .create_skill(&session.vendor, rendered.manifest())
        .await?)
}

/// Looks through the vendor's skills until one carries the nonce or the window has passed.
async fn find_by_nonce(session: &Session<'_>, nonce: &str) -> Result<Option<SkillId>, Error> {
    let deadline = Instant::now() + CONSISTENCY_WINDOW;
    let mut poll = Poll::default();
    loop {
        let mut found = Vec::new();
        for skill in session.smapi.skills(&session.vendor).await? {
            if skill.stage != SkillStage::Development.as_str() || found.contains(&skill.skill_id) {
                continue;
            }
            let manifest = manifest(session, &skill.skill_id).await?;
            if manifest.is_some_and(|manifest| carries(&manifest.value, nonce)) {
                found.push(skill.skill_id);
            }
        }
        match found.as_slice() {
            [only] => return Ok(Some(only.clone())),
            [] if Instant::now() >= deadline => return Ok(None),
            [] => poll.wait().await,
            several => {
                let ids: Vec<_> = several.iter().map(SkillId::as_str).collect();
                return Err(self::several(&ids));
            }
        }
    }
}

/// The manifest; of a skill that is still being created, once it is.
pub(crate) async fn manifest(
    session: &Session<'_>,
    skill: &SkillId,
) -> Result<Option<Versioned<Value>>, smapi::Error> {
    let read = || session.smapi.manifest(skill, SkillStage::Development);
    match read().await {
        // See Other: the place to look at is the skill's status.
        Err(error) if error.status() == Some(303) => {
            session.smapi.wait_for_skill(skill, CREATION_LIMIT).await?;
            read().await
        }
        answer => answer,
    }
}

/// The refusal to choose among skills.
pub(crate) fn several(ids: &[&str]) -> Error {
    Error::new(
        Code::Skill,
        format!("several skills carry this stage's mark: {}", ids.join(", ")),
    )
    .hint("delete all but one in the developer console, then run the command again")
}

/// Where a skill says whose it is.
pub(crate) fn testing_instructions(manifest: &Value) -> Option<&str> {
    manifest
        .pointer("/manifest/publishingInformation/testingInstructions")
        .and_then(Value::as_str)
}

fn carries(manifest: &Value, nonce: &str) -> bool {
    testing_instructions(manifest).is_some_and(|text| text.contains(nonce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skill_that_the_state_does_not_name_is_taken_up() {
        let id = "amzn1.ask.skill.00000000-0000-4000-8000-000000000000";
        let id: SkillId = id.parse().unwrap();
        let action = |skill, remembered| decide(skill, remembered).action.unwrap_or_default();
        assert_eq!(action(Some(&id), true), "");
        assert!(action(Some(&id), false).starts_with("take up"));
        assert!(action(None, true).starts_with("create"));
    }

    #[test]
    fn a_skill_is_recognised_by_its_testing_instructions_only() {
        let manifest =
            |field: &str| json!({"manifest": {"publishingInformation": {field: "… n1 …"}}});
        assert!(carries(&manifest("testingInstructions"), "n1"));
        assert!(!carries(&manifest("testingInstructions"), "n2"));
        assert!(!carries(&manifest("category"), "n1"));
    }
}
