//! The skill through its public door: requests in, answers out.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy takes helpers of a test for a program"
)]

mod bootstrap;
mod conversation;
mod dependencies;
mod interaction_models;
#[path = "../../../skill-kit/tests/it/people.rs"]
#[allow(dead_code, reason = "the tests of skill-kit need more of it")]
mod people;
#[path = "../../../models/tests/it/recording.rs"]
mod recording;
#[path = "../../../skill-kit/tests/it/runtime_api.rs"]
mod runtime_api;
mod walk_through;

use skill::Intent;
