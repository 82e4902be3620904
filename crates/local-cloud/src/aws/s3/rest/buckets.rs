//! Requests to a bucket.

use axum::response::Response;
use http::Method;

use super::super::bucket::{Bucket, Versioning};
use super::super::configuration::{self, Kind};
use super::super::{S3, body, listing, no_such_bucket};
use super::{
    NAMESPACE, Target, check_owner, document, elsewhere, empty, is_plain, not_implemented, only,
};
use crate::aws::protocol::xml::Xml;
use crate::aws::protocol::{Received, reply};
use crate::base::error::AwsError;

pub(super) fn list_buckets(s3: &S3, received: &Received) -> Result<Response, AwsError> {
    match received.method {
        Method::GET => {
            only(
                received,
                &[
                    "bucket-region",
                    "continuation-token",
                    "max-buckets",
                    "prefix",
                ],
            )?;
            listing::buckets(s3.lock().iter(), received).map(document)
        }
        _ => Err(not_implemented(received)),
    }
}

pub(super) fn on_bucket(s3: &S3, target: &Target<'_>) -> Result<Response, AwsError> {
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
        only(received, &["location"])?;
        return Ok(document(location(bucket)));
    }
    if bucket.region != target.region {
        return Ok(elsewhere(bucket, received));
    }
    if let Some(kind) = Kind::of(&received.query) {
        only(received, &[kind.parameter])?;
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
        Method::GET if has("versioning") => {
            only(received, &["versioning"])?;
            Ok(document(versioning(bucket)))
        }
        Method::PUT if has("versioning") => {
            only(received, &["versioning"])?;
            bucket.versioning = configuration::versioning(&body::Upload::read(received)?.bytes)?;
            Ok(empty(200))
        }
        Method::GET if has("versions") => {
            listing::versions(target.bucket, bucket, received).map(document)
        }
        Method::GET if received.parameter("list-type") == Some("2") => {
            listing::objects(target.bucket, bucket, received).map(document)
        }
        Method::POST if has("delete") => {
            only(received, &["delete"])?;
            delete_many(s3, bucket, received)
        }
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
        configuration::only(document.root_element(), &["LocationConstraint"])?;
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

fn delete_many(s3: &S3, bucket: &mut Bucket, received: &Received) -> Result<Response, AwsError> {
    let upload = body::Upload::read(received)?;
    let text = std::str::from_utf8(&upload.bytes).map_err(|_| configuration::malformed_xml())?;
    let request = configuration::parse(text, "Delete")?;
    configuration::only(request.root_element(), &["Object", "Quiet"])?;
    let quiet = configuration::text_of(&request, "Quiet") == Some("true");
    let objects = || {
        let all = request.descendants();
        all.filter(|node| node.tag_name().name() == "Object")
    };
    for object in objects() {
        configuration::only(object, &["Key", "VersionId"])?;
    }
    let mut xml = Xml::document();
    xml.element_in("DeleteResult", Some(NAMESPACE), |xml| {
        for object in objects() {
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
            if quiet {
                continue;
            }
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
