//! The state of one stage in its bucket: read, locked, and written only by compare and swap.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use infra::StackFile;
use infra::stack_file::{Region, StageName};

use super::StageState;
use super::document::{LARGEST_FENCE, StateDocument};
use super::hold::{Hold, Moment, Standing};
use super::place::Place;
use crate::aws::bucket::{Bucket, Expect, Written};
use crate::aws::{AccountId, Aws};
use crate::error::{Code, Error};
use crate::lock::{HeldLock, Lock, Owner, Turn, is_alive};
use crate::poll::Poll;

/// The state of one stage in its bucket. Clones share it.
#[derive(Debug, Clone)]
pub struct StateStore {
    bucket: Bucket,
    place: Arc<Place>,
    held: Arc<Mutex<Held>>,
    hold: Arc<Hold>,
}

/// The document as last read or written, and the tag that says which version of the object it is.
#[derive(Debug)]
struct Held {
    document: StateDocument,
    etag: Option<String>,
}

/// The lock of this deployment. Give it back with [`LockGuard::release`]; a dropped guard leaves
/// it to expire, as a killed process does.
#[derive(Debug)]
pub struct LockGuard {
    store: StateStore,
    heartbeat: JoinHandle<()>,
}

/// How often the holder says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often a write is attempted that conflicts with nothing that can be seen.
const CONFLICTS: usize = 5;

impl StateStore {
    /// Reads the state of a stage; one that was never deployed has an empty one.
    pub(crate) async fn open(
        aws: &Aws,
        account: &AccountId,
        stack: &StackFile,
        stage: &StageName,
        home: &Region,
    ) -> Result<Self, Error> {
        let place = Place::of(stack, stage, account, home);
        let bucket = Bucket::new(aws, place.bucket.clone(), home, account);
        Self::load(bucket, place).await
    }

    async fn load(bucket: Bucket, place: Place) -> Result<Self, Error> {
        let held = read(&bucket, &place).await?;
        Ok(Self {
            bucket,
            place: Arc::new(place),
            held: Arc::new(Mutex::new(held)),
            hold: Arc::default(),
        })
    }

    /// The URL of the object.
    pub(crate) fn url(&self) -> String {
        self.place.url()
    }

    /// Whether there was a state to read.
    pub(crate) async fn exists(&self) -> bool {
        self.held.lock().await.etag.is_some()
    }

    /// Takes something for known that a lost state does not say; nothing is written.
    pub(crate) async fn assume(&self, change: impl FnOnce(&mut StageState)) {
        self.held.lock().await.document.assume(change);
    }

    /// The state as last read or written.
    pub async fn state(&self) -> StageState {
        self.held.lock().await.document.state().clone()
    }

