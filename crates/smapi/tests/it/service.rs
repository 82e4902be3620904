//! A server on a free port, answering by a function, and a client of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Response};
use serde_json::{Value, json};
use smapi::{Call, Client, Credentials, Endpoints, RetryPolicy};
use tokio::net::TcpListener;

/// A request, as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Method and path, for comparing.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(crate) type Reply = Response<Body>;

/// An answer with a JSON body.
pub(crate) fn reply(status: u16, body: &Value) -> Reply {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    Response::builder()
        .status(status)
        .body(text.into())
        .unwrap()
}

/// An answer without a body, and with a header.
pub(crate) fn with_header(status: u16, body: &Value, name: &'static str, value: &str) -> Reply {
    let mut reply = reply(status, body);
    reply.headers_mut().insert(name, value.parse().unwrap());
    reply
}

/// SMAPI and LWA at one address.
pub(crate) struct Service {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Service {
    /// Starts a server; `answer` gets each request and how many came before it.
    pub(crate) async fn start(
        answer: impl Fn(&Seen, usize) -> Reply + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let log = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let seen = Seen {
                    method: parts.method,
                    path: parts.uri.to_string(),
                    headers: parts.headers,
                    body: String::from_utf8(body.to_vec()).unwrap(),
                };
                let mut log = log.lock().unwrap();
                let reply = answer(&seen, log.len());
                log.push(seen);
                reply
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            base,
            seen,
            calls: Arc::default(),
        }
    }

    /// A client with an access token, which waits next to nothing between attempts.
    pub(crate) fn client(&self) -> Client {
        self.client_with(Credentials::AccessToken("Atza|access".into()))
    }

    pub(crate) fn client_with(&self, credentials: Credentials) -> Client {
        let calls = Arc::clone(&self.calls);
        Client::with(
            endpoints(&self.base),
            credentials,
            Some(Arc::new(move |call| {
                calls.lock().unwrap().push(call.clone());
            })),
            quick(),
        )
    }

    /// What came in so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Method and path of what came in so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }

    /// What the observer heard so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

pub(crate) fn endpoints(base: &str) -> Endpoints {
    Endpoints {
        smapi: base.parse().unwrap(),
        lwa: base.parse().unwrap(),
        lwa_consent: base.parse().unwrap(),
    }
}

pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy {
        first: Duration::from_micros(100),
        ..RetryPolicy::default()
    }
}

pub(crate) fn refresh_token() -> Credentials {
    Credentials::RefreshToken {
        refresh_token: "Atzr|refresh".into(),
        client_id: "amzn1.application-oa2-client.mine".parse().unwrap(),
        client_secret: "confirmation".into(),
    }
}

pub(crate) fn no_vendors() -> Reply {
    reply(200, &json!({"vendors": []}))
}

pub(crate) fn skill() -> models::ids::SkillId {
    "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55"
        .parse()
        .unwrap()
}
