//! The skill as the Lambda runs it: one request in, one answer out, whatever happens in between.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use models::ids::SkillId;
use models::request::{EventTime, Request, RequestBody, RequestEnvelope};
use models::response::{Answer, Speech};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use user_profile::Directory;

use crate::answer::{self, Answered, may_speak};
use crate::log::{Level, chain};
use crate::{Configuration, Locale, Log, Turn};

/// Most time for an answer. Alexa gives up after 8 seconds, of which a cold start and the way
/// there and back take their share.
const MOST_TIME: Duration = Duration::from_millis(6_500);
/// Left over before Lambda's own deadline, to hand the answer in.
const MARGIN: Duration = Duration::from_millis(500);
/// How much later the whole answer is cut off than each look-up in it: a look-up that is late
/// has an answer of its own.
const GRACE: Duration = Duration::from_millis(200);

/// The skill: a configuration, somebody who knows the accounts, and a log.
pub struct Skill {
    id: Option<SkillId>,
    directory: Option<Box<dyn Directory>>,
    log: Log,
}

impl fmt::Debug for Skill {
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

impl Skill {
    /// A skill with the accounts that a configuration names. What is missing in the configuration is logged.
    pub fn new(configuration: Configuration, log: Log) -> Self {
        for problem in &configuration.problems {
            log.failure(
                "not configured; only requests that need no account are answered",
                problem,
            );
        }
        let accounts = configuration.accounts;
        let directory = accounts.map(user_profile::directory);
        Self::with_directory(configuration.skill_id, directory, log)
    }

    /// A skill with accounts from anywhere.
    pub fn with_directory(
        id: Option<SkillId>,
        directory: Option<Box<dyn Directory>>,
        log: Log,
    ) -> Self {
        Self { id, directory, log }
    }

    /// Answers one request, received at `received`.
    pub async fn respond(
        &self,
        payload: Value,
        invocation: &Invocation,
        received: Timestamp,
    ) -> Result<Value, WrongSkill> {
        let started = Instant::now();
        let kind = payload.pointer("/request/type").cloned();
        let request: RequestEnvelope = match serde_json::from_value(payload) {
            Ok(request) => request,
            Err(error) => return Ok(self.unreadable(&error, kind.as_ref(), invocation)),
        };
        self.check_skill(&request, invocation)?;

        let strings = Locale::of(request.request.locale.as_deref()).strings();
        let time = MOST_TIME.min(invocation.time_left.saturating_sub(MARGIN));
        let deadline = started + time;
        let now = latest(received, &request.request);
        let turn = Turn::new(&request, self.directory.as_deref(), strings, now, deadline);

        let answering = AssertUnwindSafe(answer::answer(&request, &turn)).catch_unwind();
        let answered = match timeout_at(deadline + GRACE, answering).await {
            Ok(Ok(Ok(answered))) => answered,
            Ok(Ok(Err(error))) => {
                self.log
                    .failure("an answer that Alexa would refuse", &error);
                apologise(&request, strings.broken, "refused-answer")
            }
            // The panic hook has said where.
            Ok(Err(_panic)) => apologise(&request, strings.broken, "panic"),
            Err(_elapsed) => apologise(&request, strings.out_of_time, "out-of-time"),
        };
        self.report(&request, &answered, invocation, started.elapsed());
        Ok(answered.json)
    }

    fn check_skill(
        &self,
        request: &RequestEnvelope,
        invocation: &Invocation,
    ) -> Result<(), WrongSkill> {
        let Some(expected) = &self.id else {
            return Ok(());
        };
        if request.application_id() == Some(expected.as_str()) {
            return Ok(());
        }
        let fields = json!({ "requestId": invocation.request_id, "outcome": "wrong-skill" });
        self.log
            .line(Level::Error, "request for another skill", fields);
        Err(WrongSkill {
            skill_id: expected.clone(),
        })
    }

    /// Answers something that is not a request, in the tone that its type asks for.
    fn unreadable(
        &self,
        error: &serde_json::Error,
        kind: Option<&Value>,
        invocation: &Invocation,
    ) -> Value {
        let fields = json!({
            "requestId": invocation.request_id,
            "error": without_values(&error.to_string()),
            "outcome": "unreadable",
        });
        self.log
            .line(Level::Error, "not a request that Alexa sends", fields);
        let speaks = matches!(
            kind.and_then(Value::as_str),
            Some("LaunchRequest" | "IntentRequest")
        );
        let words = speaks.then_some(Locale::of(None).strings().broken);
        say_or_be_silent(words, "unreadable").json
    }

    fn report(
        &self,
        request: &RequestEnvelope,
        answered: &Answered,
        invocation: &Invocation,
        took: Duration,
    ) {
        let intent = match &request.request.body {
            RequestBody::Intent(request) => Some(request.intent.name.as_str()),
            _ => None,
        };
        let level = match answered.outcome {
            "answered" | "noted" | "not-linked" | "link-expired" => Level::Info,
            "foreign-token" | "provider-unavailable" | "out-of-time" => Level::Warn,
            _ => Level::Error,
        };
        let mut fields = json!({
            "requestId": invocation.request_id,
            "requestType": request.request.kind(),
            "outcome": answered.outcome,
            "durationMs": took.as_secs_f64() * 1000.0,
            "_aws": {
                "Timestamp": Timestamp::now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": "Voicelink",
                    "Dimensions": [["outcome"]],
                    "Metrics": [{ "Name": "durationMs", "Unit": "Milliseconds" }]
                }]
            }
        });
        if let Some(intent) = intent {
            fields["intent"] = intent.into();
        }
        if let Some(problem) = &answered.problem {
            fields["problem"] = chain(problem).into();
        }
        if let Some(error) = refused_by_alexa(&request.request.body) {
            fields["alexaError"] = error.into();
        }
        self.log.line(level, "request", fields);
    }
}

/// When a token counts as expired: by the later of the machine's clock and of the request's
/// timestamp.
///
/// Both are Amazon's, and only Alexa may invoke the function, so the later one is at worst a few
/// seconds early for a token, never late. It matters where they differ: after a function was
/// frozen, and on a local stage, whose clock a test may set forward.
fn latest(received: Timestamp, request: &Request) -> Timestamp {
    let sent = request.timestamp.as_ref().and_then(EventTime::instant);
    sent.map_or(received, |sent| sent.max(received))
}

fn apologise(request: &RequestEnvelope, words: fn() -> Speech, outcome: &'static str) -> Answered {
    let words = may_speak(&request.request.body).then_some(words);
    say_or_be_silent(words, outcome)
}

fn say_or_be_silent(words: Option<fn() -> Speech>, outcome: &'static str) -> Answered {
    words
        .and_then(|words| Answered::aloud(&Answer::tell(words()), outcome).ok())
        .unwrap_or_else(|| Answered::silently(outcome))
}

/// The kind of error that Alexa reports about an earlier answer. Its message may quote the
/// answer, so it stays out of the log.
fn refused_by_alexa(body: &RequestBody) -> Option<&str> {
    let error = match body {
        RequestBody::SessionEnded(request) => request.error.as_ref(),
        RequestBody::ExceptionEncountered(request) => request.error.as_ref(),
        _ => None,
    };
    error.map(|error| error.kind.as_str())
}

/// A parser's message without the value that it quotes:
/// `invalid type: string "mary", expected a map` says more than a log may hold.
fn without_values(message: &str) -> String {
    match (message.split_once(": "), message.rsplit_once(", expected ")) {
        (Some((what, _)), Some((_, expected))) => format!("{what}, expected {expected}"),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
