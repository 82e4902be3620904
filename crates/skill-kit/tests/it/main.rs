//! What runs a skill, through its public door: requests in, answers out, with a small skill.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "clippy takes helpers of a test for a program, and a skill for a crate"
)]

mod account;
mod discretion;
mod fuzz;
mod metrics;
mod moment;
mod people;
#[path = "../../../models/tests/it/recording.rs"]
mod recording;
mod repeating;
mod robustness;
mod runtime_api;
mod samples;
#[path = "../../../../tests/fixtures/project/crates/skill/src/handlers.rs"]
mod small;
mod speakers;
mod tolerance;

use small::Intent;

/// The small skill as a function: this program once more, with the one test below.
fn function() -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args([
        "--ignored",
        "--exact",
        "serve_the_small_skill",
        "--nocapture",
    ]);
    command
}

#[test]
#[ignore = "a program that other tests start"]
fn serve_the_small_skill() {
    skill_kit::serve::<Intent>();
}
