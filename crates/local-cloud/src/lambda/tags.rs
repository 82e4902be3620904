//! Tags of functions.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Lambda;
use super::error::{invalid_parameter, parse};
use super::reference::Reference;
use crate::base::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    #[serde(rename = "Region")]
    _region: String,
    resource: String,
    #[serde(default)]
    tags: IndexMap<String, String>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

impl Lambda {
    pub(super) fn tag_resource(&self, input: Value) -> Result<Value, AwsError> {
        let input: Input = parse(input)?;
        let reference = tagged(&input.resource)?;
        self.change(&reference, |function| {
            function.check_ready(&reference.function_arn())?;
            function.tags.extend(input.tags);
            Ok(json!({}))
        })
    }

    pub(super) fn untag_resource(&self, input: Value) -> Result<Value, AwsError> {
        let input: Input = parse(input)?;
        self.change(&tagged(&input.resource)?, |function| {
            function.tags.retain(|key, _| !input.tag_keys.contains(key));
            Ok(json!({}))
        })
    }

    pub(super) fn list_tags(&self, input: Value) -> Result<Value, AwsError> {
        let input: Input = parse(input)?;
        self.read(&tagged(&input.resource)?, |function| {
            Ok(json!({ "Tags": function.tags }))
        })
    }
}

fn tagged(arn: &str) -> Result<Reference, AwsError> {
    let reference = Reference::parse_arn(arn)?;
    if reference.qualifier.is_some() {
        return Err(invalid_parameter(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    Ok(reference)
}
