//! State that every service of one stage has at hand.

use std::sync::Arc;

use local_access::Urls;
use url::Url;

use super::acm::Acm;
use super::route53::Route53;
use super::secrets::Secrets;
use crate::base::clock::Clock;
use crate::base::keys::Keys;
use crate::base::news::News;
use crate::base::outbox::Outbox;
use crate::base::pace::Pace;

/// State that every service of one stage has at hand. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// The stage's time.
    pub(crate) clock: Clock,
    /// Where the other services listen.
    pub(crate) urls: Arc<Urls>,
    /// News for who listens.
    pub(crate) news: News,
    /// Messages to people that would have been sent.
    pub(crate) outbox: Outbox,
    /// Proofs that callers have to show.
    pub(crate) keys: Keys,
    /// How fast the services are.
    pub(crate) pace: Pace,
    /// The certificates.
    pub(crate) acm: Acm,
    /// The secrets of functions.
    pub(crate) secrets: Secrets,
    /// The names, and what they stand for.
    pub(crate) route53: Route53,
}

impl Shared {
    /// For services that are to listen there.
    pub(crate) fn new(urls: Urls, pace: Pace, keys: Keys) -> Self {
        let clock = Clock::default();
        let news = News::default();
        Self {
            secrets: Secrets::new(clock.clone()),
            clock,
            urls: Arc::new(urls),
            outbox: Outbox::new(news.clone()),
            news,
            keys,
            pace,
            acm: Acm::default(),
            route53: Route53::new(pace.late_answers()),
        }
    }

    /// For services that are not listened for.
    pub(crate) fn unheard() -> Option<Self> {
        let url = Url::parse("http://127.0.0.1:1").ok()?;
        let urls = Urls {
            aws: url.clone(),
            smapi: url.clone(),
            lwa: url.clone(),
            sign_in: url.clone(),
            device: url,
        };
        Some(Self::new(urls, Pace::QUICK, Keys::default()))
    }
}
