//! A listener of a stage that is attacked on purpose.
//!
//! Only the feature `attack-test` compiles this.

use std::io::Write as _;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use serde_json::json;

use super::{browser, refusal};
use crate::base::attack_test::AttackTest;
use crate::base::keys::Principal;

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
