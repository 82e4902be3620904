//! The skill of a stage that has no state or has lost it: found by what names it, and not created
//! once more.

use models::ids::SkillId;
use serde_json::Value;
use smapi::SkillStage;

use super::{skill, skill_stack};
use crate::error::{Code, Error};
use crate::session::Session;
use crate::state::{MARK, SkillRecord};

/// A skill that carries the mark of this stage.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marked {
    id: SkillId,
    nonce: String,
}

/// What is known of the stage's skill: what the state says, or what a lost state would say.
/// `None` when there is nothing yet.
pub(crate) async fn skill(session: &Session<'_>) -> Result<Option<SkillRecord>, Error> {
    if let Some(record) = session.store.state().await.skill {
        return Ok(Some(record));
    }
    let (named, marked) = tokio::join!(named_by_stack(session), marked(session));
    let found = match choose(named?, marked?)? {
        Some(Choice::Marked(found)) => found,
        // Its testing instructions were edited; the stack is witness enough if it is still there.
        Some(Choice::Named(id)) => match skill::manifest(session, &id).await? {
            Some(_) => Marked {
                id,
                nonce: skill::new_nonce(session),
            },
            None => return Ok(None),
        },
        None => match made_by_ask_cli(session).await? {
            Some(id) => Marked {
                id,
                nonce: skill::new_nonce(session),
            },
            None => return Ok(None),
        },
    };
    let record = SkillRecord {
        vendor: session.vendor.clone(),
        nonce: found.nonce,
        id: Some(found.id),
        package: None,
    };
    session
        .store
        .assume(|state| state.skill = Some(record.clone()))
        .await;
    Ok(Some(record))
}

/// The skill that ask-cli has made of the stage's package, if it is still there.
async fn made_by_ask_cli(session: &Session<'_>) -> Result<Option<SkillId>, Error> {
    let Some(id) = &session.inputs.adopt else {
        return Ok(None);
    };
    let Some(manifest) = skill::manifest(session, id).await? else {
        return Ok(None);
    };
    match skill::testing_instructions(&manifest.value) {
        // This stage's own would have been found by it.
        Some(text) if text.contains(MARK) => Err(Error::new(
            Code::Skill,
            format!("skill {id}, which ask-cli has on record here, is another stage's"),
        )
        .hint("delete `.ask/ask-states.json` beside the rendered package to create a new skill")),
        _ => Ok(Some(id.clone())),
    }
}

/// The skill that the stage's functions were made for.
async fn named_by_stack(session: &Session<'_>) -> Result<Option<SkillId>, Error> {
    for region in session.inputs.skill_regions() {
        let observed = skill_stack::reader(session, &region).observe().await?;
        let id = observed.and_then(|observed| observed.parameters.get("SkillId")?.parse().ok());
        if id.is_some() {
            return Ok(id);
        }
    }
    Ok(None)
}

/// The vendor's skills that carry the mark of this stage.
async fn marked(session: &Session<'_>) -> Result<Vec<Marked>, Error> {
    let mark = skill::mark(session);
    let mut found: Vec<Marked> = Vec::new();
    for listed in session.smapi.skills(&session.vendor).await? {
        let id = listed.skill_id;
        if listed.stage != SkillStage::Development.as_str()
            || found.iter().any(|known| known.id == id)
        {
            continue;
        }
        let manifest = skill::manifest(session, &id).await?;
        let nonce = manifest.and_then(|manifest| nonce(&manifest.value, &mark));
        found.extend(nonce.map(|nonce| Marked { id, nonce }));
    }
    Ok(found)
}

/// The nonce of this stage in a skill's testing instructions.
fn nonce(manifest: &Value, mark: &str) -> Option<String> {
    let text = skill::testing_instructions(manifest)?;
    let rest = &text[text.find(mark)? + mark.len()..];
    let id: String = rest
        .chars()
        .take_while(|c| c.is_ascii_hexdigit() || *c == '-')
        .collect();
    (!id.is_empty()).then(|| format!("{mark}{id}"))
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    Marked(Marked),
    Named(SkillId),
}

/// Which skill it is. The stack's word decides among several; without it nobody can.
fn choose(named: Option<SkillId>, marked: Vec<Marked>) -> Result<Option<Choice>, Error> {
    if let Some(named) = named {
        let own = marked.into_iter().find(|marked| marked.id == named);
        return Ok(Some(own.map_or(Choice::Named(named), Choice::Marked)));
    }
    match <[Marked; 1]>::try_from(marked) {
        Ok([only]) => Ok(Some(Choice::Marked(only))),
        Err(none) if none.is_empty() => Ok(None),
        Err(several) => {
            let ids: Vec<_> = several.iter().map(|marked| marked.id.as_str()).collect();
            Err(skill::several(&ids))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn marked(digit: char) -> Marked {
        let uuid = format!("0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e5{digit}");
        Marked {
            id: format!("amzn1.ask.skill.{uuid}").parse().unwrap(),
            nonce: format!("voicelink:guide:dev:{uuid}"),
        }
    }

    #[test]
    fn one_skill_is_the_one_and_several_are_none() {
        let [one, other] = ['1', '2'].map(marked);
        assert_eq!(choose(None, Vec::new()), Ok(None));
        assert_eq!(
            choose(None, vec![one.clone()]),
            Ok(Some(Choice::Marked(one.clone())))
        );
        let refused = choose(None, vec![one.clone(), other.clone()]).unwrap_err();
        assert!(refused.message().contains(one.id.as_str()));
        assert!(refused.message().contains(other.id.as_str()));
    }

    #[test]
    fn the_stack_decides_among_several() {
        let [one, other] = ['1', '2'].map(marked);
        let both = vec![one.clone(), other.clone()];
        assert_eq!(
            choose(Some(other.id.clone()), both),
            Ok(Some(Choice::Marked(other.clone())))
        );
        assert_eq!(
            choose(Some(other.id.clone()), vec![one]),
            Ok(Some(Choice::Named(other.id)))
        );
    }

    #[test]
    fn the_nonce_is_read_out_of_its_sentence() {
        let manifest = |text: &str| json!({"manifest": {"publishingInformation": {"testingInstructions": text}}});
        let own = marked('1').nonce;
        let text = manifest(&format!("Say hello.\n\n({own})."));
        assert_eq!(nonce(&text, "voicelink:guide:dev:"), Some(own));
        assert_eq!(nonce(&text, "voicelink:guide:prod:"), None);
        assert_eq!(nonce(&manifest("Say hello."), "voicelink:guide:dev:"), None);
    }
}
