//! Accounts without a provider, and requests as Alexa sends them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use models::profile::Profile;
use models::request::AccessToken;
use models::response::AlexaApi;
use serde_json::{Value, json};
use skill_kit::{Invocation, Log, Skill, WrongSkill};
use tokio::sync::Notify;
use user_profile::{
    Directory, ForeignToken, HttpError, LinkProblem, Pending, ProviderError, RequestTime,
    StaleLink, VerifiedToken,
};

use crate::Intent;

pub(crate) const SKILL_ID: &str = "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55";
/// The access token of the account that everybody in the home shares.
pub(crate) const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.token.of-mary";

/// What becomes of a token.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    Good(Value),
    /// The profile comes after something has happened.
    GoodAfter(Value, Arc<Notify>),
    /// The profile comes after some time.
    GoodWithin(Value, Duration),
    Expired,
    Revoked,
    Foreign,
    Unavailable,
    ProfileUnavailable,
    Silent,
    Panics,
}

/// Knows a few tokens, and what becomes of each.
pub(crate) struct People {
    fates: Vec<(&'static str, Fate)>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl People {
    /// What becomes of a token. One that is not known has another signature.
    fn fate(&self, token: &AccessToken) -> Option<&Fate> {
        let known = (self.fates.iter()).find(|(known, _)| *known == token.expose());
        known.map(|(_, fate)| fate)
    }
}

fn unavailable() -> LinkProblem {
    LinkProblem::ProviderUnavailable(ProviderError::Profile(HttpError::TimedOut {
        host: "sign-in.example.com".to_owned(),
    }))
}

impl Directory for People {
    fn identify<'a>(
        &'a self,
        token: &'a AccessToken,
        now: RequestTime,
    ) -> Pending<'a, Result<VerifiedToken, LinkProblem>> {
        let whose = if token.expose() == TOKEN {
            ""
        } else {
            " another token"
        };
        let seen = format!("identify{whose} at {}", now.latest());
        self.seen.lock().unwrap().push(seen);
        Box::pin(async move {
            match self.fate(token) {
                None => Err(LinkProblem::Foreign(ForeignToken::Signature)),
                Some(Fate::Expired) => Err(LinkProblem::Expired(StaleLink::PastExpiry)),
                Some(Fate::Foreign) => Err(LinkProblem::Foreign(ForeignToken::Issuer)),
                Some(Fate::Unavailable) => Err(unavailable()),
                Some(_) => Ok(VerifiedToken::unverified(token.clone(), "subject-1")),
            }
        })
    }

    fn profile<'a>(
        &'a self,
        token: &'a VerifiedToken,
    ) -> Pending<'a, Result<Profile, LinkProblem>> {
        let read = |profile: &Value| Ok(serde_json::from_value(profile.clone()).unwrap());
        Box::pin(async move {
            match self.fate(token.token()) {
                Some(Fate::Good(profile)) => read(profile),
                Some(Fate::GoodAfter(profile, event)) => {
                    event.notified().await;
                    read(profile)
                }
                Some(Fate::GoodWithin(profile, time)) => {
                    tokio::time::sleep(*time).await;
                    read(profile)
                }
                Some(Fate::Revoked) => Err(LinkProblem::Expired(StaleLink::Revoked)),
                Some(Fate::Silent) => std::future::pending().await,
                Some(Fate::Panics) => panic!("choked on mary@example.com"),
                _ => Err(unavailable()),
            }
        })
    }

    fn forget(&self, _token: &AccessToken) {
        self.seen.lock().unwrap().push("forget".to_owned());
    }
}

pub(crate) fn mary() -> Value {
    json!({
        "sub": "subject-1",
        "username": "8a2f4c1e-70b1-42d3-9e55-0c1d2e3f4a5b",
        "name": "Mary Smith",
        "email": "mary@example.com",
        "phone_number": "+15555550100"
    })
}

