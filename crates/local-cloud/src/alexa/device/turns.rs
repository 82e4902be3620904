//! The turns that were held: what was said and heard, with the requests that were sent and what the
//! function left behind. The newest are kept, without access tokens.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::invoke::Invoked;
use super::turn::{Said, Turn};
use crate::alexa::Alexa;
use crate::base::guard::{Caller, Door};
use crate::base::news::Topic;

/// How many turns are kept.
const MOST_TURNS: usize = 500;
/// How many bytes their documents have at most, taken together; the newest is kept in any case.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How much of a log is kept, in bytes: its end.
const LONGEST_LOG: usize = 64 * 1024;
/// Members of a request whose value opens something.
const SECRETS: [&str; 3] = ["accessToken", "apiAccessToken", "consentToken"];

/// The newest turns, oldest first.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Turns {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: VecDeque<Kept>,
    /// The number of the last turn.
    last: u64,
    bytes: usize,
}

/// A turn that is kept.
#[derive(Debug)]
struct Kept {
    number: u64,
    /// As lists show it.
    summary: Value,
    /// The summary, with the requests; as text, which takes a fraction of the room.
    document: Bytes,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a turn under the next number, with details that lists do not show, and forgets the oldest where there is no room.
    fn keep(&self, mut summary: Value, details: [(&str, Value); 2]) -> u64 {
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        summary["turn"] = number.into();
        let mut document = summary.clone();
        for (name, detail) in details {
            document[name] = detail;
        }
        let document = Bytes::from(document.to_string());
        inner.bytes += document.len();
        inner.kept.push_back(Kept {
            number,
            summary,
            document,
        });
        while inner.kept.len() > MOST_TURNS || (inner.bytes > MOST_BYTES && inner.kept.len() > 1) {
            let forgotten = inner.kept.pop_front();
            inner.bytes -= forgotten.map_or(0, |turn| turn.document.len());
        }
        number
    }

    /// The summaries of the turns after a number, oldest first.
    fn after(&self, number: u64) -> Vec<Value> {
        let inner = self.lock();
        let newer = inner.kept.iter().filter(|turn| turn.number > number);
        newer.map(|turn| turn.summary.clone()).collect()
    }

    fn document(&self, number: u64) -> Option<Bytes> {
        let inner = self.lock();
        let mut kept = inner.kept.iter();
        Some(kept.find(|turn| turn.number == number)?.document.clone())
    }
}

/// The doors of the turns.
pub(super) fn doors() -> [Door<Alexa>; 2] {
    [
        Door::get("/turns", Caller::StageToken, list),
        Door::get("/turns/{turn}", Caller::StageToken, read),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn list(State(alexa): State<Alexa>, Query(After { after }): Query<After>) -> Json<Value> {
    Json(json!({ "turns": alexa.inner.turns.after(after) }))
}

async fn read(State(alexa): State<Alexa>, Path(number): Path<u64>) -> Response {
    if let Some(document) = alexa.inner.turns.document(number) {
        return ([(header::CONTENT_TYPE, "application/json")], document).into_response();
    }
    let problem = format!(
        "There is no turn {number}, or it is so old that it is not kept any more: GET /turns lists \
         those that are."
    );
    (StatusCode::NOT_FOUND, Json(json!({ "error": problem }))).into_response()
}

impl Alexa {
    /// Keeps a turn, and tells that there is one.
    pub(super) fn keep(&self, said: &Said, turn: &Turn) {
        let mut summary = turn.to_json(&said.text);
        summary["at"] = json!(self.now());
        summary["locale"] = said.locale.as_str().into();
        summary["customer"] = json!(said.customer);
        summary["voice"] = json!(said.voice);
        summary["deviceId"] = said.device_id.as_str().into();
        let milliseconds = turn.invocations.iter().map(|one| one.milliseconds);
        summary["milliseconds"] = milliseconds.sum::<u64>().into();
        let requests = turn.invocations.iter().map(shown).collect();
        let details = [("requests", requests), ("near", json!(turn.near))];
        self.inner.turns.keep(summary, details);
        self.inner.shared.news.tell(Topic::Turn);
    }

    /// The summaries of these turns, as far as they are kept.
    pub(crate) fn turns(&self, numbers: &[u64]) -> Vec<Value> {
        let inner = self.inner.turns.lock();
        let kept = inner.kept.iter();
        let wanted = kept.filter(|turn| numbers.contains(&turn.number));
        wanted.map(|turn| turn.summary.clone()).collect()
    }
}

/// A request with its answer and what the function left behind.
fn shown(invoked: &Invoked) -> Value {
    let mut request = invoked.request.clone();
    hide(&mut request);
    let (response, error) = match invoked.answer() {
        Ok(body) => (
            serde_json::from_slice(body)
                .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body).into_owned())),
            None,
        ),
        Err((_, reason)) => (Value::Null, Some(reason)),
    };
    let trace = invoked.trace.as_ref();
    json!({
        "endpoint": invoked.endpoint,
        "request": request,
        "response": response,
        "error": error,
        "milliseconds": invoked.milliseconds,
        "log": trace.map(|trace| end(&trace.log)),
        "report": trace.map(|trace| &trace.report),
    })
}

