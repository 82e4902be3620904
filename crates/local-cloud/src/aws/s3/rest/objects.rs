//! Requests to one object.

use axum::response::Response;
use http::Method;

use super::super::bucket::{Bucket, Deleted, Versioning, no_such_key};
use super::super::object::{NewObject, Object, Version};
use super::super::{S3, body, no_such_bucket};
use super::{Target, check_owner, elsewhere, headers, not_implemented, only};
use crate::aws::protocol::{Received, reply};
use crate::base::error::AwsError;

/// Request headers that are stored with an object and come back with it.
const KEPT_HEADERS: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-language",
    "content-type",
    "expires",
];

pub(super) fn on_object(s3: &S3, target: &Target<'_>) -> Result<Response, AwsError> {
    let received = target.received;
    check_owner(received)?;
    let upload = match received.method {
        Method::PUT => Some(body::Upload::read(received)?),
        _ => None,
    };
    let mut buckets = s3.lock();
    let Some(bucket) = buckets.get_mut(target.bucket) else {
        return Err(no_such_bucket(target.bucket));
    };
    if bucket.region != target.region {
        return Ok(elsewhere(bucket, received));
    }
    only(received, &["versionId"])?;
    let version = received.parameter("versionId");
    match (&received.method, upload) {
        (&Method::GET | &Method::HEAD, _) => get_object(
            bucket.read(&target.key, version)?,
            bucket.versioning,
            received,
        ),
        (&Method::PUT, Some(upload)) => put_object(s3, bucket, target, upload),
        (&Method::DELETE, _) => {
            check_conditions(bucket, &target.key, received)?;
            let deleted = bucket.delete(&target.key, version, s3.now());
            Ok(reply::reply(204, None, &deletion_headers(&deleted), ""))
        }
        _ => Err(not_implemented(received)),
    }
}

fn put_object(
    s3: &S3,
    bucket: &mut Bucket,
    target: &Target<'_>,
    upload: body::Upload,
) -> Result<Response, AwsError> {
    let received = target.received;
    if target.key.len() > 1024 {
        return Err(AwsError::bad_request(
            "KeyTooLongError",
            "Your key is too long",
        ));
    }
    check_conditions(bucket, &target.key, received)?;
    let mut headers: Vec<(String, String)> = received
        .headers
        .iter()
        .filter(|(name, _)| {
            KEPT_HEADERS.contains(&name.as_str()) || name.as_str().starts_with("x-amz-meta-")
        })
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    headers.extend(content_encoding(received));
    headers.extend(upload.checksums.iter().cloned());
    let version = Version::object(
        NewObject {
            bytes: upload.bytes,
            headers,
        },
        s3.now(),
    );
    let etag = version
        .as_object()
        .map(|object| object.etag.clone())
        .unwrap_or_default();
    let version_id = bucket.write(&target.key, version);
    let mut answer: Vec<(&str, &str)> =
        vec![("ETag", &etag), ("x-amz-server-side-encryption", "AES256")];
    if let Some(id) = &version_id {
        answer.push(("x-amz-version-id", id));
    }
    for (name, value) in &upload.checksums {
        answer.push((name, value));
    }
    Ok(reply::reply(200, None, &answer, ""))
}

/// `If-None-Match: *` writes only where nothing is, `If-Match` only over what was read.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>, and for the errors
/// the recordings of LocalStack's `TestS3ObjectWritePrecondition`.
fn check_conditions(bucket: &Bucket, key: &str, received: &Received) -> Result<(), AwsError> {
    let current = bucket.current(key);
    let conditions = (
        received.header("if-match"),
        received.header("if-none-match"),
    );
    match conditions {
        (Some(_), Some(_)) => Err(headers::unknown("If-Match,If-None-Match").with(
            "additionalMessage",
            "Multiple conditional request headers present in the request",
        )),
        // Deleting takes it for "whatever it is now".
        (Some("*"), None) if received.method == Method::DELETE && current.is_some() => Ok(()),
        (Some("*"), None) if received.method == Method::PUT => {
            Err(headers::value_not_accepted("If-Match"))
        }
        (Some(expected), None) => match current {
            None => Err(no_such_key(key)),
            Some(object) if same_etag(expected, object) => Ok(()),
            Some(_) => Err(precondition_failed("If-Match")),
        },
        (None, Some("*")) if current.is_some() => Err(precondition_failed("If-None-Match")),
        (None, None | Some("*")) => Ok(()),
        (None, Some(_)) => Err(headers::value_not_accepted("If-None-Match")),
    }
}

/// The encoding of an object, without the one that only frames the upload.
fn content_encoding(received: &Received) -> Option<(String, String)> {
    let encodings = received.header("content-encoding")?.split(',');
    let kept: Vec<&str> = encodings
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| ("content-encoding".to_owned(), kept.join(",")))
}

fn get_object(
    object: &Object,
    versioning: Versioning,
    received: &Received,
) -> Result<Response, AwsError> {
    if received
        .header("if-match")
        .is_some_and(|etag| !same_etag(etag, object))
    {
        return Err(precondition_failed("If-Match"));
    }
    if received
        .header("if-none-match")
        .is_some_and(|etag| same_etag(etag, object))
    {
        return Err(AwsError::new(304, "NotModified", "Not Modified"));
    }
    let modified = object
        .modified
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let length = object.bytes.len().to_string();
    let mut headers: Vec<(&str, &str)> = vec![
        ("ETag", &object.etag),
        ("Last-Modified", &modified),
        ("Accept-Ranges", "bytes"),
        ("x-amz-server-side-encryption", "AES256"),
    ];
    if versioning != Versioning::Never {
        headers.push((
            "x-amz-version-id",
            object.version_id.as_deref().unwrap_or("null"),
        ));
    }
    let with_checksums = received.header("x-amz-checksum-mode") == Some("ENABLED");
    headers.extend(
        object
            .headers
            .iter()
            .filter(|(name, _)| with_checksums || !name.starts_with("x-amz-checksum-"))
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    if !object
        .headers
        .iter()
        .any(|(name, _)| name == "content-type")
    {
        headers.push(("content-type", "binary/octet-stream"));
    }
    if received.method == Method::HEAD {
        headers.push(("content-length", &length));
        return Ok(reply::reply(200, None, &headers, ""));
    }
    Ok(reply::reply(200, None, &headers, object.bytes.clone()))
}

fn deletion_headers(deleted: &Deleted) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    if deleted.marker {
        headers.push(("x-amz-delete-marker", "true"));
    }
    if let Some(id) = &deleted.version_id {
        headers.push(("x-amz-version-id", id.as_str()));
    }
    headers
}

fn same_etag(given: &str, object: &Object) -> bool {
    given.trim_matches('"') == object.etag.trim_matches('"')
}

fn precondition_failed(condition: &str) -> AwsError {
    AwsError::new(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
    .with("Condition", condition)
}
