//! The stage: every service behind its listener, the doors that no real cloud has, and the program that runs
//! them.

mod account;
mod control;
mod conversation_file;
mod faults;
mod live;
mod local_stage;
mod page;
mod permissions;
mod program;
mod recorder;
mod relay;
mod save;
mod services;
mod signatures;
mod strip;

pub use local_stage::{LocalStage, Options, StartError};
pub use program::program;
pub use services::doors;