    /// Takes the lock, or says who has it. What was read before is read again.
    pub async fn lock(&self, owner: Owner) -> Result<LockGuard, Error> {
        {
            let mut held = self.held.lock().await;
            *held = read(&self.bucket, &self.place).await?;
            let now = self.now()?;
            let state = held.document.state();
            let turn = Turn::decide(state.lock.as_ref(), &owner, now, is_alive);
            if let Turn::Taken(holder) = turn {
                return Err(self.locked(&HeldLock::new(state.fence, &holder, now)));
            }
            if state.fence >= LARGEST_FENCE {
                return Err(self
                    .place
                    .unreadable(held.document.header())
                    .because(format!(
                        "fence is {}, which leaves none for the next lock",
                        state.fence
                    )));
            }
            let mut next = state.clone();
            next.fence += 1;
            next.lock = Some(Lock::new(owner, now));
            let at = Moment::now();
            if !self.write(&mut held, next).await? {
                return Err(Error::new(
                    Code::Locked,
                    "another deployment of this stage started at the same moment",
                )
                .hint("wait for it to end, then run the command again"));
            }
            self.hold.renewed(at);
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
    pub async fn is_abandoned(&self, asking: &Owner) -> Result<bool, Error> {
        let held = self.held.lock().await;
        let Some(lock) = &held.document.state().lock else {
            return Ok(false);
        };
        let turn = Turn::decide(Some(lock), asking, self.now()?, is_alive);
        Ok(turn == Turn::Free)
    }

    /// The lock that the state had when it was last read.
    pub(crate) async fn held_lock(&self) -> Result<Option<HeldLock>, Error> {
        let state = self.state().await;
        let Some(lock) = &state.lock else {
            return Ok(None);
        };
        Ok(Some(HeldLock::new(state.fence, lock, self.now()?)))
    }

    /// Takes the lock with this fence from its holder; `false` if the holder has released it. Any other
    /// lock is an error.
    pub(crate) async fn break_lock(&self, fence: u64) -> Result<bool, Error> {
        for _ in 0..CONFLICTS {
            let mut held = self.held.lock().await;
            *held = read(&self.bucket, &self.place).await?;
            let state = held.document.state();
            let Some(lock) = &state.lock else {
                return Ok(false);
            };
            self.same_lock(&HeldLock::new(state.fence, lock, self.now()?), fence)?;
            let mut next = state.clone();
            next.lock = None;
            // A holder that is alive writes in between, and is no reason to give up.
            if self.write(&mut held, next).await? {
                return Ok(true);
            }
        }
        Err(Error::new(
            Code::Locked,
            "the holder of the lock wrote the state at every attempt; the lock was not broken",
        )
        .hint("run the command again, or end the deployment that holds it"))
    }

    /// Changes the state. Fails when somebody else has written it or the lock is lost.
    pub async fn update(&self, change: impl FnOnce(&mut StageState)) -> Result<(), Error> {
        self.still_ours()?;
        let mut held = self.held.lock().await;
        self.change(&mut held, change).await
    }

    /// Fails once somebody else may have the lock; asked before every change.
    pub fn still_ours(&self) -> Result<(), Error> {
        match self.hold.standing(Moment::now()) {
            Standing::Ours => Ok(()),
            Standing::Overwritten => Err(overwritten()),
            Standing::Expired => Err(expired()),
        }
    }

    /// The time by the service that keeps the state: deployments on several machines have it in
    /// common, and their own clocks not.
    fn now(&self) -> Result<Timestamp, Error> {
        self.bucket.now().ok_or_else(|| {
            let Place { bucket, .. } = self.place.as_ref();
            Error::new(
                Code::State,
                format!("bucket {bucket} answered without a time (`Date`), which locks go by"),
            )
            .hint(
                "see what stands between this machine and S3: a proxy may have removed the header",
            )
        })
    }

    async fn beat(&self) -> Result<(), Error> {
        let mut held = self.held.lock().await;
        let (at, now) = (Moment::now(), self.now()?);
        self.change(&mut held, |state| {
            if let Some(lock) = &mut state.lock {
                lock.renew(now);
            }
        })
        .await?;
        self.hold.renewed(at);
        Ok(())
    }

    async fn change(
        &self,
        held: &mut Held,
        change: impl FnOnce(&mut StageState),
    ) -> Result<(), Error> {
        let mut next = held.document.state().clone();
        change(&mut next);
        if next == *held.document.state() || self.write(held, next).await? {
            return Ok(());
        }
        self.hold.overwritten();
        Err(overwritten())
    }

    /// `false` when somebody else wrote in between.
    async fn write(&self, held: &mut Held, next: StageState) -> Result<bool, Error> {
        let next = held.document.rewrite(next, &self.place.whose)?;
        let body = Bytes::from(next.to_bytes()?);
        let expect = held
            .etag
            .as_deref()
            .map_or(Expect::Absent, Expect::Unchanged);
        let mut poll = Poll::default();
        for _ in 0..CONFLICTS {
            let key = &self.place.key;
            let written = self.bucket.put_if(key, body.clone(), expect).await?;
            if let Written::Stored(etag) = written {
                *held = Held {
                    document: next,
                    etag: Some(etag),
                };
                return Ok(true);
            }
            // The answer to a first attempt may have been lost: then it is our own write that the
            // second attempt ran into.
            let stored = read(&self.bucket, &self.place).await?;
            if stored.document.is_stored_as(&next) {
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

    fn unlock_command(&self, fence: u64) -> String {
        format!(
            "`cargo xtask unlock {} --fence {fence}`",
            self.place.whose.stage
        )
    }

    fn locked(&self, lock: &HeldLock) -> Error {
        Error::new(
            Code::Locked,
            format!("{} is deploying this stage since {}", lock.owner, lock.since),
        )
        .hint(format!(
            "wait for it to end; if that process is gone, the lock runs out at {} by S3's clock, or {} \
             breaks it",
            lock.expires,
            self.unlock_command(lock.fence)
        ))
    }

    /// Refuses a lock that is not the one with this fence.
    pub(crate) fn same_lock(&self, lock: &HeldLock, fence: u64) -> Result<(), Error> {
        if lock.fence == fence {
            return Ok(());
        }
        let stage = &self.place.whose.stage;
        Err(Error::new(
            Code::Locked,
            format!(
                "stage {stage} is locked by {} with fence {}, not {fence}; the lock was not broken",
                lock.owner, lock.fence
            ),
        )
        .hint(format!(
            "if that one is meant, {} breaks it",
            self.unlock_command(lock.fence)
        )))
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

async fn read(bucket: &Bucket, place: &Place) -> Result<Held, Error> {
    let Some(object) = bucket.get(&place.key).await? else {
        return Ok(Held {
            document: StateDocument::default(),
            etag: None,
        });
    };
    Ok(Held {
        document: StateDocument::parse(&object.body, place)?,
        etag: Some(object.etag),
    })
}

fn overwritten() -> Error {
    Error::new(
        Code::State,
        "somebody else wrote this stage's state while it was deployed; nothing more was changed",
    )
    .hint("see who else deploys this stage, or broke its lock, then run the command again")
}

fn expired() -> Error {
    Error::new(
        Code::State,
        "the lock on this stage could not be renewed in time; nothing more was changed",
    )
    .hint("check the network, then run the command again: it goes on from here")
}

#[cfg(test)]
mod tests;
