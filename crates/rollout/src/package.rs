//! The skill package: read from what people edit, rendered for one stage.
//!
//! `skill-package/` holds decisions only. What belongs to a stage (ARNs, URLs, ids) is filled in
//! here, in memory, and never written back. Account linking lies beside the manifest in the
//! folder but is no part of what is uploaded: SMAPI ignores it there with a warning.

mod linking;
mod manifest;
mod problem;
mod render;
mod source;
mod zip;

#[cfg(test)]
mod tests;

pub use linking::write_account_linking;
pub use problem::{PackageError, Problem};
pub use render::{Endpoints, Rendered};
pub use source::SourcePackage;
pub use zip::{Effort, lambda_zip};
