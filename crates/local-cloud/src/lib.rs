//! Alexa and AWS on one machine, for development and tests.
//!
//! One process, all state in memory, one listener per service on a loopback port. The crate
//! implements exactly what the rollout, the skill and the person at the sign-in page call, and
//! answers anything else as Amazon answers an unknown operation. It never reads a template or a
//! skill package through the types that wrote it: the writer must not mark its own work.

pub mod alexa;
pub mod aws;
mod base;
pub mod cognito;
mod control;
pub mod faults;
pub mod lambda;
mod page;
mod program;
mod recorder;
mod stage;

#[cfg(feature = "attack-test")]
pub use base::attack_test::AttackTest;
pub use base::clock::Clock;
pub use base::error::AwsError;
pub use base::guard::door::{Browsers, Caller, DoorRow};
pub use base::loopback::{EXCEPTIONS, Exception, is_loopback};
pub use base::outbox::{Message, Outbox};
pub use base::pace::Pace;
pub use local_access::{ACCOUNT_ID, Access, Urls, VENDOR_ID};
pub use program::program;
pub use stage::doors;
pub use stage::{LocalStage, Options, Shared, StartError};
