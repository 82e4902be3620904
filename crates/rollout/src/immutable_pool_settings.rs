//! The settings of a user pool that can never change once it is made: as a stack file or a template
//! declares them. `crate::guards` compares them.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>

use std::collections::{BTreeMap, BTreeSet};

use infra::StackFile;
use infra::stacks::{self, USER_POOL};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::template::unrenderable;

/// What of a user pool is fixed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImmutablePoolSettings {
    /// What people sign in with in place of a user name.
    pub username_attributes: BTreeSet<String>,
    /// What people may sign in with beside their user name.
    pub alias_attributes: BTreeSet<String>,
    /// Whether user names are told apart by case.
    pub case_sensitive: bool,
    /// Attributes by their names, without the `custom:` of those that are not Cognito's own.
    pub schema: BTreeMap<String, Attribute>,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// What it holds, in Cognito's words.
    pub data_type: String,
    /// Whether everybody has to have it.
    pub required: bool,
    /// Whether it can be changed once it is there.
    pub mutable: bool,
    /// The least length of a text, or the least number, if the pool has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<String>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<String>,
}

impl Attribute {
    /// What its values are between. A text without limits has those of every text
    /// ([`StringAttributeConstraintsType`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StringAttributeConstraintsType.html)).
    pub(crate) fn limits(&self) -> String {
        let (least, most) = match self.data_type.as_str() {
            "String" => ("0", "2048"),
            _ => ("anything", "anything"),
        };
        let least = self.least.as_deref().unwrap_or(least);
        format!("{least} to {}", self.most.as_deref().unwrap_or(most))
    }
}

impl ImmutablePoolSettings {
    /// What the stack file wants; `None` where it makes no pool.
    pub fn wanted(stack: &StackFile) -> Result<Option<Self>, Error> {
        if !stack.identity.makes_a_pool() {
            return Ok(None);
        }
        let template = stacks::identity(stack).to_json();
        let template = template.map_err(|error| unrenderable(&error))?;
        let properties = &template["Resources"][USER_POOL]["Properties"];
        Ok(properties.as_object().map(Self::declared))
    }

    /// What the properties of a pool in a template declare.
    pub fn declared(properties: &Map<String, Value>) -> Self {
        let list = |name: &str| properties.get(name).and_then(Value::as_array);
        let names = |name: &str| {
            let names = list(name).into_iter().flatten();
            names
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect()
        };
        let configuration = properties.get("UsernameConfiguration");
        let schema = list("Schema").into_iter().flatten();
        Self {
            username_attributes: names("UsernameAttributes"),
            alias_attributes: names("AliasAttributes"),
            // Cognito tells them apart unless it is told otherwise.
            case_sensitive: configuration
                .and_then(|all| all["CaseSensitive"].as_bool())
                .unwrap_or(true),
            schema: schema
                .filter_map(|attribute| {
                    let flag = |name: &str, usual| attribute[name].as_bool().unwrap_or(usual);
                    let limit = |length: &str, value: &str| {
                        let text = attribute["StringAttributeConstraints"][length].as_str();
                        let number = &attribute["NumberAttributeConstraints"][value];
                        text.or_else(|| number.as_str()).map(str::to_owned)
                    };
                    let shape = Attribute {
                        data_type: attribute["AttributeDataType"].as_str()?.to_owned(),
                        required: flag("Required", false),
                        mutable: flag("Mutable", true),
                        least: limit("MinLength", "MinValue"),
                        most: limit("MaxLength", "MaxValue"),
                    };
                    Some((attribute["Name"].as_str()?.to_owned(), shape))
                })
                .collect(),
        }
    }
}
