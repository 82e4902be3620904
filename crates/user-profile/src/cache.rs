//! What is known about tokens, until they expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use models::profile::Profile;
use models::request::AccessToken;
use ring::digest::{SHA256, digest};
use tokio::sync::OnceCell;

use crate::{LinkProblem, RequestTime, StaleLink, VerifiedToken};

/// Most tokens to remember: an instance of the function serves few people at a time.
const CAPACITY: usize = 256;

/// Verified tokens and their profiles. The keys are digests, so that looking for a token never
/// compares secrets.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    entries: Mutex<HashMap<[u8; 32], Arc<Entry>>>,
}

/// What is known about one token. Whoever asks first finds out; others wait for the same answer;
/// a failure is not kept.
#[derive(Debug, Default)]
struct Entry {
    token: OnceCell<VerifiedToken>,
    profile: OnceCell<Profile>,
}

impl Entry {
    fn is_worth_keeping(&self, now: RequestTime) -> bool {
        (self.token.get()).is_some_and(|token| token.expiry().is_worth_keeping(now))
    }

    /// When there is nothing to remember any more, in seconds since the beginning of 1970.
    fn expires_at(&self) -> i64 {
        (self.token.get()).map_or(0, |token| token.expiry().machine_seconds())
    }
}

impl TokenCache {
    /// The token, if it was verified before and is still good; otherwise what `verify` makes of
    /// it. A request that is dated after its end is refused, and leaves the token to the others.
    pub(crate) async fn identify(
        &self,
        token: &AccessToken,
        now: RequestTime,
        verify: impl Future<Output = Result<VerifiedToken, LinkProblem>>,
    ) -> Result<VerifiedToken, LinkProblem> {
        let entry = self.entry(token, now);
        let verified = entry.token.get_or_try_init(|| verify).await?;
        if !verified.expiry().is_ahead(now) {
            return Err(LinkProblem::Expired(StaleLink::PastExpiry));
        }
        Ok(verified.clone())
    }

    /// The profile of a token's owner, if it was fetched before; otherwise what `fetch` finds. A
    /// token that turns out to be of no use any more is forgotten.
    pub(crate) async fn profile(
        &self,
        token: &VerifiedToken,
        fetch: impl Future<Output = Result<Profile, LinkProblem>>,
    ) -> Result<Profile, LinkProblem> {
        let known = self.entries().get(&fingerprint(token.token())).cloned();
        let entry = known.unwrap_or_default();
        let fetched = entry.profile.get_or_try_init(|| fetch).await;
        if matches!(fetched, Err(LinkProblem::Expired(_))) {
            self.remove(token.token());
        }
        fetched.cloned()
    }

    /// Forgets a token and its profile.
    pub(crate) fn remove(&self, token: &AccessToken) {
        self.entries().remove(&fingerprint(token));
    }

    /// The place for what is known about a token: empty, unless the token has not expired by the
    /// machine's clock, or another request is about to verify it.
    fn entry(&self, token: &AccessToken, now: RequestTime) -> Arc<Entry> {
        let key = fingerprint(token);
        let mut entries = self.entries();
        if let Some(entry) = entries.get(&key)
            && (entry.is_worth_keeping(now) || entry.token.get().is_none())
        {
            return Arc::clone(entry);
        }
        entries.remove(&key);
        if entries.len() >= CAPACITY {
            make_room(&mut entries, now);
        }
        let entry = Arc::<Entry>::default();
        entries.insert(key, Arc::clone(&entry));
        entry
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what has expired or was never verified, or else what expires next.
fn make_room(entries: &mut HashMap<[u8; 32], Arc<Entry>>, now: RequestTime) {
    entries.retain(|_, entry| entry.is_worth_keeping(now));
    if entries.len() < CAPACITY {
        return;
    }
    let next = entries
        .iter()
        .min_by_key(|(_, entry)| entry.expires_at())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForeignToken;
    use crate::time::Expiry;

    fn at(second: i64) -> RequestTime {
        RequestTime::new(jiff::Timestamp::from_second(second).unwrap(), None)
    }

    fn token(number: usize) -> AccessToken {
        AccessToken::from(format!("token {number}"))
    }

    /// Verifies a token until a second; answers whether it had to be verified at all.
    async fn identify(cache: &TokenCache, number: usize, now: i64, expires_at: i64) -> bool {
        let token = token(number);
        let mut asked = false;
        let verified =
            VerifiedToken::opaque(token.clone(), "subject".to_owned(), Expiry::at(expires_at));
        let verify = async {
            asked = true;
            Ok(verified)
        };
        cache.identify(&token, at(now), verify).await.unwrap();
        asked
    }

    #[tokio::test]
    async fn a_token_is_remembered_until_it_expires() {
        let cache = TokenCache::default();
        assert!(identify(&cache, 1, 0, 100).await);
        assert!(!identify(&cache, 1, 99, 100).await);
        assert!(identify(&cache, 1, 200, 300).await);
        cache.remove(&token(1));
        assert!(identify(&cache, 1, 201, 300).await);
    }

    #[tokio::test]
    async fn it_never_holds_more_than_its_capacity() {
        let cache = TokenCache::default();
        for number in 0..CAPACITY * 2 {
            let expires_at = 1_000 + i64::try_from(number).unwrap();
            identify(&cache, number, 0, expires_at).await;
            assert!(cache.entries().len() <= CAPACITY);
        }
        // What expires last is what is still there.
        assert!(!identify(&cache, CAPACITY * 2 - 1, 0, 0).await);
        assert!(identify(&cache, 0, 0, 1_000).await);
    }

    #[tokio::test]
    async fn what_has_expired_makes_room_first() {
        let cache = TokenCache::default();
        for number in 0..CAPACITY {
            identify(&cache, number, 0, if number == 0 { 1_000 } else { 10 }).await;
        }
        identify(&cache, CAPACITY, 500, 600).await;
        assert_eq!(cache.entries().len(), 2);
        assert!(!identify(&cache, 0, 500, 1_000).await);
    }

    #[tokio::test]
    async fn a_request_dated_far_ahead_makes_no_room() {
        let cache = TokenCache::default();
        for number in 0..CAPACITY {
            identify(&cache, number, 0, 100).await;
        }
        let ahead = RequestTime::new(at(0).latest(), Some(at(1_000_000).latest()));
        let expired = async { Err(LinkProblem::Expired(StaleLink::PastExpiry)) };
        let newcomer = token(CAPACITY);
        assert!(cache.identify(&newcomer, ahead, expired).await.is_err());
        assert_eq!(cache.entries().len(), CAPACITY);
    }

    #[tokio::test]
    async fn tokens_that_nobody_could_verify_do_not_fill_it() {
        let cache = TokenCache::default();
        identify(&cache, CAPACITY * 2, 0, 100).await;
        for number in 0..=CAPACITY {
            let foreign = async { Err(LinkProblem::Foreign(ForeignToken::Malformed)) };
            let token = token(number);
            assert!(cache.identify(&token, at(0), foreign).await.is_err());
            assert!(cache.entries().len() <= CAPACITY);
        }
        assert!(!identify(&cache, CAPACITY * 2, 0, 100).await);
    }
}
