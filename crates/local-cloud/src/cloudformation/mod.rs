//! CloudFormation: change sets, stacks, events, rollback, and the resources of our stacks.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html>

mod change_set;
mod describe;
mod diff;
mod drift;
mod engine;
mod failures;
mod import;
mod intrinsics;
mod operations;
mod order;
mod parameters;
mod resources;
mod stack;
mod status;
mod template;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use self::failures::{Failure, Failures};
use self::stack::Stack;
use crate::aws::Shared;
#[cfg(feature = "dynamodb")]
use crate::aws::dynamodb::DynamoDb;
use crate::aws::iam::Iam;
use crate::aws::input::Input;
use crate::aws::logs::Logs;
use crate::aws::s3::S3;
use crate::base::error::AwsError;
use crate::cognito::Cognito;
use crate::lambda::Lambda;

/// The services that resources are made in.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    #[cfg(feature = "dynamodb")]
    pub(crate) dynamodb: DynamoDb,
    pub(crate) s3: S3,
    pub(crate) logs: Logs,
    pub(crate) iam: Iam,
    pub(crate) cognito: Cognito,
    pub(crate) lambda: Lambda,
}

/// Every stack of the account. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct CloudFormation {
    shared: Shared,
    services: Services,
    /// Resources that are to fail.
    pub(crate) failures: Failures,
    stacks: Arc<Mutex<Vec<Stack>>>,
}

impl CloudFormation {
    /// No stacks yet.
    pub(crate) fn new(shared: Shared, services: Services) -> Self {
        Self {
            shared,
            services,
            failures: Failures::default(),
            stacks: Arc::default(),
        }
    }

    /// The query API. What takes time goes on after the answer, as in the real service.
    pub(crate) async fn call(
        &self,
        region: &str,
        action: &str,
        input: &Value,
    ) -> Result<Value, AwsError> {
        match action {
            // It asks the resource's own service.
            "DetectStackResourceDrift" => drift::detect(self, region, Input(input)).await,
            _ => operations::call(self, region, action, input),
        }
    }

    fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Stack>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
