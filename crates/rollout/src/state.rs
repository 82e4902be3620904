//! What the rollout remembers of a stage: one versioned S3 object, written only by compare and
//! swap, with the lock inside it.
//!
//! CloudFormation stays the truth for AWS resources. The state holds what no service can be asked
//! for: the skill's id from the moment it exists, what was last applied, and whose turn it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use models::ids::SkillId;

use crate::aws::bucket::{Bucket, Expect, Written};
use crate::error::{Code, Error};
use crate::lock::{Lock, Owner, Turn};

/// The state document. Unknown fields are refused: an older rollout must not drop what a newer one
/// has written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageState {
    /// Whose turn it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// How often the lock has been taken; a holder with a smaller number has lost it.
    #[serde(default)]
    pub fence: u64,
    /// The skill of the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillRecord>,
    /// The account linking that was last applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linking: Option<LinkingRecord>,
    /// When a deployment last ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<Timestamp>,
}

/// What is known of the stage's skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillRecord {
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageRecord {
    /// Digest of the rendered documents.
    pub applied: String,
    /// Digest of the documents as the service answered with them afterwards; services normalise.
    pub observed: String,
}

/// The client secret that was last applied, as a salted digest: it cannot be read back from Alexa.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkingRecord {
    /// Random, in hexadecimal.
    pub salt: String,
    /// SHA-256 of salt and secret, in hexadecimal.
    pub secret_digest: String,
}

/// The state of one stage in its bucket. Clones share it.
#[derive(Debug, Clone)]
pub struct StateStore {
    bucket: Bucket,
    key: String,
    held: Arc<Mutex<Held>>,
    lost: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Held {
    state: StageState,
    etag: Option<String>,
}

/// The turn of this deployment. Give it back with [`LockGuard::release`]; a dropped guard leaves
/// the lock to expire, as a killed process does.
#[derive(Debug)]
pub struct LockGuard {
    store: StateStore,
    heartbeat: JoinHandle<()>,
}

/// How often the holder says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

impl StateStore {
    /// Reads the state; a stage that was never deployed has an empty one.
    pub async fn load(bucket: Bucket, key: String) -> Result<Self, Error> {
        let held = read(&bucket, &key).await?;
        Ok(Self {
            bucket,
            key,
            held: Arc::new(Mutex::new(held)),
            lost: Arc::new(AtomicBool::new(false)),
        })
    }

    /// The state as last read or written.
    pub async fn state(&self) -> StageState {
        self.held.lock().await.state.clone()
    }

    /// Takes the lock, or says who has it. What was read before is read again.
    pub async fn lock(&self, owner: Owner) -> Result<LockGuard, Error> {
        {
            let mut held = self.held.lock().await;
            *held = read(&self.bucket, &self.key).await?;
            let turn = Turn::decide(held.state.lock.as_ref(), &owner, Timestamp::now(), |pid| {
                crate::lock::is_alive(pid)
            });
            if let Turn::Taken(holder) = turn {
                return Err(locked(&holder));
            }
            let mut next = held.state.clone();
            next.fence += 1;
            next.lock = Some(Lock::new(owner, Timestamp::now()));
            if !self.write(&mut held, next).await? {
                return Err(Error::new(
                    Code::Locked,
                    "another deployment of this stage started at the same moment",
                )
                .hint("wait for it to end, then run the command again"));
            }
        }
        let store = self.clone();
        let heartbeat = tokio::spawn(async move {
            loop {
                tokio::time::sleep(HEARTBEAT).await;
                if store.beat().await.is_err() {
                    return;
                }
            }
        });
        Ok(LockGuard {
            store: self.clone(),
            heartbeat,
        })
    }

    /// Changes the state. Fails when somebody else has written it or the lock is lost.
    pub async fn update(&self, change: impl FnOnce(&mut StageState)) -> Result<(), Error> {
        self.still_ours()?;
        let mut held = self.held.lock().await;
        let mut next = held.state.clone();
        change(&mut next);
        if next == held.state {
            return Ok(());
        }
        if self.write(&mut held, next).await? {
            return Ok(());
        }
        self.lost.store(true, Ordering::Relaxed);
        Err(lost())
    }

    /// Fails once the lock could not be renewed; asked before every change.
    pub fn still_ours(&self) -> Result<(), Error> {
        if self.lost.load(Ordering::Relaxed) {
            Err(lost())
        } else {
            Ok(())
        }
    }

    async fn beat(&self) -> Result<(), Error> {
        let renewed = self
            .update(|state| {
                if let Some(lock) = &mut state.lock {
                    lock.renew(Timestamp::now());
                }
            })
            .await;
        if renewed.is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
        renewed
    }

    /// `false` when somebody else wrote in between.
    async fn write(&self, held: &mut Held, next: StageState) -> Result<bool, Error> {
        let body = serde_json::to_vec_pretty(&next).map_err(|error| {
            Error::new(Code::State, "the state cannot be written as JSON")
                .because(error.to_string())
        })?;
        let expect = held
            .etag
            .as_deref()
            .map_or(Expect::Absent, Expect::Unchanged);
        match self
            .bucket
            .put_if(&self.key, Bytes::from(body), expect)
            .await?
        {
            Written::Stored(etag) => {
                *held = Held {
                    state: next,
                    etag: Some(etag),
                };
                Ok(true)
            }
            Written::Conflict => Ok(false),
        }
    }
}

impl LockGuard {
    /// Ends the turn.
    pub async fn release(self) -> Result<(), Error> {
        self.heartbeat.abort();
        self.store.update(|state| state.lock = None).await
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

async fn read(bucket: &Bucket, key: &str) -> Result<Held, Error> {
    let Some(object) = bucket.get(key).await? else {
        return Ok(Held {
            state: StageState::default(),
            etag: None,
        });
    };
    let state =
        serde_json::from_slice(&object.body).map_err(|error| {
            Error::new(
            Code::State,
            format!("s3://{}/{key} is not a state this version can read", bucket.name()),
        )
        .because(error.to_string())
        .hint("deploy with the version that wrote it, or restore an earlier version of the object")
        })?;
    Ok(Held {
        state,
        etag: Some(object.etag),
    })
}

fn locked(holder: &Lock) -> Error {
    Error::new(
        Code::Locked,
        format!(
            "{} is deploying this stage since {}",
            holder.owner(),
            holder.since()
        ),
    )
    .hint(format!(
        "wait for it to end; if that process is gone, the lock expires at {}",
        holder.expires()
    ))
}

fn lost() -> Error {
    Error::new(
        Code::State,
        "somebody else wrote this stage's state while it was deployed; nothing more was changed",
    )
    .hint("see who else deploys this stage, then run the command again")
}
