//! One listener for all AWS APIs: the signature's credential scope says which one is meant.

pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod scope;
pub(crate) mod signature;
pub(crate) mod xml;

use std::time::SystemTime;

use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use self::query::{CLOUDFORMATION, Call, IAM, QueryService, STS};
use self::scope::{Scope, ScopeError};
use self::signature::Unproven;
use super::{Aws, cognito, route53, s3, sts};
use crate::base::error::AwsError;
use crate::base::guard::{Browsers, Caller, Door};
use crate::base::keys::{Keys, Principal};
use crate::lambda::RestRequest;

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

/// Where an unsigned operation is carried out: the token or client id in it decides, not a region.
const UNSIGNED_REGION: &str = "us-east-1";

/// A request that has been read completely.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    /// Still percent-encoded.
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    fn of(parts: &Parts, body: Bytes) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: parts.headers.clone(),
            body,
        }
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// Percent-decoding as every service does it for paths.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

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

/// Whether a request is one of Cognito's operations that need no signature, and has none.
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

/// Answers any request to the listener.
pub(crate) async fn serve(State(aws): State<Aws>, request: Request) -> Response {
    let id = Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    // The guard has limited and read it.
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        let error = AwsError::new(413, "RequestEntityTooLarge", "The request is too large.");
        return reply::json_error(&error, &id);
    };
    let received = Received::of(&parts, body);
    let principal = parts.extensions.get::<Principal>();
    match (principal, Scope::of(&received.headers, &received.query)) {
        (Some(principal), Ok(scope)) => dispatch(&aws, principal, &scope, received, &id).await,
        // The guard lets in nothing else that is not signed.
        _ => call_json(&aws, json::COGNITO, UNSIGNED_REGION, &received, &id).await,
    }
}

async fn dispatch(
    aws: &Aws,
    principal: &Principal,
    scope: &Scope,
    received: Received,
    id: &str,
) -> Response {
    let region = scope.region.as_str();
    match scope.service.as_str() {
        "sts" => match Call::read(STS, &received.query, &received.body) {
            Ok(call) => answer_query(STS, &call.action, sts::call(principal, &call.action), id),
            Err(error) => query::failure(STS, &error, id),
        },
        "iam" => query(aws, IAM, region, &received, id).await,
        "cloudformation" => query(aws, CLOUDFORMATION, region, &received, id).await,
        "cognito-idp" => call_json(aws, json::COGNITO, region, &received, id).await,
        "logs" => call_json(aws, json::LOGS, region, &received, id).await,
        "acm" => call_json(aws, json::ACM, region, &received, id).await,
        "route53" => route53::rest::serve(&aws.shared.route53, &received, id),
        "lambda" => lambda(aws, region, received, id).await,
        "s3" => s3::rest::serve(&aws.s3, region, &received, id),
        unknown => {
            let error = AwsError::new(
                404,
                "UnknownServiceException",
                format!("there is no service '{unknown}' on a local stage"),
            );
            refuse_by_shape(&received, &error, id)
        }
    }
}

async fn query(
    aws: &Aws,
    service: QueryService,
    region: &str,
    received: &Received,
    id: &str,
) -> Response {
    let call = match Call::read(service, &received.query, &received.body) {
        Ok(call) => call,
        Err(error) => return query::failure(service, &error, id),
    };
    let Call { action, input } = call;
    let answer = if service.version == IAM.version {
        aws.iam.call(&action, &input)
    } else {
        aws.cloudformation.call(region, &action, &input).await
    };
    answer_query(service, &action, answer, id)
}

fn answer_query(
    service: QueryService,
    action: &str,
    answer: Result<Value, AwsError>,
    id: &str,
) -> Response {
    match answer {
        Ok(output) => query::success(service, action, &output, id),
        Err(error) => query::failure(service, &error, id),
    }
}

async fn call_json(
    aws: &Aws,
    service: &str,
    region: &str,
    received: &Received,
    id: &str,
) -> Response {
    let target = received.header("x-amz-target").unwrap_or_default();
    let answer = async {
        let operation = json::operation(service, target)?;
        let input = json::input(&received.body, region)?;
        match service {
            json::COGNITO => cognito::call(&aws.cognito, &aws.iam, operation, input).await,
            json::ACM => aws.shared.acm.call(operation, &input),
            _ => aws.logs.call(operation, input).await,
        }
    };
    match answer.await {
        Ok(output) => reply::json(200, &output, &[("x-amzn-RequestId", id)]),
        Err(error) => reply::json_error(&error, id),
    }
}

async fn lambda(aws: &Aws, region: &str, received: Received, id: &str) -> Response {
    let request = RestRequest {
        method: received.method.as_str().to_owned(),
        path: decode(&received.path),
        query: received.query,
        headers: received.headers,
        region: region.to_owned(),
        body: received.body,
    };
    match aws.lambda.rest(request).await {
        Ok(answer) => {
            let mut headers: Vec<(&str, &str)> = answer
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            headers.push(("x-amzn-RequestId", id));
            reply::reply(
                answer.status,
                Some("application/json"),
                &headers,
                answer.body,
            )
        }
        Err(error) => reply::json_error(&error, id),
    }
}

/// Without a readable signature the service is not known: the request's shape says which form of
/// error its client can read.
fn refuse_by_shape(received: &Received, error: &AwsError, id: &str) -> Response {
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
