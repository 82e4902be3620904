//! The door by which faults are asked for.

use axum::Json;
use axum::extract::State;
use local_access::faults::Rule;
use serde::Deserialize;
use serde_json::{Value, json};

use super::newer::Newer;
use super::{Faults, Plan};
use crate::base::guard::{Caller, Door};
use crate::cloudformation::Failure;

/// Served beside the device, on the same listener.
pub(crate) fn doors(faults: &Faults) -> Vec<Door> {
    use Caller::StageToken;

    Door::all(
        faults,
        [
            Door::get("/control/faults", StageToken, read),
            Door::post("/control/faults", StageToken, set),
            Door::get("/control/faults/halted", StageToken, halted),
        ],
    )
}

/// What shall go wrong from now on.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    stacks: Vec<Failure>,
    /// Operations as the journal names them.
    #[serde(default)]
    denied: Vec<String>,
    /// Members of documents.
    #[serde(default)]
    forgotten: Vec<String>,
    #[serde(default)]
    newer: Vec<Newer>,
}

/// The calls since the rules were set.
async fn read(State(faults): State<Faults>) -> Json<Value> {
    Json(json!({ "calls": faults.calls() }))
}

async fn set(State(faults): State<Faults>, Json(wanted): Json<Wanted>) -> Json<Value> {
    faults.failures.set(wanted.stacks);
    faults.set(Plan {
        rules: wanted.rules,
        denied: wanted.denied,
        forgotten: wanted.forgotten,
        newer: wanted.newer,
        ..Plan::default()
    });
    read(State(faults)).await
}

/// Answers once a halt has taken effect.
async fn halted(State(faults): State<Faults>) -> Json<Value> {
    faults.until_halted().await;
    read(State(faults)).await
}
