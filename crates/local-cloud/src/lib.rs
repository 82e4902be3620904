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
mod cross_origin;
mod error;
pub mod faults;
pub mod lambda;
mod loopback;
mod outbox;
mod pace;
mod recorder;
mod stage;
pub mod story;

pub use clock::Clock;
pub use error::AwsError;
pub use loopback::{EXCEPTIONS, Exception, is_loopback};
pub use outbox::{Message, Outbox};
pub use pace::Pace;
pub use stage::{ACCOUNT_ID, LocalStage, Options, Shared, StartError, Urls, VENDOR_ID};
