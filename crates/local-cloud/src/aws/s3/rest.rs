//! The REST API: which operation a request is, and its answer.

use axum::response::Response;
use http::Method;
use uuid::Uuid;

use super::super::protocol::xml::Xml;
use super::super::protocol::{Received, decode, reply};
use super::bucket::{Bucket, Deleted, Versioning};
use super::configuration::{self, Kind};
use super::object::{NewObject, Object, Version};
use super::{S3, body, listing, no_such_bucket};
use crate::{ACCOUNT_ID, AwsError};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Request headers that are stored with an object and come back with it.
const KEPT_HEADERS: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-language",
    "content-type",
    "expires",
];

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
    let answer = if bucket.is_empty() {
        list_buckets(s3, received)
    } else if target.key.is_empty() {
        on_bucket(s3, &target)
    } else {
        on_object(s3, &target)
    };
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
            .leaf("Message", &error.message)
            .leaf("Resource", &received.path)
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

fn list_buckets(s3: &S3, received: &Received) -> Result<Response, AwsError> {
    match received.method {
        Method::GET => Ok(document(listing::buckets(s3.lock().iter()))),
        _ => Err(not_implemented(received)),
    }
}

fn on_bucket(s3: &S3, target: &Target<'_>) -> Result<Response, AwsError> {
    let received = target.received;
    let has = |name: &str| received.parameter(name).is_some();
    check_owner(received)?;
    if received.method == Method::PUT && is_plain(received) {
        return create_bucket(s3, target);
    }
    let mut buckets = s3.lock();
    let Some(bucket) = buckets.get_mut(target.bucket) else {
        return Err(no_such_bucket(target.bucket));
    };
    if received.method == Method::GET && has("location") {
        return Ok(document(location(bucket)));
    }
    if bucket.region != target.region {
        return Ok(elsewhere(bucket, received));
    }
    if let Some(kind) = Kind::of(&received.query) {
        return match received.method {
            Method::GET => Ok(reply::reply(
                200,
                Some(kind.content_type()),
                &[],
                kind.get(bucket)?,
            )),
            Method::PUT => {
                kind.put(bucket, &body::Upload::read(received)?.bytes)?;
                Ok(empty(200))
            }
            Method::DELETE => {
                kind.delete(bucket);
                Ok(empty(204))
            }
            _ => Err(not_implemented(received)),
        };
    }
    match received.method {
        Method::HEAD if is_plain(received) => {
            let headers = [("x-amz-bucket-region", bucket.region.as_str())];
            Ok(reply::reply(200, Some("application/xml"), &headers, ""))
        }
        Method::GET if has("versioning") => Ok(document(versioning(bucket))),
        Method::PUT if has("versioning") => {
            bucket.versioning = configuration::versioning(&body::Upload::read(received)?.bytes)?;
            Ok(empty(200))
        }
        Method::GET if has("versions") => {
            listing::versions(target.bucket, bucket, received).map(document)
        }
        Method::GET if received.parameter("list-type") == Some("2") => {
            listing::objects(target.bucket, bucket, received).map(document)
        }
        Method::POST if has("delete") => delete_many(s3, bucket, received),
        Method::DELETE if is_plain(received) => {
            if !bucket.is_empty() {
                return Err(AwsError::new(
                    409,
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty",
                ));
            }
            buckets.remove(target.bucket);
            Ok(empty(204))
        }
        _ => Err(not_implemented(received)),
    }
}

fn on_object(s3: &S3, target: &Target<'_>) -> Result<Response, AwsError> {
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

fn delete_many(s3: &S3, bucket: &mut Bucket, received: &Received) -> Result<Response, AwsError> {
    let upload = body::Upload::read(received)?;
    let text = std::str::from_utf8(&upload.bytes).map_err(|_| configuration::malformed_xml())?;
    let request = configuration::parse(text, "Delete")?;
    let mut xml = Xml::document();
    xml.element_in("DeleteResult", Some(NAMESPACE), |xml| {
        for object in request
            .descendants()
            .filter(|node| node.tag_name().name() == "Object")
        {
            let child = |name: &str| {
                object
                    .children()
                    .find(|node| node.tag_name().name() == name)
                    .and_then(|node| node.text())
            };
            let (Some(key), version) = (child("Key"), child("VersionId")) else {
                continue;
            };
            let deleted = bucket.delete(key, version, s3.now());
            xml.element("Deleted", |xml| {
                xml.leaf("Key", key).optional("VersionId", version);
                if deleted.marker {
                    xml.leaf("DeleteMarker", "true")
                        .optional("DeleteMarkerVersionId", deleted.version_id.as_deref());
                }
            });
        }
    });
    Ok(document(xml.into_string()))
}

fn create_bucket(s3: &S3, target: &Target<'_>) -> Result<Response, AwsError> {
    check_bucket_name(target.bucket)?;
    let upload = body::Upload::read(target.received)?;
    let region = requested_region(&upload.bytes, target.region)?;
    let now = s3.now();
    let mut buckets = s3.lock();
    // In us-east-1 creating one's own bucket again succeeds, for historical reasons.
    if let Some(existing) = buckets.get(target.bucket)
        && (existing.region != "us-east-1" || region != "us-east-1")
    {
        return Err(AwsError::new(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        ));
    }
    buckets
        .entry(target.bucket.to_owned())
        .or_insert_with(|| Bucket::new(region, now));
    let location = format!("/{}", target.bucket);
    Ok(reply::reply(200, None, &[("Location", &location)], ""))
}

fn requested_region<'region>(body: &[u8], region: &'region str) -> Result<&'region str, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| configuration::malformed_xml())?;
    let constraint = if text.trim().is_empty() {
        None
    } else {
        let document = configuration::parse(text, "CreateBucketConfiguration")?;
        configuration::text_of(&document, "LocationConstraint").map(str::to_owned)
    };
    match constraint.as_deref() {
        None if region == "us-east-1" => Ok(region),
        None => Err(AwsError::bad_request(
            "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific endpoint \
             this request was sent to.",
        )),
        Some("us-east-1") => Err(AwsError::bad_request(
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        )),
        Some(constraint) if constraint == region => Ok(region),
        Some(constraint) => Err(AwsError::bad_request(
            "IllegalLocationConstraintException",
            format!(
                "The {constraint} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
        )),
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn check_bucket_name(name: &str) -> Result<(), AwsError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let valid = (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| allowed(*byte) || matches!(byte, b'-' | b'.'))
        && bytes.first().copied().is_some_and(allowed)
        && bytes.last().copied().is_some_and(allowed)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err();
    if valid {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "InvalidBucketName",
        "The specified bucket is not valid.",
    ))
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

fn location(bucket: &Bucket) -> String {
    let mut xml = Xml::document();
    xml.element_in("LocationConstraint", Some(NAMESPACE), |xml| {
        // us-east-1 is the absence of a constraint.
        if bucket.region != "us-east-1" {
            xml.raw(&bucket.region);
        }
    });
    xml.into_string()
}

fn versioning(bucket: &Bucket) -> String {
    let status = match bucket.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    let mut xml = Xml::document();
    xml.element_in("VersioningConfiguration", Some(NAMESPACE), |xml| {
        xml.optional("Status", status);
    });
    xml.into_string()
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

/// Whether the query holds nothing that selects another operation.
fn is_plain(received: &Received) -> bool {
    received
        .query
        .iter()
        .all(|(name, _)| name == "x-id" || name.starts_with("X-Amz-"))
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
