//! One version of an object.

use bytes::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};

use super::hex;

/// What is stored.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    /// With its quotes, as HTTP has it.
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    /// Headers that come back with the object: content type, `x-amz-meta-…`, checksums.
    pub(super) headers: Vec<(String, String)>,
    pub(super) version_id: Option<String>,
}

/// What is about to be stored.
#[derive(Debug)]
pub(super) struct NewObject {
    pub(super) bytes: Bytes,
    pub(super) headers: Vec<(String, String)>,
}

/// An object or the mark that it was deleted.
#[derive(Debug, Clone)]
pub(super) enum Version {
    Object(Object),
    DeleteMarker {
        modified: Timestamp,
        version_id: Option<String>,
    },
}

impl Version {
    pub(super) fn object(new: NewObject, now: Timestamp) -> Self {
        Self::Object(Object {
            etag: etag(&new.bytes),
            bytes: new.bytes,
            modified: now,
            headers: new.headers,
            version_id: None,
        })
    }

    pub(super) fn delete_marker(now: Timestamp) -> Self {
        Self::DeleteMarker {
            modified: now,
            version_id: None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::DeleteMarker { .. } => None,
        }
    }

    pub(super) fn modified(&self) -> Timestamp {
        match self {
            Self::Object(object) => object.modified,
            Self::DeleteMarker { modified, .. } => *modified,
        }
    }

    /// The id as the API shows it: `null` where versions were not kept.
    pub(super) fn id(&self) -> &str {
        self.version_id().unwrap_or("null")
    }

    pub(super) fn is_null(&self) -> bool {
        self.version_id().is_none()
    }

    pub(super) fn set_id(&mut self, id: Option<String>) {
        match self {
            Self::Object(object) => object.version_id = id,
            Self::DeleteMarker { version_id, .. } => *version_id = id,
        }
    }

    fn version_id(&self) -> Option<&str> {
        match self {
            Self::Object(object) => object.version_id.as_deref(),
            Self::DeleteMarker { version_id, .. } => version_id.as_deref(),
        }
    }
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(&Md5::digest(bytes)))
}
