//! The layer in front of a service that lets calls pass, or not.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use local_access::faults::Fault;

use super::call::Called;
use super::{Faults, Verdict, answer};
use crate::base::wire::Wire;

/// After a halt that lets its call be answered: how long the caller has to read the answer, unless
/// its next call shows that it has.
const READING: Duration = Duration::from_millis(200);

/// The listeners that a deployment calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Aws,
    Smapi,
    Lwa,
}

/// The gate of one listener.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    faults: Faults,
    service: Service,
}

impl Gate {
    pub(crate) fn new(faults: &Faults, service: Service) -> Self {
        Self {
            faults: faults.clone(),
            service,
        }
    }

    /// Puts the gate before a router.
    pub(crate) fn before(self, router: Router) -> Router {
        router.layer(from_fn_with_state(self, pass))
    }
}

async fn pass(
    State(gate): State<Gate>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
    next: Next,
) -> Response {
    let faults = &gate.faults;
    let (parts, body) = request.into_parts();
    // The guard has limited and read it.
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let Some(called) = Called::of(gate.service, &parts, &body) else {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    };
    let dialect = called.dialect;
    let operation = called.operation.clone();
    let verdict = faults.meet(called.operation, called.mutating, called.conflicts);
    let body = kept(faults, gate.service, body);
    let carried_out = async {
        let body = faults.take_in(&operation, body);
        let request = Request::from_parts(parts, Body::from(body));
        faults.add_newer(&operation, next.run(request).await).await
    };
    match verdict {
        Verdict::Pass => carried_out.await,
        Verdict::Hold => unanswered(faults, &wire).await,
        Verdict::Fail(
            _,
            Fault::Refuse {
                status,
                retry_after_seconds,
            },
        ) => answer::refusal(dialect, status, retry_after_seconds),
        Verdict::Fail(_, Fault::Reset) => {
            let response = carried_out.await;
            wire.cut();
            response
        }
        Verdict::Fail(_, Fault::Silence) => {
            carried_out.await;
            unanswered(faults, &wire).await
        }
        Verdict::Fail(_, Fault::Late { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            carried_out.await
        }
        Verdict::Fail(number, Fault::Halt { answered: false }) => {
            carried_out.await;
            faults.stop_after(number);
            faults.halted(number);
            unanswered(faults, &wire).await
        }
        Verdict::Fail(number, Fault::Halt { answered: true }) => {
            let response = carried_out.await;
            faults.stop_after(number);
            let faults = faults.clone();
            tokio::spawn(async move {
                tokio::time::sleep(READING).await;
                faults.halted(number);
            });
            response
        }
    }
}

/// A body as the service takes it in: all of it, but for what it was told to forget.
fn kept(faults: &Faults, service: Service, body: Bytes) -> Bytes {
    let document = (service == Service::Smapi)
        .then(|| serde_json::from_slice(&body).ok())
        .flatten();
    let Some(mut document) = document else {
        return body;
    };
    if faults.forget(&mut document) {
        document.to_string().into()
    } else {
        body
    }
}

/// Keeps the caller waiting; when the rules are set again, or the caller gives up, it is over.
async fn unanswered(faults: &Faults, wire: &Wire) -> Response {
    faults.until_set_again().await;
    wire.cut();
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
