//! Requests to one object.

use axum::response::Response;
use http::Method;

use super::super::bucket::{Bucket, Deleted, Versioning};
use super::super::object::{NewObject, Object, Version};
use super::super::{S3, body, no_such_bucket};
use super::{Target, check_owner, elsewhere, not_implemented};
use crate::AwsError;
use crate::aws::protocol::{Received, reply};

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
    let known = ["versionId", "x-id"];
    let plain = received.query.iter().all(|(name, _)| {
        known.contains(&name.as_str())
            || name.starts_with("X-Amz-")
            || name.starts_with("response-")
    });
    if !plain || received.header("x-amz-copy-source").is_some() {
        return Err(not_implemented(received));
    }
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
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
fn check_conditions(bucket: &Bucket, key: &str, received: &Received) -> Result<(), AwsError> {
    let current = bucket.current(key);
    match received.header("if-none-match") {
        Some("*") if current.is_some() => return Err(precondition_failed()),
        Some("*") | None => {}
        Some(_) => return Err(not_implemented(received)),
    }
    match (received.header("if-match"), current) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(AwsError::new(
            404,
            "NoSuchKey",
            "The specified key does not exist.",
        )),
        (Some(expected), Some(object)) if same_etag(expected, object) => Ok(()),
        (Some(_), Some(_)) => Err(precondition_failed()),
    }
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
        return Err(precondition_failed());
    }
    if received
        .header("if-none-match")
        .is_some_and(|etag| same_etag(etag, object))
    {
        return Err(AwsError::new(304, "NotModified", "Not Modified"));
    }
    if received.header("range").is_some() {
        return Err(not_implemented(received));
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

fn precondition_failed() -> AwsError {
    AwsError::new(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
}
