//! The manifest of a skill, as `skill.json` holds it: `{"manifest": {...}}`.

use http::Method;
use models::ids::SkillId;
use serde_json::Value;

use crate::client::optional;
use crate::transport::Answer;
use crate::transport::Request;
use crate::{Client, ETag, Error, Operation, SkillStage, Versioned};

impl Client {
    /// The manifest at a stage, or `None` if there is none there.
    pub async fn manifest(
        &self,
        skill: &SkillId,
        stage: SkillStage,
    ) -> Result<Option<Versioned<Value>>, Error> {
        let url = self.stage_url(skill, stage, &["manifest"]);
        let request = Request::new(Operation::GetManifest, Method::GET, url);
        optional(self.send(request).await)?
            .as_ref()
            .map(Answer::versioned)
            .transpose()
    }

    /// Replaces the development stage's manifest, if it still is at the version of `if_match`.
    ///
    /// It is processed after the answer: wait for [`Client::skill_status`].
    pub async fn put_manifest(
        &self,
        skill: &SkillId,
        manifest: &Value,
        if_match: Option<&ETag>,
    ) -> Result<(), Error> {
        let url = self.stage_url(skill, SkillStage::Development, &["manifest"]);
        let request = Request::new(Operation::PutManifest, Method::PUT, url)
            .if_match(if_match)
            .json(manifest)?;
        self.send(request).await.map(drop)
    }
}
