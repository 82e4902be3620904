//! The stage through its public doors.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what helps a test may fail like one"
)]

mod alexa;
mod aws;
mod cloudformation;
mod cognito;
mod doors;
mod faults;
mod guide;
mod lambda;
mod names;
mod recording;
mod s3;
mod smapi;
