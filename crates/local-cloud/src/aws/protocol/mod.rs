//! One listener for all AWS APIs: the signature's credential scope says which one is meant.

pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod scope;
pub(crate) mod xml;

use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;
use uuid::Uuid;

use self::query::{CLOUDFORMATION, Call, IAM, QueryService, STS};
use self::scope::{Scope, ScopeError};
use super::{Aws, route53, s3, sts};
use crate::AwsError;
use crate::lambda::RestRequest;

/// More than the largest Lambda bundle, less than what would hurt a laptop.
const LARGEST_BODY: usize = 256 * 1024 * 1024;

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

/// Answers any request to the listener.
pub(crate) async fn serve(State(aws): State<Aws>, request: Request) -> Response {
    let id = Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        let error = AwsError::new(413, "RequestEntityTooLarge", "The request is too large.");
        return reply::json_error(&error, &id);
    };
    let received = Received {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: parts.headers,
        body,
    };
    match Scope::of(&received.headers, &received.query) {
        Ok(scope) => dispatch(&aws, &scope, received, &id).await,
        Err(ScopeError::Missing) => unsigned(&aws, &received, &id).await,
        Err(ScopeError::Malformed(why)) => {
            let error = AwsError::bad_request("IncompleteSignature", why);
            refuse_by_shape(&received, &error, &id)
        }
    }
}

async fn dispatch(aws: &Aws, scope: &Scope, received: Received, id: &str) -> Response {
    let region = scope.region.as_str();
    match scope.service.as_str() {
        "sts" => query(aws, STS, region, &received, id).await,
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
    let answer = if service.version == STS.version {
        sts::call(&action)
    } else if service.version == IAM.version {
        aws.iam.call(&action, &input)
    } else {
        aws.cloudformation.call(region, &action, &input).await
    };
    match answer {
        Ok(output) => query::success(service, &action, &output, id),
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
            json::COGNITO => aws.cognito.call(operation, input).await,
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

async fn unsigned(aws: &Aws, received: &Received, id: &str) -> Response {
    if received
        .header("x-amz-target")
        .is_some_and(json::is_unsigned)
    {
        return call_json(aws, json::COGNITO, UNSIGNED_REGION, received, id).await;
    }
    let error = AwsError::new(
        403,
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    );
    refuse_by_shape(received, &error, id)
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
