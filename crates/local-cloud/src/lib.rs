//! Alexa and AWS on one machine, for development and tests.
//!
//! One process, all state in memory, one listener per service on a loopback port. The crate
//! implements exactly what the rollout, the skill and the person at the sign-in page call, and
//! answers anything else as Amazon answers an unknown operation. It never reads a template or a
//! skill package through the types that wrote it: the writer must not mark its own work.
//!
//! Its modules are rooms, and import only from those below:
//!
//! 1. `stage`: wires the services together, and is the only one that knows them all
//! 2. `alexa`
//! 3. `cloudformation`: makes resources through the services' own APIs
//! 4. `lambda`
//! 5. `cognito`
//! 6. `aws`: services that need no other, wire protocols, and what all services share
//! 7. `base`: knows no service

mod alexa;
mod aws;
mod base;
mod cloudformation;
mod cognito;
mod lambda;
mod stage;

pub use aws::schemas;
#[cfg(feature = "attack-test")]
pub use base::attack_test::AttackTest;
pub use base::guard::door::{Browsers, Caller, DoorRow};
pub use base::loopback::{EXCEPTIONS, Exception};
pub use base::pace::Pace;
pub use local_access::{ACCOUNT_ID, Access, Urls, VENDOR_ID};
pub use stage::{LocalStage, Options, StartError, doors, program};
