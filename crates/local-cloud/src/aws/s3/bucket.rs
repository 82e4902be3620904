//! One bucket: its configuration and the versions of its objects.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::object::{Object, Version};
use crate::base::error::AwsError;

/// Whether old versions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioning {
    Never,
    Enabled,
    Suspended,
}

#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) region: String,
    pub(super) created: Timestamp,
    pub(super) versioning: Versioning,
    /// Documents by the query parameter that addresses them, such as `encryption`.
    pub(super) configuration: BTreeMap<&'static str, String>,
    /// Versions by key, oldest first.
    objects: BTreeMap<String, Vec<Version>>,
}

/// What a deletion did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Deleted {
    pub(super) version_id: Option<String>,
    pub(super) marker: bool,
}

pub(super) fn no_such_key(key: &str) -> AwsError {
    AwsError::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

impl Bucket {
    pub(super) fn new(region: &str, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            created: now,
            versioning: Versioning::Never,
            configuration: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.values().all(Vec::is_empty)
    }

    /// The versions of every key, oldest first.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&str, &[Version])> {
        self.objects
            .iter()
            .filter(|(_, versions)| !versions.is_empty())
            .map(|(key, versions)| (key.as_str(), versions.as_slice()))
    }

    /// The current object, unless it is absent or deleted.
    pub(super) fn current(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)?.last()?.as_object()
    }

    /// The object that a read means.
    pub(super) fn read(&self, key: &str, version: Option<&str>) -> Result<&Object, AwsError> {
        let Some(id) = version else {
            return self.current(key).ok_or_else(|| no_such_key(key));
        };
        let found = self
            .objects
            .get(key)
            .and_then(|versions| versions.iter().find(|version| version.id() == id))
            .ok_or_else(|| {
                AwsError::new(
                    404,
                    "NoSuchVersion",
                    "The specified version does not exist.",
                )
            })?;
        found.as_object().ok_or_else(|| {
            AwsError::new(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            )
        })
    }

    /// Adds a version, in place of the null version where versions are not kept; answers its id.
    pub(super) fn write(&mut self, key: &str, mut version: Version) -> Option<String> {
        let id = self.next_id();
        version.set_id(id.clone());
        let versions = self.objects.entry(key.to_owned()).or_default();
        if id.is_none() {
            versions.retain(|version| !version.is_null());
        }
        versions.push(version);
        id.or_else(|| (self.versioning == Versioning::Suspended).then(|| "null".to_owned()))
    }

    /// Deletes a version for good, or puts a delete marker on top.
    pub(super) fn delete(&mut self, key: &str, version: Option<&str>, now: Timestamp) -> Deleted {
        if let Some(id) = version {
            let Some(versions) = self.objects.get_mut(key) else {
                return Deleted::default();
            };
            let position = versions.iter().position(|version| version.id() == id);
            let marker = position.is_some_and(|index| versions[index].as_object().is_none());
            if let Some(index) = position {
                versions.remove(index);
            }
            return Deleted {
                version_id: Some(id.to_owned()),
                marker,
            };
        }
        if self.versioning == Versioning::Never {
            self.objects.remove(key);
            return Deleted::default();
        }
        Deleted {
            version_id: self.write(key, Version::delete_marker(now)),
            marker: true,
        }
    }

    fn next_id(&self) -> Option<String> {
        (self.versioning == Versioning::Enabled).then(|| Uuid::new_v4().simple().to_string())
    }
}
