//! "One moment, please": what a person hears while an answer takes its time.
//!
//! Alexa calls it a
//! [progressive response](https://developer.amazon.com/en-US/docs/alexa/custom-skills/send-the-user-a-progressive-response.html):
//! a request of its own, sent while the answer is being prepared. It never delays the answer, and
//! nobody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use models::request::RequestEnvelope;
use models::response::{AlexaApi, ProgressiveResponse, Speech};
use tokio::time::{Instant, sleep_until};
use user_profile::HttpClient;

use crate::Log;

/// How long a person waits in silence.
const SILENCE: Duration = Duration::from_millis(1_500);
/// Least time between asking for a moment and the latest possible answer: more would be said in
/// the same breath as the apology for being late.
const WORTHWHILE: Duration = Duration::from_secs(2);

/// The way to Alexa's API.
#[derive(Debug, Default)]
pub(crate) struct Alexa {
    pub(crate) api: AlexaApi,
    pub(crate) http: HttpClient,
}

/// A moment that may be asked for, once, while one request is answered.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    alexa: &'a Alexa,
    log: &'a Log,
    request: &'a RequestEnvelope,
    words: fn() -> Speech,
    due: Instant,
    asked: AtomicBool,
}

impl<'a> Moment<'a> {
    /// The moment of a request, if there is enough time for one.
    pub(crate) fn of(
        request: &'a RequestEnvelope,
        words: fn() -> Speech,
        (started, deadline): (Instant, Instant),
        alexa: &'a Alexa,
        log: &'a Log,
    ) -> Option<Self> {
        let due = started + SILENCE;
        (due + WORTHWHILE <= deadline).then_some(Self {
            alexa,
            log,
            request,
            words,
            due,
            asked: AtomicBool::new(false),
        })
    }

    /// Does some work, and asks for a moment if it takes long.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep_until(self.due) => {}
        }
        tokio::select! {
            biased;
            done = &mut work => done,
            () = self.ask() => work.await,
        }
    }

    async fn ask(&self) {
        if self.asked.swap(true, Ordering::Relaxed) {
            return;
        }
        // Alexa takes none for some requests, and a request may name an endpoint that is not hers.
        let words = (self.words)();
        let Ok(Some(progressive)) = ProgressiveResponse::new(self.request, &words, self.alexa.api)
        else {
            return;
        };
        let Ok(url) = progressive.url.as_str().parse() else {
            return;
        };
        let posted = (self.alexa.http).post(&url, &progressive.token, &progressive.body);
        if let Err(error) = posted.await {
            self.log
                .warning("the user could not be asked for a moment", &error);
        }
    }
}
