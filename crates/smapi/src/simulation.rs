//! Saying something to a skill without a device
//! ([operations](https://developer.amazon.com/docs/smapi/skill-simulation-api.html)).

use http::Method;
use models::ids::SkillId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::transport::Request;
use crate::{Client, Error, Operation, SkillStage};

/// A simulation and, once there is one, its result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Simulation {
    /// Its id.
    pub id: String,
    /// How far it has come.
    pub status: SimulationStatus,
    /// What Alexa and the skill said.
    #[serde(default)]
    pub result: Option<Value>,
}

/// How far a simulation has come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum SimulationStatus {
    /// Not there yet.
    InProgress,
    /// The skill answered.
    Successful,
    /// It did not.
    Failed,
    /// One that this client does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whether a simulation goes on with the conversation of the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionMode {
    /// It does, while the skill keeps the session open.
    #[default]
    Default,
    /// It begins a new one.
    ForceNew,
}

impl Client {
    /// Says something to the skill in the caller's name. The skill must be enabled, and one
    /// simulation at a time is allowed.
    pub async fn simulate(
        &self,
        skill: &SkillId,
        stage: SkillStage,
        locale: &str,
        utterance: &str,
        session: SessionMode,
    ) -> Result<Simulation, Error> {
        let mut body = json!({
            "input": {"content": utterance},
            "device": {"locale": locale},
        });
        if session == SessionMode::ForceNew {
            body["session"] = json!({"mode": "FORCE_NEW_SESSION"});
        }
        let url = self.simulations_url(skill, stage, None);
        let request = Request::new(Operation::Simulate, Method::POST, url).json(&body)?;
        self.send(request).await?.json()
    }

    /// How far a simulation has come.
    pub async fn simulation(
        &self,
        skill: &SkillId,
        stage: SkillStage,
        id: &str,
    ) -> Result<Simulation, Error> {
        let url = self.simulations_url(skill, stage, Some(id));
        let request = Request::new(Operation::GetSimulation, Method::GET, url);
        self.send(request).await?.json()
    }

    fn simulations_url(&self, skill: &SkillId, stage: SkillStage, id: Option<&str>) -> url::Url {
        let (skill, stage) = (skill.as_str(), stage.as_str());
        let path = ["v2", "skills", skill, "stages", stage, "simulations"];
        self.url(path.into_iter().chain(id))
    }
}
