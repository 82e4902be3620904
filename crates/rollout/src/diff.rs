//! What is compared with what, and what a plan says of the differences: data and pure functions that
//! ask nobody.

pub mod change;
pub mod create_only;
pub mod documents;
mod part;
pub mod stack;

pub use self::part::{Approve, LiveUsers, Part, Plan};
