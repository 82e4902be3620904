//! Desired state, plan, and the graph of steps that deploys a stage.
//!
//! Every step observes, decides, acts and verifies; deciding is pure. Nothing in this crate knows
//! whether a stage is on a laptop: a stage is data, and the deployer speaks HTTP to it.

#![expect(
    clippy::large_futures,
    reason = "calls of the AWS SDK are large futures, and a rollout makes a few dozen of them"
)]

pub mod accounts;
pub mod aws;
pub mod calls;
pub mod delivery;
pub mod deploy;
pub mod destroy;
pub mod diff;
pub mod digest;
pub mod drift;
mod elsewhere;
pub mod endpoints;
pub mod error;
pub mod existing_pool;
pub mod files;
pub mod guards;
pub mod live;
pub mod lock;
pub mod logs;
pub mod made_with;
pub mod package;
pub mod plan;
mod poll;
pub mod progress;
pub mod resolver;
pub mod session;
pub mod state;
pub mod status;
mod steps;
pub mod template;
pub mod unlock;
pub mod verify;

pub use steps::bundle::{Building, Bundle};
