//! Whether the caller's own Amazon account uses the skill
//! ([operations](https://developer.amazon.com/docs/smapi/skill-enablement.html)).

use http::Method;
use models::ids::SkillId;

use crate::client::optional;
use crate::transport::Request;
use crate::{Client, Error, Operation, SkillStage};

const RESOURCE: &[&str] = &["enablement"];

impl Client {
    /// Whether the skill is enabled for the caller.
    pub async fn is_enabled(&self, skill: &SkillId, stage: SkillStage) -> Result<bool, Error> {
        let url = self.stage_url(skill, stage, RESOURCE);
        let request = Request::new(Operation::GetEnablement, Method::GET, url);
        Ok(optional(self.send(request).await)?.is_some())
    }

    /// Enables the skill for the caller.
    pub async fn enable(&self, skill: &SkillId, stage: SkillStage) -> Result<(), Error> {
        let url = self.stage_url(skill, stage, RESOURCE);
        let request = Request::new(Operation::PutEnablement, Method::PUT, url);
        self.send(request).await.map(drop)
    }

    /// Disables the skill for the caller, which also unlinks the account.
    pub async fn disable(&self, skill: &SkillId, stage: SkillStage) -> Result<(), Error> {
        let url = self.stage_url(skill, stage, RESOURCE);
        let request = Request::new(Operation::DeleteEnablement, Method::DELETE, url);
        self.send(request).await.map(drop)
    }
}
