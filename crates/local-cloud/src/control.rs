//! What no real cloud offers: reading the outbox and driving the clock.

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Shared;

/// Served beside the device, on the same listener.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/control/clock", get(read_clock).post(advance_clock))
        .route("/outbox", get(read_outbox))
        .with_state(shared)
}

async fn read_clock(State(shared): State<Shared>) -> Json<Value> {
    Json(json!({
        "now": shared.clock.now(),
        "skippedSeconds": shared.clock.skipped_seconds(),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

async fn advance_clock(State(shared): State<Shared>, Json(body): Json<Advance>) -> Json<Value> {
    shared.clock.advance(body.advance_seconds);
    read_clock(State(shared)).await
}

#[derive(Deserialize)]
struct Addressee {
    to: Option<String>,
}

async fn read_outbox(
    State(shared): State<Shared>,
    Query(addressee): Query<Addressee>,
) -> Json<Value> {
    Json(json!({ "messages": shared.outbox.messages(addressee.to.as_deref()) }))
}
