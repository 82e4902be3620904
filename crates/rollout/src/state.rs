//! What the rollout remembers of a stage: one versioned S3 object, written only by compare and
//! swap, with the lock inside it.
//!
//! CloudFormation stays the truth for AWS resources. The state holds what no service can be asked
//! for: the skill's id from the moment it exists, what was last applied, and whose turn it is; and what
//! the user pool was made with, so that nobody has to be asked before a stack file is refused.

mod document;
mod header;
mod hold;
mod place;
mod store;

use std::collections::BTreeSet;

use infra::stack_file::Region;
use jiff::Timestamp;
use models::account_linking::AccountLinking;
use models::ids::{SkillId, UserPoolId, VendorId};
use serde::{Deserialize, Serialize};

use crate::aws::document::Document;
use crate::diff::change::Change;
use crate::immutable_pool_settings::ImmutablePoolSettings;
use crate::lock::Lock;

pub(crate) use self::place::{MARK, WAY_BACK, bucket_name, key, mark};
pub use self::store::{LockGuard, StateStore};

/// What a state says. Members that this version does not know are kept when it is rewritten: see
/// `document::StateDocument`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageState {
    /// Whose turn it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// How often the lock has been taken.
    #[serde(default)]
    pub fence: u64,
    /// The skill of the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillRecord>,
    /// The account linking that was last applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linking: Option<LinkingRecord>,
    /// The regions that may have a skill stack: written before one is made, and taken back when it
    /// is gone. Absent where an earlier version deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<BTreeSet<Region>>,
    /// The stage's own user pool, with what it can never change. Absent where an earlier version
    /// deployed, until the next deployment that has something to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolRecord>,
    /// The configuration of what holds people, as the last deployment left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
    /// When a deployment last ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<Timestamp>,
}

/// What is known of the stage's skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SkillRecord {
    /// The vendor that it belongs to. Redirect URIs name the vendor: a deployment as another one
    /// would unlink everybody.
    pub vendor: VendorId,
    /// Written before the skill is created and put into its testing instructions, so that a
    /// creation whose answer got lost can be found again.
    pub nonce: String,
    /// The skill's id, as soon as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SkillId>,
    /// The package that was last imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageRecord>,
}

/// A skill package, by the digests of what was sent and of what the service made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageRecord {
    /// Digest of the rendered documents.
    pub applied: String,
    /// Digest of the documents as the service answered with them afterwards; services normalise.
    pub observed: String,
    /// Where the service stored something else than was sent, from what it stored to what was
    /// sent: as long as both stay so, it is no change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub normalised: Vec<Change>,
    /// The entity tag that the import ended with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// The client secret that was last applied, as a salted digest: it cannot be read back from Alexa.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkingRecord {
    /// Random, in hexadecimal.
    pub salt: String,
    /// SHA-256 of salt and secret, in base64url.
    pub secret_digest: String,
    /// The rest of it as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<AccountLinking>,
}

/// What the state remembers of the stage's user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolRecord {
    /// Its id.
    pub id: UserPoolId,
    /// What is fixed, as the deployments that made it and added attributes declared it.
    pub made_with: ImmutablePoolSettings,
}

/// The configuration that a deployment left behind. What no template mentions can only be
/// compared with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Left {
    /// The user pool's; nothing of one that is not ours.
    #[serde(default, skip_serializing_if = "Document::is_empty")]
    pub user_pool: Document,
    /// The domain that the stage has made in a pool that is not ours: nothing there tells it from
    /// somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The app client's.
    pub app_client: Document,
    /// That of the app client of a web page, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_client: Option<Document>,
}
