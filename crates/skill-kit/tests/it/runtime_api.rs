//! A process with a skill, and the
//! [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) that it asks for requests.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

/// Hands out requests and collects answers.
struct RuntimeApi {
    requests: Mutex<Vec<Value>>,
    answers: mpsc::UnboundedSender<Value>,
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> impl IntoResponse {
    let Some(request) = api.requests.lock().await.pop() else {
        // As Lambda does between requests.
        return std::future::pending().await;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "request-1".to_owned()),
        (
            "lambda-runtime-deadline-ms",
            (now.as_millis() + 8_000).to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:x".to_owned(),
        ),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    (headers, Json(request))
}

async fn answered(
    State(api): State<Arc<RuntimeApi>>,
    Segment(_id): Segment<String>,
    answer: String,
) -> StatusCode {
    api.answers
        .send(serde_json::from_str(&answer).unwrap())
        .unwrap();
    StatusCode::ACCEPTED
}

/// A process that does not outlive its test.
struct Running(Child);

impl Running {
    /// Reads what the process writes until it ends: a pipe that is full would stop it.
    fn listen(&mut self) -> [JoinHandle<String>; 2] {
        fn all(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
            std::thread::spawn(move || {
                let mut text = String::new();
                pipe.read_to_string(&mut text).unwrap();
                text
            })
        }
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        [all(stdout.unwrap()), all(stderr.unwrap())]
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends requests to a bootstrap with an environment; returns its answers and what it wrote to
/// standard output and standard error.
pub(crate) async fn serve(
    mut bootstrap: Command,
    mut requests: Vec<Value>,
    environment: &[(&str, &str)],
) -> (Vec<Value>, (String, String)) {
    let expected = requests.len();
    requests.reverse();
    let (answers, mut received) = mpsc::unbounded_channel();
    let api = Arc::new(RuntimeApi {
        requests: Mutex::new(requests),
        answers,
    });
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(answered),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(answered))
        .with_state(api);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let child = bootstrap
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "skill")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let written = running.listen();
    let mut answers = Vec::new();
    for _ in 0..expected {
        let answer = timeout(Duration::from_secs(30), received.recv()).await;
        answers.push(answer.unwrap().unwrap());
    }
    drop(running);
    server.abort();
    let [log, errors] = written.map(|text| text.join().unwrap());
    (answers, (log, errors))
}
