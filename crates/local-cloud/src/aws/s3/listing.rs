//! Lists of objects and versions, page by page.

use jiff::Timestamp;
use local_access::ACCOUNT_ID;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::protocol::Received;
use super::super::protocol::xml::Xml;
use super::bucket::Bucket;
use super::object::Version;
use super::rest::only;
use crate::base::error::AwsError;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const LARGEST_PAGE: usize = 1000;
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>
const MOST_BUCKETS: usize = 10_000;
/// What `encoding-type=url` leaves alone.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

/// What both lists are asked for.
struct Wanted<'request> {
    prefix: &'request str,
    delimiter: Option<&'request str>,
    size: usize,
    encoded: bool,
}

impl<'request> Wanted<'request> {
    fn of(received: &'request Received) -> Result<Self, AwsError> {
        Ok(Self {
            prefix: received.parameter("prefix").unwrap_or_default(),
            delimiter: received
                .parameter("delimiter")
                .filter(|text| !text.is_empty()),
            size: page_size(received, "max-keys", LARGEST_PAGE)?,
            encoded: received.parameter("encoding-type") == Some("url"),
        })
    }

    fn encode(&self, text: &str) -> String {
        if self.encoded {
            utf8_percent_encode(text, KEPT).to_string()
        } else {
            text.to_owned()
        }
    }

    /// The common prefix that a key is hidden behind.
    fn common_prefix(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter?;
        let rest = key.strip_prefix(self.prefix)?;
        let end = rest.find(delimiter)? + delimiter.len();
        Some(format!("{}{}", self.prefix, &rest[..end]))
    }

    fn echo(&self, xml: &mut Xml) {
        xml.leaf("Prefix", self.encode(self.prefix))
            .optional("Delimiter", self.delimiter.map(|text| self.encode(text)))
            .leaf("MaxKeys", self.size.to_string())
            .optional("EncodingType", self.encoded.then_some("url"));
    }
}

fn page_size(received: &Received, name: &str, largest: usize) -> Result<usize, AwsError> {
    let Some(text) = received.parameter(name) else {
        return Ok(largest);
    };
    let size = text.parse::<usize>().map_err(|_| {
        AwsError::bad_request(
            "InvalidArgument",
            format!("Provided {name} not an integer or within integer range"),
        )
    })?;
    Ok(size.min(largest))
}

/// `ListObjectsV2`.
pub(super) fn objects(
    name: &str,
    bucket: &Bucket,
    received: &Received,
) -> Result<String, AwsError> {
    only(
        received,
        &[
            "continuation-token",
            "delimiter",
            "encoding-type",
            "list-type",
            "max-keys",
            "prefix",
            "start-after",
        ],
    )?;
    let wanted = Wanted::of(received)?;
    // The token is opaque to clients; here it is the last key of the page before.
    let after = received
        .parameter("continuation-token")
        .or(received.parameter("start-after"))
        .unwrap_or_default();
    let mut entries: Vec<(String, Option<&str>)> = bucket
        .versions()
        .map(|(key, _)| key)
        .filter(|key| key.starts_with(wanted.prefix) && bucket.current(key).is_some())
        .map(|key| match wanted.common_prefix(key) {
            Some(prefix) => (prefix, None),
            None => (key.to_owned(), Some(key)),
        })
        .filter(|(entry, _)| entry.as_str() > after)
        .collect();
    entries.dedup();
    let truncated = entries.len() > wanted.size;
    entries.truncate(wanted.size);
    let next = entries
        .last()
        .filter(|_| truncated)
        .map(|(entry, _)| entry.clone());

    let mut xml = Xml::document();
    xml.element_in("ListBucketResult", Some(NAMESPACE), |xml| {
        xml.leaf("Name", name);
        wanted.echo(xml);
        xml.leaf("KeyCount", entries.len().to_string())
            .leaf("IsTruncated", truncated.to_string())
            .optional(
                "ContinuationToken",
                received.parameter("continuation-token"),
            )
            .optional("NextContinuationToken", next);
        for (entry, key) in &entries {
            match key.and_then(|key| bucket.current(key)) {
                Some(object) => {
                    xml.element("Contents", |xml| {
                        xml.leaf("Key", wanted.encode(entry))
                            .leaf("LastModified", iso(object.modified))
                            .leaf("ETag", &object.etag)
                            .leaf("Size", object.bytes.len().to_string())
                            .leaf("StorageClass", "STANDARD");
                    });
                }
                None => {
                    xml.element("CommonPrefixes", |xml| {
                        xml.leaf("Prefix", wanted.encode(entry));
                    });
                }
            }
        }
    });
    Ok(xml.into_string())
}

