//! What differs from stage to stage, typed.

use models::ids::{ClientId, SkillId};
use models::secure_url::SecureUrl;

use crate::names::DomainPrefix;
use crate::stack_file::{Architecture, StageName};

pub(super) const STAGE: &str = "Stage";

pub(super) const DOMAIN_PREFIX: &str = "DomainPrefix";
pub(super) const REDIRECT_URIS: &str = "RedirectUris";

pub(super) const SKILL_ID: &str = "SkillId";
pub(super) const CLIENT_ID: &str = "ClientId";
pub(super) const ISSUER: &str = "Issuer";
pub(super) const SIGN_IN_URL: &str = "SignInUrl";
pub(super) const CODE_BUCKET: &str = "CodeBucket";
pub(super) const CODE_KEY: &str = "CodeKey";
pub(super) const ARCHITECTURE: &str = "Architecture";
pub(super) const VERSION_DESCRIPTION: &str = "VersionDescription";

/// Parameters of the identity stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityParameters {
    /// The stage.
    pub stage: StageName,
    /// The prefix of the user pool domain.
    pub domain_prefix: DomainPrefix,
    /// Where Alexa takes codes: one URI for each part of the world.
    pub redirect_uris: Vec<SecureUrl>,
}

impl IdentityParameters {
    /// Names and values as CloudFormation takes them.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let redirect_uris: Vec<&str> = self
            .redirect_uris
            .iter()
            .map(|uri| uri.as_url().as_str())
            .collect();
        vec![
            (STAGE, self.stage.to_string()),
            (DOMAIN_PREFIX, self.domain_prefix.to_string()),
            (REDIRECT_URIS, redirect_uris.join(",")),
        ]
    }
}

/// Parameters of a skill stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillParameters {
    /// The stage.
    pub stage: StageName,
    /// The skill that may invoke the function.
    pub skill_id: SkillId,
    /// The app client that access tokens must come from.
    pub client_id: ClientId,
    /// Who signs access tokens, exactly as their `iss` says it.
    pub issuer: SecureUrl,
    /// Base URL of the user pool domain.
    pub sign_in_url: SecureUrl,
    /// The bucket that the bundle is in, in the stack's region.
    pub code_bucket: String,
    /// The bundle's key.
    pub code_key: String,
    /// The processor that the bundle was built for.
    pub architecture: Architecture,
    /// What the version is a snapshot of: a hash of code, environment and configuration.
    pub version_description: String,
}

impl SkillParameters {
    /// Names and values as CloudFormation takes them.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        vec![
            (STAGE, self.stage.to_string()),
            (SKILL_ID, self.skill_id.to_string()),
            (CLIENT_ID, self.client_id.to_string()),
            (ISSUER, without_slash(&self.issuer)),
            (SIGN_IN_URL, without_slash(&self.sign_in_url)),
            (CODE_BUCKET, self.code_bucket.clone()),
            (CODE_KEY, self.code_key.clone()),
            (ARCHITECTURE, self.architecture.to_string()),
            (VERSION_DESCRIPTION, self.version_description.clone()),
        ]
    }
}

/// The URL without the slash that a URL without a path is given.
fn without_slash(url: &SecureUrl) -> String {
    url.as_url().as_str().trim_end_matches('/').to_owned()
}
