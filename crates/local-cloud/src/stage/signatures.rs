//! The listener of all AWS APIs, before an operation is carried out: its doors, and who has signed a call.

use std::time::SystemTime;

use axum::response::Response;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use uuid::Uuid;

use crate::aws::protocol::query::{self, CLOUDFORMATION, IAM, STS};
use crate::aws::protocol::scope::{Scope, ScopeError};
use crate::aws::protocol::signature::{self, Unproven};
use crate::aws::protocol::{Received, json, reply};
use crate::aws::{route53, s3};
use crate::base::error::AwsError;
use crate::base::guard::{Browsers, Caller, Door};
use crate::base::keys::Keys;

/// The largest zip that Lambda and its callers upload, and so the largest body, in bytes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_BODY: usize = 50 * 1024 * 1024;

/// The headers that a script may send to Cognito: those of the AWS SDK for JavaScript and of Amplify.
/// `authorization` is not among them, so that no page can send a signature.
/// <https://github.com/aws-amplify/amplify-js>,
/// <https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/welcome.html>
const COGNITO_HEADERS: &[&str] = &[
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "cache-control",
    "content-type",
    "x-amz-target",
    "x-amz-user-agent",
];

/// The doors of the listener that the fallback of its router handles: the operations of Cognito that
/// carry their own proof, which the script of any page may call, and everything else, signed.
pub(crate) fn doors() -> [Door; 2] {
    [
        Door::of_fallback(Method::POST, "/", Caller::Anyone)
            .browsers(Browsers::Scripts(COGNITO_HEADERS))
            .applies(
                "an operation of Cognito that needs no signature",
                is_unsigned,
            ),
        Door::any("/{*rest}", Caller::Signature).limit(LARGEST_BODY),
    ]
}

/// An operation of Cognito that needs no signature, and has none.
fn is_unsigned(headers: &HeaderMap) -> bool {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    !headers.contains_key(AUTHORIZATION) && target.is_some_and(json::is_unsigned)
}

/// Refuses a call that is not signed by a key of this stage, as far as it can be told without its body.
pub(crate) fn look(keys: &Keys, parts: &Parts) -> Result<(), Box<Response>> {
    let received = Received::of(parts, Bytes::new());
    let scope = scope(&received)?;
    signature::look(keys, &scope, SystemTime::now())
        .map(drop)
        .map_err(|why| Box::new(unproven(&received, &scope, why)))
}

/// Verifies the signature of a call, and leaves in the request whose it is.
pub(crate) fn check(keys: &Keys, parts: &mut Parts, body: &Bytes) -> Result<(), Box<Response>> {
    let received = Received::of(parts, body.clone());
    let scope = scope(&received)?;
    let principal = signature::verify(keys, &scope, parts, body, SystemTime::now())
        .map_err(|why| Box::new(unproven(&received, &scope, why)))?;
    parts.extensions.insert(principal);
    Ok(())
}

fn scope(received: &Received) -> Result<Scope, Box<Response>> {
    Scope::of(&received.headers, &received.query).map_err(|error| {
        let error = match error {
            ScopeError::Missing => AwsError::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ),
            ScopeError::Malformed(why) => AwsError::bad_request("IncompleteSignature", why),
        };
        Box::new(refuse_by_shape(
            received,
            &error,
            &Uuid::new_v4().to_string(),
        ))
    })
}

/// The error of the service that was called, with the code and status of its protocol.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>
fn unproven(received: &Received, scope: &Scope, why: Unproven) -> Response {
    let id = Uuid::new_v4().to_string();
    let (s3, query, other, message) = match why {
        Unproven::UnknownKey => (
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "The security token included in the request is invalid. The keys of a local stage are in \
             the output of `cargo xtask local --env`.",
        ),
        Unproven::WrongToken => (
            "InvalidToken",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        Unproven::Skewed => (
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "Signature not valid: its time is more than 15 minutes from the time of this machine.",
        ),
        Unproven::Expired => (
            "AccessDenied",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "Request has expired",
        ),
        Unproven::Different => (
            "SignatureDoesNotMatch",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method.",
        ),
    };
    let error = |status, code: &str| AwsError::new(status, code, message);
    match scope.service.as_str() {
        "s3" => s3::rest::failure(&error(403, s3), received, &id),
        "sts" => query::failure(STS, &error(403, query), &id),
        "iam" => query::failure(IAM, &error(403, query), &id),
        "cloudformation" => query::failure(CLOUDFORMATION, &error(403, query), &id),
        "route53" => route53::rest::refuse(&error(403, query), &id),
        // The status of the JSON protocol is 400, that of REST services 403.
        "lambda" => reply::json_error(&error(403, other), &id),
        _ => reply::json_error(&error(400, other), &id),
    }
}

/// Without a readable signature the service is not known: the request's shape says which form of
/// error its client can read.
pub(super) fn refuse_by_shape(received: &Received, error: &AwsError, id: &str) -> Response {
    let content_type = received.header("content-type").unwrap_or_default();
    if received.header("x-amz-target").is_some() || received.path.starts_with("/2015-03-31/") {
        let error = AwsError::new(
            error.status,
            format!("{}Exception", error.code.trim_end_matches("Exception")),
            error.message.clone(),
        );
        reply::json_error(&error, id)
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        query::failure(STS, error, id)
    } else if error.code == "MissingAuthenticationToken" {
        s3::rest::failure(
            &AwsError::new(403, "AccessDenied", "Access Denied"),
            received,
            id,
        )
    } else {
        s3::rest::failure(error, received, id)
    }
}
