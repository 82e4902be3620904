//! What the rollout remembers of a stage: one versioned S3 object, written only by compare and
//! swap, with the lock inside it.
//!
//! CloudFormation stays the truth for AWS resources. The state holds what no service can be asked
//! for: the skill's id from the moment it exists, what was last applied, and whose turn it is; and what
//! the user pool was made with, so that nobody has to be asked before a stack file is refused.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use infra::stack_file::Region;
use models::account_linking::AccountLinking;
use models::ids::{SkillId, VendorId};

use crate::aws::bucket::{Bucket, Expect, Written};
use crate::drift::Left;
use crate::error::{Code, Error};
use crate::lock::{Lock, Owner, Turn};
use crate::made_with::PoolRecord;
use crate::plan::change::Change;
use crate::poll::Poll;

/// The state document. Unknown fields are refused: an older rollout must not drop what a newer one
/// has written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkingRecord {
    /// Random, in hexadecimal.
    pub salt: String,
    /// SHA-256 of salt and secret, in base64url.
    pub secret_digest: String,
    /// The rest of it as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<AccountLinking>,
}

/// The state of one stage in its bucket. Clones share it.
#[derive(Debug, Clone)]
pub struct StateStore {
    bucket: Bucket,
    key: String,
    held: Arc<Mutex<Held>>,
    turn: Arc<Ours>,
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
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often a write is attempted that conflicts with nothing that can be seen.
const CONFLICTS: usize = 5;

/// After this long without a renewal the holder stops by itself: well before others may take over.
const LONGEST_SILENCE_SECONDS: i64 = 40;

impl StateStore {
    /// Reads the state; a stage that was never deployed has an empty one.
    pub async fn load(bucket: Bucket, key: String) -> Result<Self, Error> {
        let held = read(&bucket, &key).await?;
        Ok(Self {
            bucket,
            key,
            held: Arc::new(Mutex::new(held)),
            turn: Arc::default(),
        })
    }

    /// Whether there was a state to read.
    pub(crate) async fn exists(&self) -> bool {
        self.held.lock().await.etag.is_some()
    }

    /// Takes something for known that a lost state does not say; nothing is written.
    pub(crate) async fn assume(&self, change: impl FnOnce(&mut StageState)) {
        change(&mut self.held.lock().await.state);
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
            let now = Timestamp::now();
            let turn = Turn::decide(held.state.lock.as_ref(), &owner, now, crate::lock::is_alive);
            if let Turn::Taken(holder) = turn {
                return Err(locked(&holder));
            }
            let mut next = held.state.clone();
            next.fence += 1;
            next.lock = Some(Lock::new(owner, now));
            if !self.write(&mut held, next).await? {
                return Err(Error::new(
                    Code::Locked,
                    "another deployment of this stage started at the same moment",
                )
                .hint("wait for it to end, then run the command again"));
            }
            self.turn.renewed(now);
        }
        let store = self.clone();
        let heartbeat = tokio::spawn(async move {
            loop {
                tokio::time::sleep(HEARTBEAT).await;
                // A beat that fails is tried again; the turn ends by the clock if none succeeds.
                let _ = store.beat().await;
            }
        });
        Ok(LockGuard {
            store: self.clone(),
            heartbeat,
        })
    }

    /// Whether the lock is one that nobody will release any more.
    pub async fn is_abandoned(&self, asking: &Owner) -> bool {
        let held = self.held.lock().await;
        let lock = held.state.lock.as_ref();
        let turn = Turn::decide(lock, asking, Timestamp::now(), crate::lock::is_alive);
        lock.is_some() && turn == Turn::Free
    }

    /// Changes the state. Fails when somebody else has written it or the lock is lost.
    pub async fn update(&self, change: impl FnOnce(&mut StageState)) -> Result<(), Error> {
        self.still_ours()?;
        let mut held = self.held.lock().await;
        self.change(&mut held, change).await
    }

