//! Publishing and listing versions.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Lambda;
use super::error::{check_revision, invalid_parameter, parse};
use super::function::Version;
use super::reference::Reference;
use super::settings::within_length;
use crate::base::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Publish {
    region: String,
    function_name: String,
    code_sha256: Option<String>,
    description: Option<String>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    region: String,
    function_name: String,
}

impl Lambda {
    /// Code and configuration that have not changed since the newest version give that version
    /// again. <https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html>
    pub(super) fn publish_version(&self, input: Value) -> Result<Value, AwsError> {
        let input: Publish = parse(input)?;
        let reference = Reference::parse(&input.region, &input.function_name, None)?;
        let description = match input.description {
            Some(text) => Some(within_length(text, "description", 256)?),
            None => None,
        };
        let now = self.now();
        self.change(&reference, |function| {
            function.check_ready(&reference.function_arn())?;
            check_revision(input.revision_id.as_deref(), function.revision_id())?;
            let sha256 = &function.latest.blueprint.code.sha256;
            if let Some(wanted) = &input.code_sha256
                && wanted != sha256
            {
                return Err(invalid_parameter(format!(
                    "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST \
                     ({sha256}). Please try again with the CodeSHA256 in $LATEST."
                )));
            }
            let version = function.publish(&self.inner.host, description, now);
            let label = &version.blueprint.version;
            let arn = format!("{}:{label}", reference.function_arn());
            Ok(version.to_json(&arn, function.state(&version)))
        })
    }

    pub(super) fn list_versions_by_function(&self, input: Value) -> Result<Value, AwsError> {
        let input: List = parse(input)?;
        let reference = Reference::parse(&input.region, &input.function_name, None)?;
        self.read(&reference, |function| {
            let arn = reference.function_arn();
            let listed = |version: &Version| {
                let label = &version.blueprint.version;
                version.listed(&format!("{arn}:{label}"), function.state(version))
            };
            let published = function.published.values();
            let shown: Vec<Value> = std::iter::once(&function.latest)
                .chain(published)
                .map(|version| listed(version))
                .collect();
            Ok(json!({ "Versions": shown }))
        })
    }
}
