//! The types through their public door: requests in, answers out.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy takes helpers of a test for a program"
)]

mod recording;
mod requests;
mod responses;
mod tolerance;
