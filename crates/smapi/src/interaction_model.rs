//! The interaction models of a skill, as `interactionModels/custom/<locale>.json` holds them.

use http::Method;
use models::ids::SkillId;
use serde_json::Value;

use crate::client::optional;
use crate::transport::Answer;
use crate::transport::Request;
use crate::{Client, Error, Operation, SkillStage, Versioned};

impl Client {
    /// The interaction model of a locale, or `None` if there is none.
    pub async fn interaction_model(
        &self,
        skill: &SkillId,
        stage: SkillStage,
        locale: &str,
    ) -> Result<Option<Versioned<Value>>, Error> {
        let url = self.stage_url(skill, stage, &["interactionModel", "locales", locale]);
        let request = Request::new(Operation::GetInteractionModel, Method::GET, url);
        optional(self.send(request).await)?
            .as_ref()
            .map(Answer::versioned)
            .transpose()
    }
}
