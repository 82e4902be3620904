//! The client against small servers that say what Amazon says.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod errors;
mod operations;
mod paging;
mod retries;
mod service;
mod tokens;
