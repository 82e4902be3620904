//! The guard in front of every listener of a stage: who calls, and may they?
//!
//! It runs before routing, and asks three things. Is `Host` a name of this listener? Is a browser's
//! page one that this door is open to? Does the caller show what the door wants? The doors are rows
//! of a table ([`Door`]), from which the routes are built too.

#[cfg(feature = "attack-test")]
mod attacked;
pub(crate) mod browser;
pub(crate) mod door;
mod host;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use secrecy::ExposeSecret as _;

use self::browser::Sender;
pub(crate) use self::door::{Browsers, Caller, Door};
use self::refusal::Refused;
use crate::base::headers::cookie;
use crate::base::keys::Keys;
use crate::base::secret::same;

/// How long a caller may take to send a body.
const BODY_TIME: Duration = Duration::from_mins(1);

/// Asks callers for proofs that only a service can check. The answer to whoever has none is the
/// service's own.
pub(crate) trait Proofs: Send + Sync {
    /// Refuses what can be refused before the body has been read.
    fn look(&self, caller: Caller, parts: &Parts) -> Result<(), Box<Response>>;

    /// Checks the proof, and may leave in the request's extensions whom it proves.
    fn check(&self, caller: Caller, parts: &mut Parts, body: &Bytes) -> Result<(), Box<Response>>;
}

/// A listener where no service checks anything.
#[derive(Debug)]
pub(crate) struct NoProofs;

impl Proofs for NoProofs {
    fn look(&self, _: Caller, _: &Parts) -> Result<(), Box<Response>> {
        Ok(())
    }

    fn check(&self, _: Caller, _: &mut Parts, _: &Bytes) -> Result<(), Box<Response>> {
        Ok(())
    }
}

/// The guard of one listener. Clones share its table.
#[derive(Clone)]
pub(crate) struct Guard {
    port: u16,
    doors: Arc<[Door]>,
    keys: Keys,
    proofs: Arc<dyn Proofs>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Guard")
            .field("port", &self.port)
            .field("doors", &self.doors.len())
            .finish_non_exhaustive()
    }
}

impl Guard {
    pub(crate) fn new(port: u16, doors: &[Door], keys: Keys, proofs: Arc<dyn Proofs>) -> Self {
        Self {
            port,
            doors: doors.into(),
            keys,
            proofs,
        }
    }

    /// Puts the guard before a router: nothing of it is reached that the guard has not let through.
    pub(crate) fn before(self, router: Router) -> Router {
        let router = Router::new().fallback_service(router);
        #[cfg(feature = "attack-test")]
        let router = match self.keys.attack_test() {
            Some(test) if !test.guarded => return test.without_guard(self.port, router),
            Some(test) => test.counting(self.port, router),
            None => router,
        };
        router.layer(from_fn_with_state(self, pass))
    }

    /// The row that a request is for.
    fn door(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<&Door, Refused> {
        let mut here = self.doors.iter().filter(|door| door.has_path(path));
        here.clone()
            .find(|door| door.is_at(method, path) && (door.applies)(headers))
            .ok_or_else(|| match here.next() {
                Some(_) => Refused::Method,
                None => Refused::Unknown,
            })
    }

    /// The answer to a browser that asks whether its page may send a request.
    fn preflight(&self, asked: &Method, parts: &Parts) -> Result<Response, Refused> {
        let path = parts.uri.path();
        let known = self
            .doors
            .iter()
            .filter(|door| door.is_at(asked, path))
            .find_map(|door| match door.browsers {
                Browsers::Scripts(known) => Some(known),
                _ => None,
            })
            .filter(|known| browser::asks_for_known_headers(&parts.headers, known));
        match known {
            Some(_) => Ok(refusal::allowed(asked, &parts.headers)),
            None => Err(Refused::Preflight),
        }
    }

    /// Asks for what the guard itself can check.
    fn ask(&self, door: &Door, sender: Sender, parts: &Parts) -> Result<(), Refused> {
        if !matches!(door.caller, Caller::StageToken | Caller::StagePage) {
            return Ok(());
        }
        let headers = &parts.headers;
        let bearer = headers
            .get(http::header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let in_the_address = door.caller == Caller::StagePage && token_in_query(parts).is_some();
        match (bearer, in_the_address) {
            (Some(token), _) if self.keys.opens(token) => {}
            (Some(_), _) => return Err(Refused::Token),
            // The handler of the page reads it.
            (None, true) => return Ok(()),
            (None, false) => {
                let cookie = cookie(headers, &cookie_name(self.port));
                if !cookie.is_some_and(|given| same(self.keys.cookie().expose_secret(), given)) {
                    return Err(Refused::Token);
                }
                if door.changes && sender != (Sender::OwnPage { exactly: true }) {
                    return Err(Refused::Page(
                        "a page that does not say which it is".to_owned(),
                    ));
                }
            }
        }
        if door.changes && !is_json(headers) {
            return Err(Refused::ContentType);
        }
        Ok(())
    }

    async fn let_in(&self, request: Request, next: Next) -> Result<Response, Answer> {
        let (mut parts, body) = request.into_parts();
        let host =
            host::own(&parts.headers, &parts.uri, self.port).map_err(|named| Refused::Host {
                named,
                names: host::names(self.port),
            })?;
        if let Some(asked) = browser::preflight(&parts.method, &parts.headers) {
            return Ok(self.preflight(&asked, &parts)?);
        }
        let door = self.door(&parts.method, parts.uri.path(), &parts.headers)?;
        let sender = browser::sender(door, host, &parts.headers)
            .map_err(|foreign| Refused::Page(foreign.0))?;
        self.ask(door, sender, &parts)?;
        self.proofs.look(door.caller, &parts)?;
        let body = read(&parts.headers, body, door.limit).await?;
        self.proofs.check(door.caller, &mut parts, &body)?;
        let scripts = matches!(door.browsers, Browsers::Scripts(_));
        let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
        Ok(if scripts {
            refusal::readable(answer)
        } else {
            answer
        })
    }
}

/// A refusal of the guard's own, or of a service.
enum Answer {
    Guard(Refused),
    Service(Box<Response>),
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::Guard(refused)
    }
}

impl From<Box<Response>> for Answer {
    fn from(response: Box<Response>) -> Self {
        Self::Service(response)
    }
}

async fn pass(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri().path());
    match guard.let_in(request, next).await {
        Ok(response) => response,
        Err(Answer::Service(response)) => *response,
        Err(Answer::Guard(refused)) => refused.answer(&asked),
    }
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Refused> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Refused::TooLarge(limit));
    }
    match tokio::time::timeout(BODY_TIME, to_bytes(body, limit)).await {
        Ok(Ok(body)) => Ok(body),
        // It was larger than it said, or the connection broke, and then nobody reads this.
        Ok(Err(_)) => Err(Refused::TooLarge(limit)),
        Err(_) => Err(Refused::TooSlow),
    }
}

/// The name of the cookie of a stage's page. Browsers send a cookie to every port of a host: two
/// stages would overwrite each other's.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("voicelink-{port}")
}

/// The token in the address of the stage's page.
pub(crate) fn token_in_query(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?.as_bytes();
    url::form_urlencoded::parse(query)
        .find_map(|(name, value)| (name == "token").then(|| value.into_owned()))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .and_then(|value| value.split(|byte| *byte == b';').next())
        .is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"application/json"))
}
