//! Alexa and AWS on one machine, for development and tests.
//!
//! One process, all state in memory, one listener per service on a loopback port. The crate
//! implements exactly what the rollout, the skill and the person at the sign-in page call, and
//! answers anything else as Amazon answers an unknown operation. It never reads a template or a
//! skill package through the types that wrote it: the writer must not mark its own work.

pub mod alexa;
pub mod aws;
mod clock;
pub mod cognito;
mod control;
mod error;
pub mod faults;
mod guard;
mod html;
mod keys;
pub mod lambda;
mod loopback;
mod outbox;
mod pace;
mod page;
mod program;
mod random;
mod recorder;
mod secret;
mod server;
mod stage;

pub use clock::Clock;
pub use error::AwsError;
#[cfg(feature = "attack-test")]
pub use guard::attack_test::AttackTest;
pub use guard::door::{Browsers, Caller, DoorRow};
pub use local_access::{ACCOUNT_ID, Access, Urls, VENDOR_ID};
pub use loopback::{EXCEPTIONS, Exception, is_loopback};
pub use outbox::{Message, Outbox};
pub use pace::Pace;
pub use program::program;
pub use stage::doors;
pub use stage::{LocalStage, Options, Shared, StartError};
