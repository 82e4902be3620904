//! A stage that is attacked on purpose, to see what its guard keeps out: it counts what arrives at its
//! services, and it can do without the guard (the positive control of the attacks).
//!
//! Only the feature `attack-test` compiles this.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use serde_json::json;

use super::{browser, refusal};
use crate::keys::Principal;

/// The terms of such a test. Clones share the file.
#[derive(Debug, Clone)]
pub struct AttackTest {
    /// Whether the stage has its guard.
    pub guarded: bool,
    /// Takes one JSON object per line for each request that a service gets: `port`, `method` and `target`
    /// (path and query). It is written before the service answers.
    pub arrivals: Arc<File>,
}

impl AttackTest {
    /// Writes down what comes past the guard.
    pub(super) fn counting(&self, port: u16, router: Router) -> Router {
        router.layer(from_fn_with_state((self.clone(), port), count))
    }

    /// A listener that believes everybody: any Host, any page, any signature or none.
    pub(super) fn without_guard(&self, port: u16, router: Router) -> Router {
        self.counting(port, router).layer(from_fn(believe))
    }
}

async fn count(
    State((test, port)): State<(AttackTest, u16)>,
    request: Request,
    next: Next,
) -> Result<Response, String> {
    let (method, target) = (request.method().as_str(), request.uri().to_string());
    let arrival = json!({ "port": port, "method": method, "target": target });
    (&*test.arrivals)
        .write_all(format!("{arrival}\n").as_bytes())
        .map_err(|error| format!("cannot count an arrival: {error}"))?;
    Ok(next.run(request).await)
}

async fn believe(mut request: Request, next: Next) -> Response {
    if let Some(asked) = browser::preflight(request.method(), request.headers()) {
        return refusal::allowed(&asked, request.headers());
    }
    request.extensions_mut().insert(Principal::Deployer);
    refusal::readable(next.run(request).await)
}
