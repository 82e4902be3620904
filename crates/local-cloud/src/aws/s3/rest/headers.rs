//! Which headers a request may have. S3 acts on each one that it knows: one that has no effect here is
//! refused by its name.

use http::Method;

use crate::aws::protocol::Received;
use crate::base::error::AwsError;

/// Headers of every operation: who asks, when, and how the body is framed and checked.
const ANYWHERE: &[&str] = &[
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-user-agent",
];

/// Headers of an upload with the one value that says what is done anyway.
const AS_USUAL: &[(&str, &str)] = &[
    ("x-amz-server-side-encryption", "AES256"),
    ("x-amz-storage-class", "STANDARD"),
];

/// Headers of HTTP that make an operation do something else.
const CONDITIONS: &[&str] = &[
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Refuses what would have no effect.
pub(super) fn check(received: &Received, on_object: bool) -> Result<(), AwsError> {
    let method = &received.method;
    for (name, value) in &received.headers {
        let (name, value) = (name.as_str(), value.to_str().unwrap_or_default());
        let known = if name.starts_with("x-amz-") {
            is_known(name, value, method, on_object)
        } else {
            !CONDITIONS.contains(&name) || is_evaluated(name, method, on_object)
        };
        if !known {
            return Err(unknown(name));
        }
    }
    Ok(())
}

fn is_known(name: &str, value: &str, method: &Method, on_object: bool) -> bool {
    // Every checksum of a body is verified, and one that has no known algorithm refused there.
    let sent_with_a_body = name.strip_prefix("x-amz-checksum-").is_some_and(|rest| {
        (*method == Method::PUT || *method == Method::POST)
            && !matches!(rest, "algorithm" | "mode" | "type")
    });
    let upload = *method == Method::PUT && on_object;
    let download = (*method == Method::GET || *method == Method::HEAD) && on_object;
    ANYWHERE.contains(&name)
        || sent_with_a_body
        || (upload && (name.starts_with("x-amz-meta-") || AS_USUAL.contains(&(name, value))))
        || (download && name == "x-amz-checksum-mode")
}

fn is_evaluated(name: &str, method: &Method, on_object: bool) -> bool {
    let by_tag = name == "if-match" || (name == "if-none-match" && *method != Method::DELETE);
    on_object && by_tag
}

/// S3's refusal of a header that it does not implement.
pub(super) fn unknown(name: &str) -> AwsError {
    AwsError::new(
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
    )
    .with("Header", name)
}

/// S3's refusal of a header's value.
pub(super) fn value_not_accepted(name: &str) -> AwsError {
    unknown(name).with(
        "additionalMessage",
        format!("We don't accept the provided value of {name} header for this API"),
    )
}
