//! CloudFormation.

use serde_json::Value;

use super::iam::Iam;
use super::logs::Logs;
use super::protocol::query;
use super::s3::S3;
use crate::cognito::Cognito;
use crate::lambda::Lambda;
use crate::{AwsError, Clock};

/// The services that resources are made in.
#[derive(Debug, Clone)]
#[allow(dead_code)]
pub struct Services {
    pub(crate) s3: S3,
    pub(crate) logs: Logs,
    pub(crate) iam: Iam,
    pub(crate) cognito: Cognito,
    pub(crate) lambda: Lambda,
}

/// Every stack of the account. Clones share it.
#[derive(Debug, Clone)]
pub struct CloudFormation {}

impl CloudFormation {
    /// No stacks yet.
    pub fn new(_clock: Clock, _services: Services) -> Self {
        Self {}
    }

    /// The query API.
    pub fn call(&self, _region: &str, action: &str, _input: &Value) -> Result<Value, AwsError> {
        Err(query::unknown_action(query::CLOUDFORMATION, action))
    }
}
