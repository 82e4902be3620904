//! AWS services that stand alone: STS, S3, IAM, tables, secrets, logs, Route 53 and Certificate Manager; the wire protocols of
//! all of them, and the actions that calls are; and what every service of one stage shares.

pub(crate) mod acm;
pub(crate) mod actions;
#[cfg(feature = "dynamodb")]
pub(crate) mod dynamodb;
pub(crate) mod iam;
pub(crate) mod input;
pub(crate) mod logs;
pub(crate) mod protocol;
pub(crate) mod route53;
pub(crate) mod s3;
pub mod schemas;
pub(crate) mod secrets;
mod shared;
pub(crate) mod sts;

pub(crate) use shared::Shared;
