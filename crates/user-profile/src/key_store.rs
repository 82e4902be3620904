//! The issuer's keys, fetched when they are first needed and kept.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::http_client::HttpClient;
use crate::keys::{KeySet, PublicKey};
use crate::{ForeignToken, LinkProblem, ProviderError};

/// How often an unknown key id may cause a request, in seconds: whoever invents key ids must not
/// be able to have the issuer called for each.
const REFETCH_SECONDS: i64 = 60;

/// Keys by `kid`. New keys are fetched when a token names one that is not known; while the
/// issuer cannot be reached, the known ones go on being used.
#[derive(Debug, Default)]
pub(crate) struct KeyStore {
    known: RwLock<KeySet>,
    /// Held while keys are fetched, so that concurrent tokens cause one request.
    last: Mutex<Option<Attempt>>,
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    at: Timestamp,
    succeeded: bool,
}

impl KeyStore {
    /// The key of an id, from memory or from the issuer.
    pub(crate) async fn get(
        &self,
        key_id: &str,
        http: &HttpClient,
        url: &http::Uri,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, LinkProblem> {
        if let Some(key) = self.known(key_id) {
            return Ok(key);
        }
        let mut last = self.last.lock().await;
        // Another token may have had the keys fetched in the meantime.
        if let Some(key) = self.known(key_id) {
            return Ok(key);
        }
        if let Some(attempt) = *last
            && self.is_too_soon(attempt, now)
        {
            return Err(if attempt.succeeded {
                LinkProblem::Foreign(ForeignToken::UnknownKey)
            } else {
                LinkProblem::ProviderUnavailable(ProviderError::KeysRecently)
            });
        }
        // Noted before the request: it may be cancelled when time runs out.
        *last = Some(Attempt {
            at: now,
            succeeded: false,
        });
        let keys = fetch(http, url)
            .await
            .map_err(LinkProblem::ProviderUnavailable)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        *last = Some(Attempt {
            at: now,
            succeeded: true,
        });
        self.known(key_id)
            .ok_or(LinkProblem::Foreign(ForeignToken::UnknownKey))
    }

    fn known(&self, key_id: &str) -> Option<Arc<PublicKey>> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key_id)
    }

    /// While no keys are known at all, every token is worth another attempt.
    fn is_too_soon(&self, attempt: Attempt, now: Timestamp) -> bool {
        let nothing_known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty();
        let elapsed = now.as_second() - attempt.at.as_second();
        !nothing_known && elapsed < REFETCH_SECONDS
    }
}

async fn fetch(http: &HttpClient, url: &http::Uri) -> Result<KeySet, ProviderError> {
    let json = http.get(url, None).await.map_err(ProviderError::Keys)?;
    KeySet::parse(&json).map_err(ProviderError::KeySet)
}
