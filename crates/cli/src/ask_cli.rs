//! What ask-cli needs to work on the skill of a stage: `ask-resources.json` and
//! `.ask/ask-states.json` beside the rendered package, so that `ask deploy` is run in `dist/STAGE`.
//!
//! The form is that of ask-cli 2.x, as it writes both files itself
//! (<https://developer.amazon.com/docs/smapi/ask-cli-file-and-resource-format.html>).

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use models::ids::SkillId;
use rollout::files;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::{Code, Failure};

const RESOURCES: &str = "ask-resources.json";
const STATES: &str = ".ask/ask-states.json";
/// What ask-cli calls the profile when its credentials come from the environment.
const ENVIRONMENT_PROFILE: &str = "__ENVIRONMENT_ASK_PROFILE__";

/// Of both files.
#[derive(Debug, Default, Serialize, Deserialize)]
enum Format {
    #[default]
    #[serde(rename = "2020-03-31")]
    Only,
}

/// Where each profile's package is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Resources {
    #[serde(rename = "askcliResourcesVersion")]
    format: Format,
    #[serde(default)]
    profiles: BTreeMap<String, Resource>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    skill_metadata: Map<String, Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// What each profile has deployed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct States {
    #[serde(rename = "askcliStatesVersion")]
    format: Format,
    #[serde(default)]
    profiles: BTreeMap<String, Deployed>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployed {
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_id: Option<SkillId>,
    /// What ask-cli remembers of its own imports.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Says where the rendered package is.
pub(crate) fn describe(dist: &Path, profile: &str) -> Result<(), Failure> {
    let file = dist.join(RESOURCES);
    let mut resources: Resources = read(&file)?.unwrap_or_default();
    for profile in [profile, ENVIRONMENT_PROFILE] {
        let resource = resources.profiles.entry(profile.to_owned()).or_default();
        let source = Value::from("./skill-package");
        resource.skill_metadata.insert("src".to_owned(), source);
    }
    write(&file, &resources)
}

/// Says which skill the package belongs to. What ask-cli remembers of another skill is dropped.
pub(crate) fn remember(dist: &Path, profile: &str, skill: &SkillId) -> Result<(), Failure> {
    describe(dist, profile)?;
    let file = dist.join(STATES);
    let mut states: States = read(&file)?.unwrap_or_default();
    for profile in [profile, ENVIRONMENT_PROFILE] {
        let deployed = states.profiles.entry(profile.to_owned()).or_default();
        if deployed.skill_id.as_ref() != Some(skill) {
            *deployed = Deployed {
                skill_id: Some(skill.clone()),
                ..Deployed::default()
            };
        }
    }
    write(&file, &states)
}

/// Forgets the skill, which is gone.
pub(crate) fn forget(dist: &Path) -> Result<(), Failure> {
    let file = dist.join(STATES);
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot("remove", &file, &error)),
        _ => Ok(()),
    }
}

/// The skill that ask-cli has made or was told of.
pub fn skill(dist: &Path, profile: &str) -> Result<Option<SkillId>, Failure> {
    let mut states: States = read(&dist.join(STATES))?.unwrap_or_default();
    Ok([profile, ENVIRONMENT_PROFILE]
        .into_iter()
        .find_map(|profile| states.profiles.remove(profile)?.skill_id))
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Failure> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("read", file, &error)),
    };
    // To go on without it could make a second skill.
    serde_json::from_str(&text).map(Some).map_err(|error| {
        let message = format!("{} is not as ask-cli writes it: {error}", file.display());
        Failure::new(Code::AskCli, message)
            .hint("mend it, or delete it if the skill that it names is not to be kept")
    })
}

/// Laid out as ask-cli lays it out, without a line's end at the end.
fn write(file: &Path, document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Failure::new(Code::Io, format!("cannot write JSON: {error}")))?;
    files::replace(file, text.as_bytes()).map_err(|error| cannot("write", file, &error))
}

fn cannot(verb: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Io,
        format!("cannot {verb} {}: {error}", file.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tempfile::TempDir;

    const PROFILE: &str = "work";

    fn id(digit: char) -> SkillId {
        format!("amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e5{digit}")
            .parse()
            .unwrap()
    }

    /// As ask-cli 2.30.7 left it after a deployment.
    fn written_by_ask_cli(skill: &SkillId) -> String {
        json!({
            "askcliStatesVersion": "2020-03-31",
            "profiles": { "work": {
                "deploymentStatus": "COMPLETE",
                "skillId": skill,
                "skillMetadata": { "lastDeployHash": "5nKnU9zVom2UTrqwPY/QA+4c5gc=" },
            } },
        })
        .to_string()
    }

    fn dist(states: &str) -> TempDir {
        let dist = TempDir::new().unwrap();
        std::fs::create_dir(dist.path().join(".ask")).unwrap();
        std::fs::write(dist.path().join(STATES), states).unwrap();
        dist
    }

    #[test]
    fn a_skill_is_remembered_for_both_kinds_of_credentials_and_forgotten() {
        let dist = TempDir::new().unwrap();
        assert!(skill(dist.path(), PROFILE).unwrap().is_none());
        remember(dist.path(), PROFILE, &id('1')).unwrap();
        for profile in [PROFILE, ENVIRONMENT_PROFILE] {
            assert_eq!(skill(dist.path(), profile).unwrap(), Some(id('1')));
        }
        let resources: Value = read(&dist.path().join(RESOURCES)).unwrap().unwrap();
        let source = &resources["profiles"][PROFILE]["skillMetadata"]["src"];
        assert_eq!(source, "./skill-package");
        forget(dist.path()).unwrap();
        forget(dist.path()).unwrap();
        assert!(skill(dist.path(), PROFILE).unwrap().is_none());
    }

    #[test]
    fn what_ask_cli_remembers_of_the_same_skill_stays() {
        for (same, kept) in [(id('1'), true), (id('2'), false)] {
            let dist = dist(&written_by_ask_cli(&id('1')));
            assert_eq!(skill(dist.path(), PROFILE).unwrap(), Some(id('1')));
            remember(dist.path(), PROFILE, &same).unwrap();
            let states: Value = read(&dist.path().join(STATES)).unwrap().unwrap();
            let hash = &states["profiles"][PROFILE]["skillMetadata"]["lastDeployHash"];
            assert_eq!(hash.is_string(), kept);
            assert_eq!(skill(dist.path(), PROFILE).unwrap(), Some(same));
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_left_as_it_is() {
        for states in ["{", "[]", r#"{"profiles":{"work":{"skillId":"mine"}}}"#] {
            let dist = dist(states);
            let refused = skill(dist.path(), PROFILE).unwrap_err().to_string();
            assert!(refused.contains("ask-states.json"), "{refused}");
            let left = std::fs::read_to_string(dist.path().join(STATES)).unwrap();
            assert_eq!(left, states);
        }
    }
}
