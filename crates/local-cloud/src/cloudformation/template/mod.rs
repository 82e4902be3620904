//! Templates: from text to declarations.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>

mod declarations;
mod references;
mod scalar;
mod yaml;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

pub(super) use self::declarations::{
    OutputDeclaration, ParameterDeclaration, Policy, ResourceDeclaration,
};
pub(super) use self::references::{Reference, references};
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

/// The largest template that can be sent in a request, in bytes.
const LARGEST: usize = 51_200;

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
];

/// A template whose parts refer only to what is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template {
    pub(super) text: String,
    pub(super) description: Option<String>,
    pub(super) parameters: IndexMap<String, ParameterDeclaration>,
    pub(super) mappings: Value,
    pub(super) conditions: BTreeMap<String, Value>,
    pub(super) resources: IndexMap<String, ResourceDeclaration>,
    pub(super) outputs: IndexMap<String, OutputDeclaration>,
}

impl Template {
    /// Reads and checks a template body, YAML or JSON.
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        if text.len() > LARGEST {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy \
                     constraint: Member must have length less than or equal to {LARGEST}"
                ),
            ));
        }
        let document = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)
                .map_err(|error| format_error(&format!("JSON not well-formed. {error}")))?
        } else {
            yaml::load(text)?
        };
        let template = Self::from_document(text, &document)?;
        template.check_types()?;
        references::check(&template)?;
        Ok(template)
    }

    fn from_document(text: &str, document: &Value) -> Result<Self, AwsError> {
        let Some(sections) = document.as_object() else {
            return Err(format_error("unsupported structure."));
        };
        let unknown: Vec<&str> = sections
            .keys()
            .map(String::as_str)
            .filter(|name| !SECTIONS.contains(name))
            .collect();
        if !unknown.is_empty() {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!(
                    "Invalid template property or properties [{}]",
                    unknown.join(", ")
                ),
            ));
        }
        match document["AWSTemplateFormatVersion"].as_str() {
            Some("2010-09-09") => {}
            None if document.get("AWSTemplateFormatVersion").is_none() => {}
            _ => {
                return Err(format_error(
                    "unsupported value for AWSTemplateFormatVersion.",
                ));
            }
        }
        let resources = declarations::section(document, "Resources", ResourceDeclaration::parse)?;
        if resources.is_empty() {
            return Err(format_error(
                "At least one Resources member must be defined.",
            ));
        }
        let conditions =
            declarations::section(document, "Conditions", |_, value| Ok(value.clone()))?;
        Ok(Self {
            text: text.to_owned(),
            description: document["Description"].as_str().map(str::to_owned),
            parameters: declarations::section(document, "Parameters", ParameterDeclaration::parse)?,
            mappings: document["Mappings"].clone(),
            conditions: conditions.into_iter().collect(),
            resources,
            outputs: declarations::section(document, "Outputs", OutputDeclaration::parse)?,
        })
    }

    fn check_types(&self) -> Result<(), AwsError> {
        let mut unknown: Vec<&str> = self
            .resources
            .values()
            .map(|resource| resource.resource_type.as_str())
            .filter(|name| Schema::of(name).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format_error(&format!(
            "Unrecognized resource types: [{}]",
            unknown.join(", ")
        )))
    }

    /// The capabilities that the template needs.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>
    pub(super) fn required_capability(&self) -> Option<&'static str> {
        let name_of = |resource: &ResourceDeclaration| match resource.resource_type.as_str() {
            "AWS::IAM::ManagedPolicy" => Some("ManagedPolicyName"),
            "AWS::IAM::Role" => Some("RoleName"),
            _ => None,
        };
        let mut of_iam = self
            .resources
            .values()
            .filter_map(|resource| Some((resource, name_of(resource)?)))
            .peekable();
        of_iam.peek()?;
        let named = of_iam.any(|(resource, name)| resource.properties.contains_key(name));
        Some(if named {
            "CAPABILITY_NAMED_IAM"
        } else {
            "CAPABILITY_IAM"
        })
    }
}

/// A refusal in the form that all template errors have.
pub(super) fn format_error(what: &str) -> AwsError {
    AwsError::bad_request("ValidationError", format!("Template format error: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Template::parse(text).unwrap_err().message
    }

    #[test]
    fn what_is_no_template_is_refused_in_amazons_words() {
        for (text, message) in [
            (
                "not a template",
                "Template format error: unsupported structure.",
            ),
            (
                "{}",
                "Template format error: At least one Resources member must be defined.",
            ),
            (
                "Resource: {}",
                "Invalid template property or properties [Resource]",
            ),
            (
                "AWSTemplateFormatVersion: 2011-01-01\nResources: {}",
                "Template format error: unsupported value for AWSTemplateFormatVersion.",
            ),
            (
                "Resources: {A: {Type: 'AWS::Cognito::Nope'}, B: {Type: 'AWS::IAM::User'}}",
                "Template format error: Unrecognized resource types: \
                 [AWS::Cognito::Nope, AWS::IAM::User]",
            ),
            (
                "Resources: {A: {Properties: {}}}",
                "Template format error: [/Resources/A] Every Resources object must contain a Type \
                 member.",
            ),
            (
                "Resources: {A: {Type: 'AWS::Logs::LogGroup', Propertys: {}}}",
                "Invalid template resource property 'Propertys'",
            ),
            (
                "Resources: {A: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: !Ref B}}}",
                "Template format error: Unresolved resource dependencies [B] in the Resources \
                 block of the template",
            ),
        ] {
            assert_eq!(refusal(text), message, "{text}");
        }
    }

    #[test]
    fn json_and_yaml_read_the_same() {
        let yaml = Template::parse(
            "Resources:\n  A:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      \
             LogGroupName: !Sub 'x-${AWS::Region}'\n",
        )
        .unwrap();
        let json = Template::parse(
            r#"{"Resources": {"A": {"Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": {"Fn::Sub": "x-${AWS::Region}"}}}}}"#,
        )
        .unwrap();
        assert_eq!(yaml.resources, json.resources);
    }

    #[test]
    fn a_named_role_needs_the_stronger_capability() {
        let role = |properties: &str| {
            Template::parse(&format!(
                "Resources: {{R: {{Type: 'AWS::IAM::Role', Properties: {{{properties}}}}}}}"
            ))
            .unwrap()
            .required_capability()
        };
        assert_eq!(role(""), Some("CAPABILITY_IAM"));
        assert_eq!(role("RoleName: r"), Some("CAPABILITY_NAMED_IAM"));
    }
}