/// A skill with a few people, everything that it logged and everything it asked about accounts.
pub(crate) struct Stage {
    pub(crate) skill: Skill<Intent>,
    log: Arc<Mutex<String>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) fn new(fate: Fate) -> Self {
        Self::at_level(fate, "INFO")
    }

    /// A stage whose Alexa is on this machine.
    pub(crate) fn local(fate: Fate) -> Self {
        let stage = Self::new(fate);
        Self {
            skill: stage.skill.with_alexa_api(AlexaApi::AmazonOrLoopback),
            ..stage
        }
    }

    /// A stage whose log keeps what is of a level or worse.
    pub(crate) fn at_level(fate: Fate, level: &str) -> Self {
        Self::of(vec![(TOKEN, fate)], level)
    }

    /// A stage on which these tokens are known.
    pub(crate) fn of(fates: Vec<(&'static str, Fate)>, level: &str) -> Self {
        let seen = Arc::default();
        let people = People {
            fates,
            seen: Arc::clone(&seen),
        };
        let log: Arc<Mutex<String>> = Arc::default();
        let written = Arc::clone(&log);
        let logger = Log::to(move |line| written.lock().unwrap().push_str(line));
        let logger = logger.at_least(Some(level));
        let skill_id = Some(SKILL_ID.parse().unwrap());
        Self {
            skill: Skill::with_directory(skill_id, Some(Box::new(people)), logger),
            log,
            seen,
        }
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(&self, request: Value) -> Heard {
        let heard = self.answer(request).await.unwrap();
        crate::recording::response(&heard.0);
        heard
    }

    /// Sends a request, which may be for another skill.
    pub(crate) async fn answer(&self, request: Value) -> Result<Heard, WrongSkill> {
        let invocation = invocation(8_000);
        let answer = (self.skill).respond(request, &invocation, received());
        answer.await.map(Heard)
    }
}

/// When requests are received.
pub(crate) fn received() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

/// An invocation with some milliseconds left.
pub(crate) fn invocation(milliseconds_left: i64) -> Invocation {
    let mut context = lambda_runtime::Context::default();
    "lambda-request-1".clone_into(&mut context.request_id);
    let deadline = received().as_millisecond() + milliseconds_left;
    context.deadline = u64::try_from(deadline).unwrap();
    Invocation::new(&context, received())
}

/// An answer, read as a device reads it.
#[derive(Debug)]
pub(crate) struct Heard(pub(crate) Value);

impl Heard {
    pub(crate) fn said(&self) -> &str {
        let ssml = &self.0["response"]["outputSpeech"]["ssml"];
        ssml.as_str().unwrap_or_default()
    }

    pub(crate) fn card(&self) -> Option<&str> {
        self.0["response"]["card"]["type"].as_str()
    }

    pub(crate) fn listens(&self) -> bool {
        self.0["response"]["shouldEndSession"] == false
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.0["response"] == json!({})
    }
}

/// A request in an open session, linked.
pub(crate) fn linked(request: Value) -> Value {
    let mut envelope = unlinked(request);
    envelope["context"]["System"]["user"]["accessToken"] = TOKEN.into();
    envelope["session"]["user"]["accessToken"] = TOKEN.into();
    envelope
}

/// A request in an open session, not linked.
pub(crate) fn unlinked(mut request: Value) -> Value {
    request["requestId"] = "amzn1.echo-api.request.1".into();
    if request.get("timestamp").is_none() {
        request["timestamp"] = "2026-11-20T09:30:00Z".into();
    }
    request["locale"] = "en-US".into();
    json!({
        "version": "1.0",
        "session": {
            "new": false,
            "sessionId": "amzn1.echo-api.session.1",
            "application": { "applicationId": SKILL_ID },
            "user": { "userId": "amzn1.ask.account.MARY" }
        },
        "context": { "System": {
            "application": { "applicationId": SKILL_ID },
            "user": { "userId": "amzn1.ask.account.MARY" },
            "apiAccessToken": "api-token-of-mary"
        } },
        "request": request
    })
}

pub(crate) fn launch() -> Value {
    json!({ "type": "LaunchRequest" })
}

pub(crate) fn intent(name: &str) -> Value {
    json!({ "type": "IntentRequest", "intent": { "name": name, "confirmationStatus": "NONE" } })
}

/// "What is my …", resolved to an id of the slot type.
pub(crate) fn ask_for(id: &str) -> Value {
    let mut request = intent("RequestInfoIntent");
    request["intent"]["slots"]["infoTypeRequested"] = json!({
        "name": "infoTypeRequested",
        "value": "it",
        "resolutions": { "resolutionsPerAuthority": [{
            "authority": "amzn1.er-authority.1",
            "status": { "code": "ER_SUCCESS_MATCH" },
            "values": [{ "value": { "name": id, "id": id } }]
        }] }
    });
    request
}
