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
mod discretion;
mod interaction_models;
mod metrics;
mod moment;
mod people;
#[path = "../../../models/tests/it/recording.rs"]
mod recording;
mod robustness;
mod samples;
mod speakers;
mod tolerance;
mod walk_through;