    /// Fails once somebody else may have the lock; asked before every change.
    pub fn still_ours(&self) -> Result<(), Error> {
        match self.turn.state(Timestamp::now()) {
            Standing::Ours => Ok(()),
            Standing::Overwritten => Err(overwritten()),
            Standing::Expired => Err(expired()),
        }
    }

    async fn beat(&self) -> Result<(), Error> {
        let mut held = self.held.lock().await;
        let now = Timestamp::now();
        self.change(&mut held, |state| {
            if let Some(lock) = &mut state.lock {
                lock.renew(now);
            }
        })
        .await?;
        self.turn.renewed(now);
        Ok(())
    }

    async fn change(
        &self,
        held: &mut Held,
        change: impl FnOnce(&mut StageState),
    ) -> Result<(), Error> {
        let mut next = held.state.clone();
        change(&mut next);
        if next == held.state || self.write(held, next).await? {
            return Ok(());
        }
        self.turn.overwritten.store(true, Ordering::Relaxed);
        Err(overwritten())
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
        let body = Bytes::from(body);
        let mut poll = Poll::default();
        for _ in 0..CONFLICTS {
            let written = self.bucket.put_if(&self.key, body.clone(), expect).await?;
            if let Written::Stored(etag) = written {
                *held = Held {
                    state: next,
                    etag: Some(etag),
                };
                return Ok(true);
            }
            // The answer to a first attempt may have been lost: then it is our own write that the
            // second attempt ran into.
            let stored = read(&self.bucket, &self.key).await?;
            if stored.state == next {
                *held = stored;
                return Ok(true);
            }
            if stored.etag != held.etag {
                return Ok(false);
            }
            // Nobody has written: S3 also says so while another write is being decided.
            poll.wait().await;
        }
        Ok(false)
    }
}

/// What this process knows of its turn without asking anybody.
#[derive(Debug, Default)]
struct Ours {
    overwritten: AtomicBool,
    /// Unix time of the last renewal; 0 before the lock was taken.
    renewed_second: AtomicI64,
}

#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Ours,
    Overwritten,
    Expired,
}

impl Ours {
    fn renewed(&self, at: Timestamp) {
        self.renewed_second.store(at.as_second(), Ordering::Relaxed);
    }

    fn state(&self, now: Timestamp) -> Standing {
        let renewed = self.renewed_second.load(Ordering::Relaxed);
        if self.overwritten.load(Ordering::Relaxed) {
            Standing::Overwritten
        } else if renewed != 0 && now.as_second() - renewed > LONGEST_SILENCE_SECONDS {
            Standing::Expired
        } else {
            Standing::Ours
        }
    }
}

impl LockGuard {
    /// Ends the turn. A heartbeat in flight is waited for, so that it is not mistaken for somebody
    /// else's write.
    pub async fn release(self) -> Result<(), Error> {
        let mut held = self.store.held.lock().await;
        self.heartbeat.abort();
        self.store
            .change(&mut held, |state| state.lock = None)
            .await
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

fn overwritten() -> Error {
    Error::new(
        Code::State,
        "somebody else wrote this stage's state while it was deployed; nothing more was changed",
    )
    .hint("see who else deploys this stage, then run the command again")
}

fn expired() -> Error {
    Error::new(
        Code::State,
        "the lock on this stage could not be renewed in time; nothing more was changed",
    )
    .hint("check the network, then run the command again: it goes on from here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_holder_stops_before_others_may_start() {
        let turn = Ours::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(turn.state(at(1_000)), Standing::Ours);
        turn.renewed(at(1_000));
        assert_eq!(turn.state(at(1_040)), Standing::Ours);
        assert_eq!(turn.state(at(1_041)), Standing::Expired);
        turn.overwritten.store(true, Ordering::Relaxed);
        assert_eq!(turn.state(at(1_000)), Standing::Overwritten);
    }
}