/// `ListObjectVersions`: newest version first.
pub(super) fn versions(
    name: &str,
    bucket: &Bucket,
    received: &Received,
) -> Result<String, AwsError> {
    only(
        received,
        &[
            "encoding-type",
            "key-marker",
            "max-keys",
            "prefix",
            "version-id-marker",
            "versions",
        ],
    )?;
    let wanted = Wanted::of(received)?;
    let marker = (
        received.parameter("key-marker").unwrap_or_default(),
        received.parameter("version-id-marker"),
    );
    let mut passed = marker.0.is_empty();
    let mut entries: Vec<(&str, &Version, bool)> = Vec::new();
    for (key, versions) in bucket.versions() {
        for (age, version) in versions.iter().rev().enumerate() {
            if passed {
                if key.starts_with(wanted.prefix) {
                    entries.push((key, version, age == 0));
                }
            } else {
                passed = key > marker.0 || (key == marker.0 && marker.1 == Some(version.id()));
                if key > marker.0 && key.starts_with(wanted.prefix) {
                    entries.push((key, version, age == 0));
                }
            }
        }
    }
    let truncated = entries.len() > wanted.size;
    entries.truncate(wanted.size);
    let next = entries.last().copied().filter(|_| truncated);

    let mut xml = Xml::document();
    xml.element_in("ListVersionsResult", Some(NAMESPACE), |xml| {
        xml.leaf("Name", name);
        wanted.echo(xml);
        xml.leaf("KeyMarker", wanted.encode(marker.0))
            .leaf("IsTruncated", truncated.to_string())
            .optional("NextKeyMarker", next.map(|(key, ..)| wanted.encode(key)))
            .optional(
                "NextVersionIdMarker",
                next.map(|(_, version, _)| version.id()),
            );
        for (key, version, latest) in &entries {
            let element = match version {
                Version::Object(_) => "Version",
                Version::DeleteMarker { .. } => "DeleteMarker",
            };
            xml.element(element, |xml| {
                xml.leaf("Key", wanted.encode(key))
                    .leaf("VersionId", version.id())
                    .leaf("IsLatest", latest.to_string())
                    .leaf("LastModified", iso(version.modified()));
                if let Some(object) = version.as_object() {
                    xml.leaf("ETag", &object.etag)
                        .leaf("Size", object.bytes.len().to_string())
                        .leaf("StorageClass", "STANDARD");
                }
                owner(xml);
            });
        }
    });
    Ok(xml.into_string())
}

/// `ListBuckets`.
pub(super) fn buckets<'bucket>(
    buckets: impl Iterator<Item = (&'bucket String, &'bucket Bucket)>,
    received: &Received,
) -> Result<String, AwsError> {
    let size = page_size(received, "max-buckets", MOST_BUCKETS)?;
    let after = received.parameter("continuation-token");
    let prefix = received.parameter("prefix").unwrap_or_default();
    let region = received.parameter("bucket-region");
    let mut found: Vec<_> = buckets
        .filter(|(name, _)| name.starts_with(prefix))
        .filter(|(name, _)| after.is_none_or(|after| name.as_str() > after))
        .filter(|(_, bucket)| region.is_none_or(|region| region == bucket.region))
        .collect();
    let truncated = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| truncated).map(|(name, _)| *name);
    let mut xml = Xml::document();
    xml.element_in("ListAllMyBucketsResult", Some(NAMESPACE), |xml| {
        xml.element("Buckets", |xml| {
            for (name, bucket) in &found {
                xml.element("Bucket", |xml| {
                    xml.leaf("Name", name)
                        .leaf("CreationDate", iso(bucket.created))
                        .leaf("BucketRegion", &bucket.region);
                });
            }
        });
        owner(xml);
        xml.optional("ContinuationToken", next);
    });
    Ok(xml.into_string())
}

fn owner(xml: &mut Xml) {
    xml.element("Owner", |xml| {
        xml.leaf("ID", format!("{ACCOUNT_ID:0>64}"));
    });
}

/// A time in a document.
pub(super) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
