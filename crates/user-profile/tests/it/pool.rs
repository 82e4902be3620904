//! A user pool's key set and userInfo endpoint, counted and breakable.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use models::request::AccessToken;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use user_profile::{Directory, Settings, TrustedRoots, directory};

use crate::test_token;

pub(crate) struct Pool {
    base: String,
    state: Arc<PoolState>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct PoolState {
    keys: Mutex<Value>,
    /// Status to fail with; 0 means none.
    failing: AtomicU16,
    key_calls: AtomicUsize,
    profile_calls: AtomicUsize,
}

impl PoolState {
    fn failure(&self) -> Option<Response> {
        let status = StatusCode::from_u16(self.failing.load(Ordering::SeqCst)).ok()?;
        Some((status, "{}").into_response())
    }
}

impl Pool {
    pub(crate) async fn start(kids: &[&str]) -> Self {
        let state = Arc::new(PoolState::default());
        let router = Router::new()
            .route("/eu-west-1_Test12345/.well-known/jwks.json", get(keys))
            .route("/", post(get_user))
            .route("/oauth2/userInfo", get(user_info))
            .with_state(Arc::clone(&state));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let pool = Self {
            base,
            state,
            server,
        };
        pool.publish(kids);
        pool
    }

    /// Ends the server; its port is closed when this returns.
    pub(crate) async fn stop(self) {
        self.server.abort();
        assert!(self.server.await.unwrap_err().is_cancelled());
    }

    fn issuer(&self) -> String {
        format!("{}/eu-west-1_Test12345", self.base)
    }

    /// Where the keys are.
    pub(crate) fn keys_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.issuer())
    }

    pub(crate) fn publish(&self, kids: &[&str]) {
        *self.state.keys.lock().unwrap() = test_token::jwks(kids);
    }

    pub(crate) fn fail(&self, status: u16) {
        self.state.failing.store(status, Ordering::SeqCst);
    }

    pub(crate) fn recover(&self) {
        self.fail(0);
    }

    /// How often keys and profiles were asked for.
    pub(crate) fn calls(&self) -> (usize, usize) {
        let load = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (load(&self.state.key_calls), load(&self.state.profile_calls))
    }

    pub(crate) fn token(&self, kid: &str, subject: &str) -> AccessToken {
        test_token::sign(kid, &self.claims(subject)).into()
    }

    /// What a token of this pool says.
    pub(crate) fn claims(&self, subject: &str) -> Value {
        let mut claims = test_token::claims();
        claims["iss"] = json!(self.issuer());
        claims["sub"] = json!(subject);
        claims["scope"] = json!("openid email aws.cognito.signin.user.admin");
        claims
    }

    /// A directory that reads attributes from the userInfo endpoint.
    pub(crate) fn directory(&self) -> Box<dyn Directory> {
        let client_id = test_token::CLIENT_ID.parse().unwrap();
        let settings = Settings::user_info(client_id, &self.issuer(), &self.base, "openid");
        directory(settings.unwrap(), TrustedRoots::default())
    }

    /// A directory that reads attributes with `GetUser`.
    pub(crate) fn get_user(&self) -> Box<dyn Directory> {
        let client_id = test_token::CLIENT_ID.parse().unwrap();
        let settings = Settings::get_user(client_id, &self.issuer(), &self.base, "openid");
        directory(settings.unwrap(), TrustedRoots::default())
    }
}

async fn keys(State(state): State<Arc<PoolState>>) -> Response {
    state.key_calls.fetch_add(1, Ordering::SeqCst);
    if let Some(failure) = state.failure() {
        return failure;
    }
    state.keys.lock().unwrap().to_string().into_response()
}

/// Answers in the AWS JSON protocol, to whoever does not sign.
async fn get_user(
    State(state): State<Arc<PoolState>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    state.profile_calls.fetch_add(1, Ordering::SeqCst);
    let target = &headers["x-amz-target"];
    assert_eq!(target, "AWSCognitoIdentityProviderService.GetUser");
    assert!(!headers.contains_key("authorization"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert!(body["AccessToken"].as_str().unwrap().starts_with("eyJ"));
    let error = |code, kind: &str| {
        let body = json!({ "__type": kind, "message": "about mary@example.com" });
        (code, body.to_string()).into_response()
    };
    match state.failing.load(Ordering::SeqCst) {
        401 => error(StatusCode::BAD_REQUEST, "NotAuthorizedException"),
        429 => error(StatusCode::BAD_REQUEST, "TooManyRequestsException"),
        // What stands before the API can answer anything.
        418 => error(StatusCode::BAD_REQUEST, &"mary's token ".repeat(10_000)),
        _ => json!({
            "Username": "mary_ann",
            "UserAttributes": [
                { "Name": "sub", "Value": "subject-1" },
                { "Name": "email", "Value": "mary@example.com" },
                { "Name": "email_verified", "Value": "true" },
                { "Name": "custom:nothing" }
            ]
        })
        .to_string()
        .into_response(),
    }
}

async fn user_info(State(state): State<Arc<PoolState>>, headers: HeaderMap) -> Response {
    state.profile_calls.fetch_add(1, Ordering::SeqCst);
    if let Some(failure) = state.failure() {
        return failure;
    }
    let bearer = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    assert!(bearer.is_some_and(|value| value.starts_with("Bearer eyJ")));
    json!({
        "sub": "subject-1",
        "email": "mary@example.com",
        "email_verified": "true",
        "given_name": "Mary",
        "username": "8a2f4c1e-70b1-42d3-9e55-0c1d2e3f4a5b"
    })
    .to_string()
    .into_response()
}
