//! The Runtime API: what a `bootstrap` asks for and where it answers.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;
use tokio::sync::{Notify, oneshot};

use super::recorder::Recorder;
use crate::base::guard::{Caller, Door};

/// Largest answer, in bytes: 6 MB and a little for the envelope.
const LARGEST_ANSWER: usize = 6_291_556;
/// The largest answer that is read at all, so that it can be refused in Lambda's words, in bytes.
const LARGEST_BODY: usize = 10 * LARGEST_ANSWER;

/// One event on its way to the process.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) request_id: String,
    /// Milliseconds since the epoch by the machine's clock: the process compares it with its own.
    pub(super) deadline: i64,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    pub(super) payload: Bytes,
}

/// What the process made of an event.
#[derive(Debug)]
pub(super) enum Answer {
    Response(Bytes),
    /// The error document that the runtime reported.
    Error(Bytes),
    /// The answer is larger than this many bytes.
    TooLarge(usize),
}

/// What the process made of its start: ready for events, or the error document it reported.
pub(super) type Started = Result<(), Bytes>;

/// Where one process and its supervisor hand things to each other.
#[derive(Debug)]
pub(crate) struct Desk {
    recorder: Arc<Recorder>,
    state: Mutex<Tray>,
    offered: Notify,
}

#[derive(Debug)]
struct Tray {
    started: Option<oneshot::Sender<Started>>,
    offered: Option<(Event, oneshot::Sender<Answer>)>,
    taken: Option<(String, oneshot::Sender<Answer>)>,
}

impl Desk {
    /// An empty desk, and the news of the start.
    pub(super) fn new(recorder: Arc<Recorder>) -> (Arc<Self>, oneshot::Receiver<Started>) {
        let (started, news) = oneshot::channel();
        let desk = Self {
            recorder,
            state: Mutex::new(Tray {
                started: Some(started),
                offered: None,
                taken: None,
            }),
            offered: Notify::new(),
        };
        (Arc::new(desk), news)
    }

    /// Lays an event out for the process; its answer comes through the receiver.
    pub(super) fn offer(&self, event: Event) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.tray().offered = Some((event, answer));
        self.offered.notify_one();
        answered
    }

    /// Takes an event back, unless the process already has it.
    pub(super) fn withdraw(&self) -> Option<Event> {
        self.tray().offered.take().map(|(event, _)| event)
    }

    /// The doors of a listener whose port only this process is told.
    pub(super) fn doors(self: &Arc<Self>) -> Vec<Door> {
        Door::all(self, doors())
    }

    async fn take(&self) -> Event {
        loop {
            {
                let mut tray = self.tray();
                if let Some(started) = tray.started.take() {
                    // Nobody listens when the start was given up; the process is about to be killed.
                    let _ = started.send(Ok(()));
                }
                if let Some((event, answer)) = tray.offered.take() {
                    self.recorder.start(&event.request_id);
                    tray.taken = Some((event.request_id.clone(), answer));
                    return event;
                }
            }
            self.offered.notified().await;
        }
    }

    fn answer(&self, request_id: &str, answer: Answer) -> Response {
        let mut tray = self.tray();
        match tray.taken.take_if(|(taken, _)| taken == request_id) {
            Some((_, answered)) => {
                // Nobody listens when the time was up; the process is about to be killed.
                let _ = answered.send(answer);
                accepted()
            }
            None => refusal(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            ),
        }
    }

    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The doors of the Runtime API.
pub(crate) fn doors() -> [Door<Arc<Desk>>; 4] {
    use Caller::Function;

    [
        // Whoever asks for the next event takes it.
        Door::get("/2018-06-01/runtime/invocation/next", Function, next).changing(),
        Door::post(
            "/2018-06-01/runtime/invocation/{id}/response",
            Function,
            response,
        )
        .limit(LARGEST_BODY),
        Door::post("/2018-06-01/runtime/invocation/{id}/error", Function, error),
        Door::post("/2018-06-01/runtime/init/error", Function, init_error),
    ]
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    let event = desk.take().await;
    let headers = [
        (
            HeaderName::from_static("lambda-runtime-aws-request-id"),
            event.request_id,
        ),
        (
            HeaderName::from_static("lambda-runtime-deadline-ms"),
            event.deadline.to_string(),
        ),
        (
            HeaderName::from_static("lambda-runtime-invoked-function-arn"),
            event.function_arn,
        ),
        (
            HeaderName::from_static("lambda-runtime-trace-id"),
            event.trace_id,
        ),
        (
            HeaderName::from_static("content-type"),
            "application/json".to_owned(),
        ),
    ];
    (headers, event.payload).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Body) -> Response {
    if let Ok(payload) = to_bytes(body, LARGEST_ANSWER).await {
        return desk.answer(&id, Answer::Response(payload));
    }
    // The refusal is for the process; the caller gets its own.
    let _ = desk.answer(&id, Answer::TooLarge(LARGEST_ANSWER));
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLarge",
        &format!("Exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."),
    )
}

async fn error(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Body) -> Response {
    let document = to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
    desk.answer(&id, Answer::Error(document))
}

async fn init_error(State(desk): State<Arc<Desk>>, body: Body) -> Response {
    let document = to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
    let started = desk.tray().started.take();
    match started {
        Some(started) => {
            let _ = started.send(Err(document));
            accepted()
        }
        None => refusal(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "State transition is not allowed",
        ),
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    let document = json!({ "errorType": kind, "errorMessage": message });
    (status, Json(document)).into_response()
}
