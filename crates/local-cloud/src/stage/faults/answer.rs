//! Refusals as each service words them.

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::call::Dialect;
use crate::aws::protocol::{query, reply};
use crate::base::error::AwsError;

/// A refusal with this status.
pub(super) fn refusal(dialect: Dialect, status: u16, retry_after_seconds: Option<u32>) -> Response {
    let (code, message) = words(dialect, status);
    let mut response = match dialect {
        Dialect::Query => query::failure(
            query::CLOUDFORMATION,
            &AwsError::new(status, code, message),
            "fault",
        ),
        Dialect::Json => reply::json_error(&AwsError::new(status, code, message), "fault"),
        Dialect::S3 => reply::xml(
            status,
            format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
            &[],
        ),
        Dialect::Smapi => json_reply(status, &json!({ "message": message })),
        Dialect::Lwa => json_reply(
            status,
            &json!({ "error": code, "error_description": message }),
        ),
    };
    if let Some(seconds) = retry_after_seconds {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn json_reply(status: u16, body: &serde_json::Value) -> Response {
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// Code and sentence, as the service has them.
fn words(dialect: Dialect, status: u16) -> (&'static str, &'static str) {
    match (dialect, status) {
        (Dialect::Query | Dialect::S3, 403) => ("AccessDenied", "Access Denied"),
        (Dialect::Json, 403) => (
            "AccessDeniedException",
            "The caller is not authorized to perform this operation.",
        ),
        (Dialect::Query, 429) => ("Throttling", "Rate exceeded"),
        (Dialect::Json, 429) => ("TooManyRequestsException", "Too many requests"),
        (Dialect::S3, 409) => (
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation.",
        ),
        (Dialect::S3, 412) => (
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ),
        (Dialect::S3, 429 | 503) => ("SlowDown", "Please reduce your request rate."),
        (Dialect::S3, _) => ("InternalError", "We encountered an internal error."),
        (Dialect::Query | Dialect::Json, 503) => {
            ("ServiceUnavailable", "Service is unable to handle request.")
        }
        (Dialect::Query, _) => ("InternalFailure", "The request processing has failed."),
        (Dialect::Json, _) => ("InternalErrorException", "Internal error"),
        (Dialect::Smapi, 409) => ("", "Another operation on the skill is in progress."),
        (Dialect::Smapi, 412) => ("", "The If-Match header does not match the current eTag."),
        (Dialect::Smapi, 429) => ("", "Too many requests."),
        (Dialect::Smapi, 503) => ("", "Service is unavailable."),
        (Dialect::Smapi, _) => ("", "Internal service error."),
        (Dialect::Lwa, 503) => ("temporarily_unavailable", "The service is unavailable"),
        (Dialect::Lwa, _) => ("server_error", "The server encountered an error"),
    }
}
