//! The skill as the Lambda runs it: one request in, one answer out, whatever happens in between.

use std::fmt;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use models::ids::SkillId;
use models::request::{EventTime, RequestEnvelope};
use models::response::{AlexaApi, Answer, Speech};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use user_profile::{Directory, HttpClient, RequestTime, Settings};

use crate::answer::{self, Answered, may_speak};
use crate::backend::Backends;
use crate::moment::{Alexa, Moment};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::services::Services;
use crate::{Configuration, Intents, Locale, Log, Turn};

/// Most time for an answer. Alexa gives up after 8 seconds, of which a cold start and the way
/// there and back take their share.
const MOST_TIME: Duration = Duration::from_millis(6_500);
/// Left over before Lambda's own deadline, to hand the answer in.
const MARGIN: Duration = Duration::from_millis(500);
/// How much later the whole answer is cut off than each look-up in it: a look-up that is late
/// has an answer of its own.
const GRACE: Duration = Duration::from_millis(200);

/// A skill that runs: its intents, a directory that knows the accounts, and a log.
pub struct Skill<I> {
    id: Option<SkillId>,
    directory: Option<Box<dyn Directory>>,
    alexa: Alexa,
    log: Log,
    intents: PhantomData<I>,
    services: Services,
}

impl<I> fmt::Debug for Skill<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Skill")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What Lambda says about an invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    request_id: String,
    time_left: Duration,
}

impl Invocation {
    /// Reads an invocation that is handled from `now` on.
    pub fn new(context: &lambda_runtime::Context, now: Timestamp) -> Self {
        let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Self {
            request_id: context.request_id.clone(),
            time_left: Duration::from_millis(context.deadline.saturating_sub(now)),
        }
    }
}

/// A request for another skill, which the resource policy should have refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the request is for another skill than {skill_id}: the function's resource policy lets \
     that skill invoke it, and VOICELINK_SKILL_ID says that it should not"
)]
pub struct WrongSkill {
    skill_id: SkillId,
}

impl From<WrongSkill> for lambda_runtime::Diagnostic {
    fn from(error: WrongSkill) -> Self {
        Self {
            error_type: "WrongSkill".to_owned(),
            error_message: error.to_string(),
        }
    }
}

impl<I: Intents> Skill<I> {
    /// A skill with the accounts that a configuration names. What is missing there is logged.
    pub fn new(configuration: Configuration, log: Log) -> Self {
        for problem in &configuration.problems {
            log.failure(
                "not configured; only requests that need no account are answered",
                problem,
            );
        }
        let accounts = configuration.accounts;
        let roots = configuration.roots;
        // Alexa is on this machine only if the accounts are.
        let is_local = accounts.as_ref().is_some_and(Settings::is_loopback);
        let alexa = Alexa {
            api: if is_local {
                AlexaApi::AmazonOrLoopback
            } else {
                AlexaApi::Amazon
            },
            http: HttpClient::new(roots.clone()),
        };
        let backends = Backends::new(configuration.backends, is_local);
        let services = Services::new(roots.clone(), backends);
        let directory = accounts.map(|settings| user_profile::directory(settings, roots));
        Self {
            alexa,
            services,
            ..Self::with_directory(configuration.skill_id, directory, log)
        }
    }

    /// A skill with accounts from anywhere.
    pub fn with_directory(
        id: Option<SkillId>,
        directory: Option<Box<dyn Directory>>,
        log: Log,
    ) -> Self {
        Self {
            id,
            directory,
            alexa: Alexa::default(),
            log,
            intents: PhantomData,
            services: Services::default(),
        }
    }

    /// Says where the API of a request may be, if not at Amazon alone.
    #[must_use]
    pub fn with_alexa_api(mut self, api: AlexaApi) -> Self {
        self.alexa.api = api;
        self
    }

    /// Answers one request, received at `received`.
    pub async fn respond(
        &self,
        payload: Value,
        invocation: &Invocation,
        received: Timestamp,
    ) -> Result<Value, WrongSkill> {
        let started = Instant::now();
        let unreadable = unreadable::<I>(&payload);
        let request = match RequestEnvelope::try_from(payload) {
            Ok(request) => request,
            Err(error) => {
                Report::new(&invocation.request_id, &Outcome::Unreadable)
                    .with_error("error", &error)
                    .write(&self.log, started.elapsed());
                return Ok(say_or_be_silent(unreadable, Outcome::Unreadable).json);
            }
        };
        if let Err(wrong_skill) = self.check_skill(&request) {
            Report::new(&invocation.request_id, &Outcome::WrongSkill)
                .write(&self.log, started.elapsed());
            return Err(wrong_skill);
        }

        let words = I::Locale::of(request.request.locale.as_deref()).words();
        let time = MOST_TIME.min(invocation.time_left.saturating_sub(MARGIN));
        let deadline = started + time;
        let sent = request
            .request
            .timestamp
            .as_ref()
            .and_then(EventTime::instant);
        let now = RequestTime::new(received, sent);
        let time = (started, deadline);
        let moment = Moment::of(&request, words.one_moment, time, &self.alexa, &self.log);
        let turn =
            Turn::<I>::new(&request, self.directory.as_deref(), now, deadline).with_moment(moment);
        let turn = turn.with_services(&self.services);

        let answering = AssertUnwindSafe(Box::pin(answer::answer(&request, &turn))).catch_unwind();
        let answered = match timeout_at(deadline + GRACE, answering).await {
            Ok(Ok(Ok(answered))) => answered,
            Ok(Ok(Err(error))) => {
                self.log
                    .failure("an answer that Alexa would refuse", &error);
                apologise(&request, words.broken, Outcome::RefusedAnswer)
            }
            // The panic hook has said where.
            Ok(Err(_panic)) => apologise(&request, words.broken, Outcome::Panic),
            Err(_elapsed) => apologise(&request, words.out_of_time, Outcome::OutOfTime),
        };
        Report::of::<I>(&invocation.request_id, &request, &answered)
            .write(&self.log, started.elapsed());
        Ok(answered.json)
    }

    /// Refuses what is meant for another skill.
    fn check_skill(&self, request: &RequestEnvelope) -> Result<(), WrongSkill> {
        match &self.id {
            Some(expected) if !request.is_for(expected) => Err(WrongSkill {
                skill_id: expected.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// What to say if a payload is no request, in the tone that its type asks for.
fn unreadable<I: Intents>(payload: &Value) -> Option<fn() -> Speech> {
    let text = |pointer| payload.pointer(pointer)?.as_str();
    let speaks = matches!(
        text("/request/type"),
        Some("LaunchRequest" | "IntentRequest")
    );
    speaks.then(|| I::Locale::of(text("/request/locale")).words().broken)
}

fn apologise(request: &RequestEnvelope, words: fn() -> Speech, outcome: Outcome) -> Answered {
    let words = may_speak(&request.request.body).then_some(words);
    say_or_be_silent(words, outcome)
}

fn say_or_be_silent(words: Option<fn() -> Speech>, outcome: Outcome) -> Answered {
    match words.map(|words| Answer::tell(words()).render()) {
        Some(Ok(json)) => Answered { json, outcome },
        _ => Answered::silently(outcome),
    }
}
