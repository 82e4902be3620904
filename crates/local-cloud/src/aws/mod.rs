//! The AWS side: wire protocols and the stores behind STS, S3, CloudFormation, IAM and logs.

pub mod logs;
pub mod s3;

use axum::Router;

use crate::Shared;
use crate::cognito::Cognito;
use crate::lambda::Lambda;

/// Every AWS API of the stage. Clones share it.
#[derive(Debug, Clone)]
pub struct Aws {}

impl Aws {
    /// An empty account.
    pub fn new(
        _shared: Shared,
        _s3: s3::S3,
        _logs: logs::Logs,
        _cognito: Cognito,
        _lambda: Lambda,
    ) -> Self {
        Self {}
    }

    /// All services behind one listener, told apart by the signature's credential scope.
    pub fn router(&self) -> Router {
        Router::new()
    }
}
