//! Account linking of a skill
//! ([operations](https://developer.amazon.com/docs/smapi/account-linking-operations.html)).

use http::Method;
use models::account_linking::{AccountLinkingRequest, AccountLinkingResponse};
use models::ids::SkillId;

use crate::client::optional;
use crate::transport::Answer;
use crate::transport::Request;
use crate::{Client, ETag, Error, Operation, SkillStage, Versioned};

const RESOURCE: &[&str] = &["accountLinkingClient"];

impl Client {
    /// Account linking at a stage, without its secret, or `None` if there is none.
    pub async fn account_linking(
        &self,
        skill: &SkillId,
        stage: SkillStage,
    ) -> Result<Option<Versioned<AccountLinkingResponse>>, Error> {
        let url = self.stage_url(skill, stage, RESOURCE);
        let request = Request::new(Operation::GetAccountLinking, Method::GET, url);
        optional(self.send(request).await)?
            .as_ref()
            .map(Answer::versioned)
            .transpose()
    }

    /// Replaces the development stage's account linking, if it still is at the version of
    /// `if_match`. Returns the new version.
    pub async fn put_account_linking(
        &self,
        skill: &SkillId,
        linking: &AccountLinkingRequest,
        if_match: Option<&ETag>,
    ) -> Result<Option<ETag>, Error> {
        let url = self.stage_url(skill, SkillStage::Development, RESOURCE);
        let request = Request::new(Operation::PutAccountLinking, Method::PUT, url)
            .if_match(if_match)
            .secret_json(linking.to_wire(), linking.client_secret());
        Ok(self.send(request).await?.etag())
    }

    /// Removes the development stage's account linking.
    pub async fn delete_account_linking(&self, skill: &SkillId) -> Result<(), Error> {
        let url = self.stage_url(skill, SkillStage::Development, RESOURCE);
        let request = Request::new(Operation::DeleteAccountLinking, Method::DELETE, url);
        self.send(request).await.map(drop)
    }
}
