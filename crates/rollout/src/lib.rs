//! Desired state, plan, and the graph of steps that deploys a stage.
//!
//! Every step observes, decides, acts and verifies; deciding is pure. `walks` has the graph of them,
//! over which `plan` looks and `deploy` acts. Nothing in this crate knows whether a stage is on a laptop:
//! a stage is data, and the deployer speaks HTTP to it.
//!
//! Modules lie in layers, and import only from those below:
//!
//! 1. commands: `deploy`, `plan`, `status`, `verify`, `destroy`, `unlock`, `delivery`, `logs`
//! 2. `walks`
//! 3. `steps`
//! 4. what steps share: `accounts`, `checks`, `existing_pool`, `live`, `resource_servers`
//! 5. one run: `home_region`, `inputs`, `package`, `secrets`, `session`,
//!    `stage_in_another_region`
//! 6. `guards`, `agreement`
//! 7. `state`
//! 8. clients: `aws`
//! 9. values: `calls`, `diff`, `digest`, `endpoints`, `error`, `files`, `immutable_pool_settings`, `lock`,
//!    `poll`, `progress`, `resolver`, `template`

#![expect(
    clippy::large_futures,
    reason = "calls of the AWS SDK are large futures, and a rollout makes a few dozen of them"
)]

pub mod accounts;
mod agreement;
pub mod aws;
pub mod calls;
pub mod checks;
pub mod delivery;
pub mod deploy;
pub mod destroy;
pub mod diff;
pub mod digest;
pub mod endpoints;
pub mod error;
pub mod existing_pool;
pub mod files;
pub mod guards;
mod home_region;
pub mod immutable_pool_settings;
pub mod inputs;
pub mod live;
pub mod lock;
pub mod logs;
pub mod package;
pub mod plan;
mod poll;
pub mod progress;
pub mod resolver;
mod resource_servers;
pub mod secrets;
pub mod session;
mod stage_in_another_region;
pub mod state;
pub mod status;
mod steps;
pub mod template;
pub mod unlock;
pub mod verify;
mod walks;

pub use steps::bundle::{Building, Bundle};