/// Blanks out what opens something.
fn hide(document: &mut Value) {
    match document {
        Value::Object(members) => {
            for (name, value) in members {
                if SECRETS.contains(&name.as_str()) {
                    *value = "hidden".into();
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(hide),
        _ => {}
    }
}

/// The end of a log, from the beginning of a line.
fn end(log: &str) -> &str {
    if log.len() <= LONGEST_LOG {
        return log;
    }
    let from = log.ceil_char_boundary(log.len() - LONGEST_LOG);
    log[from..].split_once('\n').map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(turns: &Turns, requests: Value) -> u64 {
        let details = [("requests", requests), ("near", json!([]))];
        turns.keep(json!({ "said": "hello" }), details)
    }

    #[test]
    fn ten_thousand_turns_take_the_room_of_five_hundred() {
        let turns = Turns::default();
        for number in 1..=10_000 {
            assert_eq!(keep(&turns, json!([])), number);
        }
        let inner = turns.lock();
        assert_eq!(inner.kept.len(), MOST_TURNS);
        assert_eq!(inner.kept[0].number, 9501);
        let bytes: usize = inner.kept.iter().map(|turn| turn.document.len()).sum();
        assert_eq!(inner.bytes, bytes);
    }

    #[test]
    fn large_answers_leave_room_for_few_turns_and_the_newest_is_always_kept() {
        let turns = Turns::default();
        let large = json!([{ "response": "x".repeat(MOST_BYTES / 4) }]);
        for _ in 0..10 {
            keep(&turns, large.clone());
        }
        assert_eq!(turns.after(0).len(), 3);
        let huge = json!([{ "response": "x".repeat(MOST_BYTES) }]);
        assert_eq!(keep(&turns, huge), 11);
        assert_eq!(turns.after(0).len(), 1);
        assert_eq!(turns.document(10), None);
        assert!(turns.document(11).is_some());
    }

    #[test]
    fn what_opens_something_is_not_shown() {
        let mut document = json!({ "context": { "System": {
            "user": { "userId": "u", "accessToken": "secret" },
            "apiAccessToken": "secret",
        } }, "list": [{ "accessToken": "secret" }] });
        hide(&mut document);
        assert!(!document.to_string().contains("secret"), "{document}");
        assert_eq!(document["context"]["System"]["user"]["userId"], "u");
    }

    #[test]
    fn the_end_of_a_long_log_begins_with_a_line() {
        let log = "é line\n".repeat(LONGEST_LOG / 4);
        let kept = end(&log);
        assert!(kept.len() <= LONGEST_LOG && kept.starts_with("é line\n"));
        assert_eq!(end("short"), "short");
    }
}
