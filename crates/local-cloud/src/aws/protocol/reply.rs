//! HTTP responses in the forms that AWS services use.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::base::error::AwsError;

/// A response; a header that HTTP cannot carry is left out.
pub(crate) fn reply(
    status: u16,
    content_type: Option<&str>,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = content_type.map(|value| (CONTENT_TYPE.as_str(), value));
    for (name, value) in content_type.into_iter().chain(headers.iter().copied()) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// An XML document.
pub(crate) fn xml(status: u16, document: String, headers: &[(&str, &str)]) -> Response {
    reply(status, Some("text/xml"), headers, document)
}

/// A JSON document of the JSON 1.1 protocol.
pub(crate) fn json(status: u16, document: &Value, headers: &[(&str, &str)]) -> Response {
    reply(
        status,
        Some("application/x-amz-json-1.1"),
        headers,
        document.to_string(),
    )
}

/// An error of the JSON protocols, which name it in a header and in the body.
pub(crate) fn json_error(error: &AwsError, id: &str) -> Response {
    json(
        error.status,
        &json!({ "__type": error.code, "message": error.message }),
        &[("x-amzn-RequestId", id), ("x-amzn-ErrorType", &error.code)],
    )
}
