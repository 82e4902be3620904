//! S3: buckets and versioned objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

mod body;
mod bucket;
mod checksum;
mod configuration;
mod listing;
mod object;
pub(crate) mod rest;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use self::bucket::Bucket;
use crate::base::clock::Clock;
use crate::base::error::AwsError;

/// Every bucket of the account. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct S3 {
    clock: Clock,
    buckets: Arc<Mutex<BTreeMap<String, Bucket>>>,
}

impl S3 {
    /// No buckets yet.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            buckets: Arc::default(),
        }
    }

    /// One version of an object, or the newest; refused as S3 refuses it.
    pub(crate) fn object_version(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Bytes, AwsError> {
        let buckets = self.lock();
        let bucket = buckets.get(bucket).ok_or_else(|| no_such_bucket(bucket))?;
        Ok(bucket.read(key, version)?.bytes.clone())
    }

    /// The region of a bucket.
    pub(crate) fn bucket_region(&self, bucket: &str) -> Result<String, AwsError> {
        let buckets = self.lock();
        let found = buckets.get(bucket).ok_or_else(|| no_such_bucket(bucket))?;
        Ok(found.region.clone())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_such_bucket(_bucket: &str) -> AwsError {
    AwsError::new(404, "NoSuchBucket", "The specified bucket does not exist")
}

/// Bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
