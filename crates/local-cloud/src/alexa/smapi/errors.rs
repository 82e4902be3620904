//! How SMAPI refuses: <https://developer.amazon.com/docs/alexa/smapi/error-codes.html>.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::alexa) struct Violation {
    code: Option<&'static str>,
    message: String,
    details: Option<Value>,
}

impl Violation {
    /// A violation without a code, as the interaction model builder and the trigger check send.
    pub(in crate::alexa) fn plain(message: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            details: None,
        }
    }

    /// A violation of a document's schema at `path`, such as `$.manifest.apis`.
    pub(super) fn at(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            message: message.into(),
            details: Some(json!({ "originalInstance": { "type": "BODY", "propertyPath": path } })),
        }
    }

    /// The violation that SMAPI answers when a body's only member is missing.
    pub(super) fn empty_body() -> Self {
        Self {
            code: Some("INVALID_REQUEST_PARAMETER"),
            message: "Parsing error due to empty body.".to_owned(),
            details: Some(json!({
                "originalInstance": { "type": "BODY" },
                "reason": { "type": "EXPECTED_NOT_EMPTY_VALUE" },
            })),
        }
    }

    /// The sentence.
    #[cfg(test)]
    pub(in crate::alexa) fn message(&self) -> &str {
        &self.message
    }

    /// As the wire has it: a `StandardizedError`.
    pub(in crate::alexa) fn to_json(&self) -> Value {
        let mut object = serde_json::Map::new();
        if let Some(code) = self.code {
            object.insert("code".to_owned(), code.into());
        }
        object.insert("message".to_owned(), self.message.as_str().into());
        if let Some(details) = &self.details {
            object.insert("validationDetails".to_owned(), details.clone());
        }
        Value::Object(object)
    }
}

/// A list of violations, as the wire has it.
pub(in crate::alexa) fn to_json(violations: &[Violation]) -> Value {
    violations.iter().map(Violation::to_json).collect()
}

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
    violations: Vec<Violation>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            violations: Vec::new(),
        }
    }

    /// 400: the request itself is wrong.
    pub(super) fn bad_request(message: impl Into<String>, violations: Vec<Violation>) -> Self {
        Self {
            violations,
            ..Self::new(StatusCode::BAD_REQUEST, message)
        }
    }

    /// 401: the token is not one that SMAPI accepts.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403: understood and not allowed.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409: another operation on the same skill is in progress.
    pub(super) fn conflict(skill_id: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            format!("Another operation on the skill {skill_id} is in progress."),
        )
    }

    /// 412: `If-Match` names another version than the current one.
    pub(super) fn precondition(what: &str) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            format!("The If-Match header does not match the current eTag of the {what}."),
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = if self.violations.is_empty() {
            json!({ "message": self.message })
        } else {
            json!({ "message": self.message, "violations": to_json(&self.violations) })
        };
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                header::HeaderValue::from_static("Bearer error=\"invalid_token\""),
            );
        }
        response
    }
}
