//! Amazon's published rules as data.
//!
//! The deployer, which writes documents, and the local stage, which judges them, share no code; they
//! share these facts. Each walks them with code of its own.

pub mod cloudformation;
pub mod cognito;
pub mod rules;
pub mod smapi;
