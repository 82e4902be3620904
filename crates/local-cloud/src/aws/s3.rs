//! S3: buckets and versioned objects.

use bytes::Bytes;

/// Every bucket of the account. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct S3 {}

impl S3 {
    /// The newest version of an object, for services that read code from S3.
    pub fn object(&self, _bucket: &str, _key: &str) -> Option<Bytes> {
        None
    }
}
