//! Skill packages: upload, import, outcome
//! ([operations](https://developer.amazon.com/docs/smapi/skill-package-api-reference.html)).

use std::fmt;

use bytes::Bytes;
use http::Method;
use models::ids::SkillId;
use models::secure_url::SecureUrl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::transport::Request;
use crate::{Client, ETag, Error, Notice, Operation, Status};

/// A place to upload one package to. Who knows the URL can write there.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    upload_url: SecureUrl,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").finish_non_exhaustive()
    }
}

/// The id of an import.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(String);

impl ImportId {
    /// An id as the service gave it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportStatus {
    /// Of the whole import. Only [`Status::Succeeded`] means that the skill is as imported.
    pub status: Status,
    /// The skill; may be known although the import failed.
    pub skill_id: Option<SkillId>,
    /// The skill's version after the import.
    pub etag: Option<ETag>,
    /// Of the manifest, each interaction model and so on.
    pub resources: Vec<ResourceImport>,
    /// What is wrong with the package as a whole.
    pub errors: Vec<Notice>,
    /// What should be looked at in the package as a whole.
    pub warnings: Vec<Notice>,
}

/// How far one resource of an import has come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ResourceImport {
    /// Such as `Manifest` or `InteractionModel.en-US`.
    #[serde(default)]
    pub name: String,
    /// `CREATE` or `UPDATE`.
    #[serde(default)]
    pub action: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// Why it failed.
    #[serde(default)]
    pub errors: Vec<Notice>,
    /// What should be looked at.
    #[serde(default)]
    pub warnings: Vec<Notice>,
}

#[derive(Deserialize)]
struct WireImport {
    status: Status,
    #[serde(default)]
    errors: Vec<Notice>,
    #[serde(default)]
    warnings: Vec<Notice>,
    #[serde(default)]
    skill: WireSkill,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSkill {
    skill_id: Option<SkillId>,
    e_tag: Option<ETag>,
    #[serde(default)]
    resources: Vec<ResourceImport>,
}

impl<'de> Deserialize<'de> for ImportStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WireImport {
            status,
            errors,
            warnings,
            skill,
        } = WireImport::deserialize(deserializer)?;
        Ok(Self {
            status,
            skill_id: skill.skill_id,
            etag: skill.e_tag,
            resources: skill.resources,
            errors,
            warnings,
        })
    }
}

impl ImportStatus {
    /// Every error with the resource it is about, for people.
    pub fn problems(&self) -> Vec<String> {
        self.notices(&self.errors, |resource| &resource.errors)
    }

    /// Every warning with the resource it is about, for people.
    pub fn advice(&self) -> Vec<String> {
        self.notices(&self.warnings, |resource| &resource.warnings)
    }

    fn notices(&self, own: &[Notice], of: fn(&ResourceImport) -> &[Notice]) -> Vec<String> {
        let own = own.iter().map(ToString::to_string);
        let theirs = self.resources.iter().flat_map(|resource| {
            let notices = of(resource).iter();
            notices.map(|notice| format!("{}: {notice}", resource.name))
        });
        own.chain(theirs).collect()
    }
}

impl Client {
    /// Uploads a package: a zip with `skill.json` at its root.
    pub async fn upload(&self, package: Bytes) -> Result<Upload, Error> {
        let url = self.url(["v1", "skills", "uploads"]);
        let request = Request::new(Operation::CreateUpload, Method::POST, url);
        let upload: Upload = self.send(request).await?.json()?;
        let url = upload.upload_url.as_url().clone();
        let request = Request::new(Operation::UploadPackage, Method::PUT, url).zip(package);
        self.send_unsigned(request).await?;
        Ok(upload)
    }

    /// Starts importing an uploaded package into an existing skill.
    ///
    /// With `if_match`, it is refused if the skill has changed since
    /// ([`Error::is_stale`]). [`Client::wait_for_import`] tells the outcome.
    pub async fn import(
        &self,
        skill: &SkillId,
        upload: &Upload,
        if_match: Option<&ETag>,
    ) -> Result<ImportId, Error> {
        let url = self.url(["v1", "skills", skill.as_str(), "imports"]);
        let request = Request::new(Operation::ImportPackage, Method::POST, url)
            .if_match(if_match)
            .json(&json!({"location": upload.upload_url}))?;
        self.send(request).await?.location_id().map(ImportId)
    }

    /// How far an import has come.
    pub async fn import_status(&self, import: &ImportId) -> Result<ImportStatus, Error> {
        let url = self.url(["v1", "skills", "imports", import.as_str()]);
        let request = Request::new(Operation::GetImport, Method::GET, url);
        self.send(request).await?.json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SMAPI says about a Lambda that Alexa may not invoke: no skill id, no eTag.
    #[test]
    fn a_failure_names_the_resource() {
        let status: ImportStatus = serde_json::from_str(
            r#"{"status":"FAILED","warnings":[{"message":"Odd file."}],"skill":{"resources":[{
                "action":"CREATE","name":"Manifest","status":"FAILED","errors":[
                {"message":"The trigger setting for the Lambda arn:aws:lambda:x is invalid."}]}]}}"#,
        )
        .unwrap();
        assert_eq!(status.status, Status::Failed);
        assert_eq!(status.skill_id, None);
        assert_eq!(
            status.problems(),
            ["Manifest: The trigger setting for the Lambda arn:aws:lambda:x is invalid."]
        );
        assert_eq!(status.advice(), ["Odd file."]);
    }

    #[test]
    fn an_early_answer_has_no_skill_yet() {
        let status: ImportStatus = serde_json::from_str(r#"{"status":"IN_PROGRESS"}"#).unwrap();
        assert!(status.status.is_in_progress());
    }
}
