//! The stage: every service behind its listener, the doors that no real cloud has, and the program that runs
//! them.

mod account;
mod control;
mod faults;
mod local_stage;
mod page;
mod permissions;
mod program;
mod recorder;
mod relay;
mod services;
mod signatures;

pub use local_stage::{LocalStage, Options, StartError};
pub use program::program;
pub use services::doors;
