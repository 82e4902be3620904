//! Amazon Cognito user pools: the API, the OAuth 2.0 endpoints and the sign-in pages.

use axum::Router;
use serde_json::Value;

use crate::{AwsError, Shared};

/// Every user pool of the account. Clones share it.
#[derive(Debug, Clone)]
pub struct Cognito {}

impl Cognito {
    /// No pools yet.
    pub fn new(_shared: Shared) -> Self {
        Self {}
    }

    /// The JSON 1.1 API (`AWSCognitoIdentityProviderService.*`), also used by CloudFormation.
    pub async fn call(&self, operation: &str, _input: Value) -> Result<Value, AwsError> {
        Err(AwsError::bad_request(
            "UnknownOperationException",
            operation,
        ))
    }

    /// OAuth 2.0 endpoints and pages.
    pub fn sign_in_router(&self) -> Router {
        Router::new()
    }

    /// `/{pool}/.well-known/…`, served on the AWS listener as on `cognito-idp.{region}`.
    pub fn issuer_router(&self) -> Router {
        Router::new()
    }
}
