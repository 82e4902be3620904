//! The issuer's keys, fetched when they are first needed and kept.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use crate::http_client::HttpClient;
use crate::keys::{KeySet, PublicKey};
use crate::{ForeignToken, LinkProblem, ProviderError, RequestTime};

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
    /// By the machine's clock, in seconds since the beginning of 1970.
    at: i64,
    succeeded: bool,
}

impl KeyStore {
    /// The key of an id, from memory or from the issuer.
    pub(crate) async fn get(
        &self,
        key_id: &str,
        http: &HttpClient,
        url: &http::Uri,
        now: RequestTime,
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
            at: now.machine_seconds(),
            succeeded: false,
        });
        let keys = fetch(http, url)
            .await
            .map_err(LinkProblem::ProviderUnavailable)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        *last = Some(Attempt {
            at: now.machine_seconds(),
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

    /// While no keys are known at all, every token is worth another attempt; so is a token after
    /// the machine's clock was set back.
    fn is_too_soon(&self, attempt: Attempt, now: RequestTime) -> bool {
        let nothing_known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty();
        let elapsed = now.machine_seconds() - attempt.at;
        !nothing_known && (0..REFETCH_SECONDS).contains(&elapsed)
    }
}

async fn fetch(http: &HttpClient, url: &http::Uri) -> Result<KeySet, ProviderError> {
    let json = http.get(url, None).await.map_err(ProviderError::Keys)?;
    KeySet::parse(&json).map_err(ProviderError::KeySet)
}
