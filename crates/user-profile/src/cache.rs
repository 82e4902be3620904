//! What is known about tokens, until they expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use models::profile::Profile;
use models::request::AccessToken;
use ring::digest::{SHA256, digest};
use tokio::sync::OnceCell;

use crate::VerifiedToken;

/// Most tokens to remember: an instance of the function serves few people at a time.
const CAPACITY: usize = 256;

/// A place for the profile of one token's owner. Whoever asks first fetches; others wait for the
/// same answer; a failure is not kept.
pub(crate) type ProfileCell = Arc<OnceCell<Profile>>;

/// Verified tokens and their profiles. The keys are digests, so that looking for a token never
/// compares secrets.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    entries: Mutex<HashMap<[u8; 32], Entry>>,
}

#[derive(Debug)]
struct Entry {
    token: VerifiedToken,
    profile: ProfileCell,
}

impl TokenCache {
    /// The token, if it was verified before and is still good.
    pub(crate) fn get(&self, token: &AccessToken, now: Timestamp) -> Option<VerifiedToken> {
        let entries = self.entries();
        let entry = entries.get(&fingerprint(token))?;
        entry.token.is_good(now).then(|| entry.token.clone())
    }

    /// Remembers a token that was just verified.
    pub(crate) fn insert(&self, token: VerifiedToken, now: Timestamp) {
        let key = fingerprint(token.token());
        let mut entries = self.entries();
        if entries.len() >= CAPACITY {
            make_room(&mut entries, now);
        }
        let profile = ProfileCell::default();
        entries.insert(key, Entry { token, profile });
    }

    /// The place for the profile of a token's owner.
    pub(crate) fn profile(&self, token: &VerifiedToken) -> ProfileCell {
        self.entries()
            .get(&fingerprint(token.token()))
            .map(|entry| Arc::clone(&entry.profile))
            .unwrap_or_default()
    }

    /// Forgets a token and its profile.
    pub(crate) fn remove(&self, token: &AccessToken) {
        self.entries().remove(&fingerprint(token));
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<[u8; 32], Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what has expired, or else what expires next.
fn make_room(entries: &mut HashMap<[u8; 32], Entry>, now: Timestamp) {
    entries.retain(|_, entry| entry.token.is_good(now));
    if entries.len() < CAPACITY {
        return;
    }
    let next = entries
        .iter()
        .min_by_key(|(_, entry)| entry.token.expires_at())
        .map(|(key, _)| *key);
    if let Some(key) = next {
        entries.remove(&key);
    }
}

fn fingerprint(token: &AccessToken) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.expose().as_bytes()).as_ref());
    key
}
