//! A function's code: the zip, its size and its hash.

use std::fmt;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::invalid_parameter;
use crate::aws::s3::S3;
use crate::base::error::AwsError;

/// 50 MB zipped, when the zip is part of the request.
const LARGEST_UPLOAD: usize = 52_428_800;
/// 250 MB unzipped.
const LARGEST_UNZIPPED: u64 = 262_144_000;

/// Where the caller says that the code is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Source {
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    s3_object_version: Option<String>,
}

/// A deployment package. Clones share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) zip: Bytes,
    /// Base64 of the SHA-256 of the zip.
    pub(super) sha256: String,
}

impl Source {
    /// For `UpdateFunctionCode`, which has no `Code` around the same members.
    pub(super) fn new(
        zip_file: Option<String>,
        s3_bucket: Option<String>,
        s3_key: Option<String>,
        s3_object_version: Option<String>,
    ) -> Self {
        Self {
            zip_file,
            s3_bucket,
            s3_key,
            s3_object_version,
        }
    }

    /// Fetches and checks the package.
    pub(super) fn read(self, s3: &S3, region: &str) -> Result<Code, AwsError> {
        match (self.zip_file, self.s3_bucket, self.s3_key) {
            (Some(zip), None, None) => Code::new(uploaded(&zip)?),
            (None, Some(bucket), Some(key)) => {
                let version = self.s3_object_version.as_deref();
                let found = check_region(s3, &bucket, region)
                    .and_then(|()| s3.object_version(&bucket, &key, version));
                Code::new(found.map_err(|error| unavailable(&error))?)
            }
            _ => Err(invalid_parameter(
                "Please provide a source for function code: either ZipFile, or S3Bucket and S3Key.",
            )),
        }
    }
}

fn uploaded(base64: &str) -> Result<Bytes, AwsError> {
    let zip = STANDARD
        .decode(base64)
        .map_err(|_| AwsError::bad_request("SerializationException", "ZipFile is not base64."))?;
    if zip.len() > LARGEST_UPLOAD {
        return Err(AwsError::new(
            413,
            "RequestEntityTooLargeException",
            format!(
                "Request must be smaller than {LARGEST_UPLOAD} bytes for the CreateFunction operation"
            ),
        ));
    }
    Ok(zip.into())
}

/// Lambda reads code from its own region only.
fn check_region(s3: &S3, bucket: &str, region: &str) -> Result<(), AwsError> {
    let home = s3.bucket_region(bucket)?;
    if home == region {
        return Ok(());
    }
    Err(AwsError::new(
        301,
        "PermanentRedirect",
        format!(
            "The bucket is in this region: {home}. Please use this region to retry the request"
        ),
    ))
}

fn unavailable(error: &AwsError) -> AwsError {
    invalid_parameter(format!(
        "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
        error.code, error.message
    ))
}

impl Code {
    /// Checks that the bytes are a zip that Lambda would unpack.
    pub(super) fn new(zip: Bytes) -> Result<Self, AwsError> {
        let unreadable = |_| {
            invalid_parameter(
                "Could not unzip uploaded file. Please check your file, then try to upload again.",
            )
        };
        let mut archive = zip::ZipArchive::new(Cursor::new(&zip)).map_err(unreadable)?;
        if archive.is_empty() {
            return Err(invalid_parameter("Uploaded file must be a non-empty zip"));
        }
        let mut unzipped: u64 = 0;
        for index in 0..archive.len() {
            let size = archive.by_index(index).map_err(unreadable)?.size();
            unzipped = unzipped.saturating_add(size);
        }
        if unzipped > LARGEST_UNZIPPED {
            return Err(invalid_parameter(format!(
                "Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes"
            )));
        }
        let sha256 = STANDARD.encode(Sha256::digest(&zip));
        Ok(Self { zip, sha256 })
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code")
            .field("sha256", &self.sha256)
            .field("bytes", &self.zip.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_zip_is_refused() {
        let error = Code::new(Bytes::from_static(b"#!/bin/sh")).unwrap_err();
        assert!(error.message.starts_with("Could not unzip"), "{error}");

        let mut empty = Cursor::new(Vec::new());
        zip::ZipWriter::new(&mut empty).finish().unwrap();
        let error = Code::new(empty.into_inner().into()).unwrap_err();
        assert_eq!(error.message, "Uploaded file must be a non-empty zip");
    }

    #[test]
    fn a_missing_object_is_s3s_error() {
        let source = Source::new(None, Some("bucket".into()), Some("key".into()), None);
        let error = source.read(&S3::default(), "us-east-1").unwrap_err();
        assert!(
            error.message.contains("S3 Error Code: NoSuchBucket"),
            "{error}"
        );
    }
}
