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
use models::ids::{SkillId, VendorId};
use serde::{Deserialize, Serialize};

use crate::diff::change::Change;
use crate::drift::Left;
use crate::lock::Lock;
use crate::made_with::PoolRecord;

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
