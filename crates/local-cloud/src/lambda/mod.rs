//! Lambda: the control plane, and the Runtime API that runs the real `bootstrap`.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::aws::logs::Logs;
use crate::aws::s3::S3;
use crate::{AwsError, Shared};

/// Every function of the account. Clones share it.
#[derive(Debug, Clone)]
pub struct Lambda {}

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The answer, or the error document when the function failed.
    pub payload: Bytes,
    /// `Unhandled` when the function failed (`X-Amz-Function-Error`).
    pub function_error: Option<String>,
    /// The version that ran.
    pub executed_version: String,
}

/// An HTTP request of the Lambda REST API, already authenticated.
#[derive(Debug, Clone)]
pub struct RestRequest {
    /// Upper-case method.
    pub method: String,
    /// Decoded path, such as `/2015-03-31/functions/name`.
    pub path: String,
    /// Decoded query parameters.
    pub query: Vec<(String, String)>,
    /// The region of the signature.
    pub region: String,
    /// The headers; `Invoke` reads its kind and the wish for a log tail from them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The answer to a [`RestRequest`].
#[derive(Debug, Clone)]
pub struct RestResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers beyond the content type.
    pub headers: Vec<(String, String)>,
    /// A JSON document, or the function's own payload for `Invoke`.
    pub body: Bytes,
}

impl Lambda {
    /// No functions yet.
    pub fn new(_shared: Shared, _s3: S3, _logs: Logs) -> Self {
        Self {}
    }

    /// One control-plane operation with its parameters (path, query and body) in one object plus
    /// `Region`; also used by CloudFormation.
    pub async fn call(&self, operation: &str, _input: Value) -> Result<Value, AwsError> {
        Err(AwsError::bad_request(
            "UnknownOperationException",
            operation,
        ))
    }

    /// The REST API: routes to [`Lambda::call`] and [`Lambda::invoke`].
    pub async fn rest(&self, request: RestRequest) -> Result<RestResponse, AwsError> {
        Err(AwsError::bad_request(
            "UnknownOperationException",
            request.path,
        ))
    }

    /// Runs the function behind an ARN, qualified by version or alias or not at all.
    pub async fn invoke(&self, arn: &str, _payload: Bytes) -> Result<Invocation, AwsError> {
        Err(AwsError::new(
            404,
            "ResourceNotFoundException",
            format!("Function not found: {arn}"),
        ))
    }

    /// Whether the resource policy of exactly this qualifier lets `principal` invoke the function
    /// with this event source token.
    pub fn allows(&self, _arn: &str, _principal: &str, _event_source_token: &str) -> bool {
        false
    }

    /// Ends every function process.
    pub async fn shutdown(&self) {}
}
