//! The outcome of what SMAPI does after it has answered.

use std::collections::BTreeMap;
use std::fmt;

use http::Method;
use models::ids::SkillId;
use serde::Deserialize;
use serde_json::Value;

use crate::transport::Request;
use crate::{Client, ETag, Error, Operation};

/// How far an import, or one resource, has come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Status {
    /// Not there yet.
    InProgress,
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Undone after another resource failed.
    RollbackSucceeded,
    /// Could not be undone.
    RollbackFailed,
    /// Not attempted.
    Skipped,
    /// One that this client does not know.
    #[serde(untagged)]
    Other(String),
}

impl Status {
    /// Whether it is worth asking again.
    pub fn is_in_progress(&self) -> bool {
        *self == Self::InProgress
    }

    /// Whether it is done.
    pub fn is_success(&self) -> bool {
        *self == Self::Succeeded
    }
}

/// An error or a warning about a resource.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Notice {
    /// Such as `INVALID_STRING_PATTERN`, where there is one.
    #[serde(default)]
    pub code: Option<String>,
    /// The service's own sentence.
    #[serde(default)]
    pub message: String,
    /// What exactly is meant, for machines.
    #[serde(default)]
    pub validation_details: Option<Value>,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The last change of one resource, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceStatus {
    /// How far the last change has come; `None` if there was none.
    pub status: Option<Status>,
    /// The version of the last change that succeeded.
    pub etag: Option<ETag>,
    /// Why it failed.
    pub errors: Vec<Notice>,
    /// What should be looked at.
    pub warnings: Vec<Notice>,
}

/// The state of a skill's development stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SkillStatus {
    /// Of the manifest.
    #[serde(default)]
    pub manifest: Option<ResourceStatus>,
    /// Of each interaction model, by locale.
    #[serde(default)]
    pub interaction_model: BTreeMap<String, ResourceStatus>,
}

impl SkillStatus {
    /// Whether any resource is still being worked on.
    pub fn is_in_progress(&self) -> bool {
        let resources = self.manifest.iter().chain(self.interaction_model.values());
        let mut statuses = resources.filter_map(|resource| resource.status.as_ref());
        statuses.any(Status::is_in_progress)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireResource {
    last_update_request: Option<WireUpdate>,
    e_tag: Option<ETag>,
}

#[derive(Deserialize)]
struct WireUpdate {
    status: Option<Status>,
    #[serde(default)]
    errors: Vec<Notice>,
    #[serde(default)]
    warnings: Vec<Notice>,
}

impl<'de> Deserialize<'de> for ResourceStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WireResource {
            last_update_request,
            e_tag: etag,
        } = WireResource::deserialize(deserializer)?;
        let (status, errors, warnings) = match last_update_request {
            Some(last) => (last.status, last.errors, last.warnings),
            None => Default::default(),
        };
        Ok(Self {
            status,
            etag,
            errors,
            warnings,
        })
    }
}

impl Client {
    /// The state of a skill's development stage.
    pub async fn skill_status(&self, skill: &SkillId) -> Result<SkillStatus, Error> {
        let url = self.url(["v1", "skills", skill.as_str(), "status"]);
        let request = Request::new(Operation::GetSkillStatus, Method::GET, url);
        self.send(request).await?.json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_what_it_does_not_know() {
        let status: SkillStatus = serde_json::from_str(
            r#"{
                "manifest": {"eTag": "e1", "lastUpdateRequest": {
                    "status": "FAILED", "version": "1",
                    "errors": [{"code": "INVALID_STRING_PATTERN", "message": "No.", "more": 1}]}},
                "interactionModel": {"en-US": {"lastUpdateRequest": {
                    "status": "DREAMING", "buildDetails": {"steps": []}}}, "de-DE": {}},
                "hostedSkillDeployment": {}
            }"#,
        )
        .unwrap();
        let manifest = status.manifest.as_ref().unwrap();
        assert_eq!(manifest.status, Some(Status::Failed));
        assert_eq!(manifest.etag, Some(ETag::new("e1")));
        assert_eq!(
            manifest.errors[0].to_string(),
            "INVALID_STRING_PATTERN: No."
        );
        let model = &status.interaction_model["en-US"];
        assert_eq!(model.status, Some(Status::Other("DREAMING".to_owned())));
        assert!(!status.is_in_progress());
    }
}
