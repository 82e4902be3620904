//! The REST API: which operation a request is, and its answer.

mod buckets;
mod headers;
mod objects;

use axum::response::Response;
use http::Method;
use local_access::ACCOUNT_ID;
use uuid::Uuid;

use super::super::protocol::xml::Xml;
use super::super::protocol::{Received, decode, reply};
use super::S3;
use super::bucket::Bucket;
use crate::base::error::AwsError;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A request to one bucket, and maybe to one key.
struct Target<'request> {
    bucket: &'request str,
    key: String,
    region: &'request str,
    received: &'request Received,
}

/// Answers one request.
pub(crate) fn serve(s3: &S3, region: &str, received: &Received, id: &str) -> Response {
    let path = received.path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let target = Target {
        bucket,
        key: decode(key),
        region,
        received,
    };
    let on_object = !bucket.is_empty() && !target.key.is_empty();
    let answer = headers::check(received, on_object);
    let answer = answer.and_then(|()| {
        if bucket.is_empty() {
            buckets::list_buckets(s3, received)
        } else if on_object {
            objects::on_object(s3, &target)
        } else {
            buckets::on_bucket(s3, &target)
        }
    });
    let mut response = answer.unwrap_or_else(|error| failure(&error, received, id));
    if let (Ok(value), headers) = (short_id(id).parse(), response.headers_mut()) {
        headers.insert("x-amz-request-id", value);
    }
    response
}

/// The error document; a HEAD request gets the status alone.
pub(crate) fn failure(error: &AwsError, received: &Received, id: &str) -> Response {
    if received.method == Method::HEAD || error.status == 304 {
        return reply::reply(error.status, None, &[], "");
    }
    let mut xml = Xml::document();
    xml.element("Error", |xml| {
        xml.leaf("Code", &error.code)
            .leaf("Message", &error.message);
        for (name, value) in &error.details {
            xml.leaf(name, value);
        }
        xml.leaf("Resource", &received.path)
            .leaf("RequestId", short_id(id))
            .leaf("HostId", Uuid::new_v4().simple().to_string());
    });
    reply::reply(
        error.status,
        Some("application/xml"),
        &[],
        xml.into_string(),
    )
}

fn short_id(id: &str) -> String {
    id.replace('-', "")
        .chars()
        .take(16)
        .collect::<String>()
        .to_uppercase()
}

fn check_owner(received: &Received) -> Result<(), AwsError> {
    match received.header("x-amz-expected-bucket-owner") {
        Some(owner) if owner != ACCOUNT_ID => {
            Err(AwsError::new(403, "AccessDenied", "Access Denied"))
        }
        _ => Ok(()),
    }
}

fn elsewhere(bucket: &Bucket, received: &Received) -> Response {
    let error = AwsError::new(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. \
         Please send all future requests to this endpoint.",
    );
    let mut response = failure(&error, received, "");
    if let Ok(region) = bucket.region.parse() {
        response.headers_mut().insert("x-amz-bucket-region", region);
    }
    response
}

/// Whether the query holds nothing that selects another operation.
fn is_plain(received: &Received) -> bool {
    only(received, &[]).is_ok()
}

/// Refuses a query with more in it than the operation acts on.
pub(super) fn only(received: &Received, known: &[&str]) -> Result<(), AwsError> {
    let mut names = received.query.iter().map(|(name, _)| name.as_str());
    let more = |name: &str| name != "x-id" && !name.starts_with("X-Amz-") && !known.contains(&name);
    if names.any(more) {
        return Err(not_implemented(received));
    }
    Ok(())
}

fn not_implemented(received: &Received) -> AwsError {
    let query: Vec<&str> = received
        .query
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    AwsError::new(
        501,
        "NotImplemented",
        format!(
            "A header or query you provided implies functionality that is not implemented: \
             {} {} [{}]",
            received.method,
            received.path,
            query.join(", ")
        ),
    )
}

fn empty(status: u16) -> Response {
    reply::reply(status, None, &[], "")
}

fn document(xml: String) -> Response {
    reply::reply(200, Some("application/xml"), &[], xml)
}
