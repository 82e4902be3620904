//! What a user pool was made with and can never change: written down when it is made, and compared
//! with the stack file before anything else is asked.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>

use std::collections::{BTreeMap, BTreeSet};

use infra::StackFile;
use infra::stacks::{self, USER_POOL};
use models::ids::UserPoolId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::guards::{self, Finding, Guard};
use crate::state::StageState;
use crate::steps::identity::unrenderable;

/// What of a user pool is fixed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MadeWith {
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
    fn limits(&self) -> String {
        let (least, most) = match self.data_type.as_str() {
            "String" => ("0", "2048"),
            _ => ("anything", "anything"),
        };
        let least = self.least.as_deref().unwrap_or(least);
        format!("{least} to {}", self.most.as_deref().unwrap_or(most))
    }
}

/// What the state remembers of the stage's user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolRecord {
    /// Its id.
    pub id: UserPoolId,
    /// What is fixed, as the deployments that made it and added attributes declared it.
    pub made_with: MadeWith,
}

impl MadeWith {
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

    /// How a pool that was made like this differs from what is wanted, as far as it cannot follow.
    /// `ours` are the attributes that a deployment has declared: others are not missed.
    pub fn differences<'a>(
        &self,
        wanted: &Self,
        ours: impl IntoIterator<Item = &'a String>,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut differs = |what: &str, made: String, wanted: String| {
            if made != wanted {
                found.push(Finding {
                    guard: Guard::SignInAttributes,
                    what: format!("{what} would be {wanted}, and the pool was created with {made}"),
                });
            }
        };
        let told = |names: &BTreeSet<String>| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        for (what, made, wanted) in [
            (
                "UsernameAttributes",
                &self.username_attributes,
                &wanted.username_attributes,
            ),
            (
                "AliasAttributes",
                &self.alias_attributes,
                &wanted.alias_attributes,
            ),
        ] {
            differs(what, told(made), told(wanted));
        }
        differs(
            "case-sensitivity of user names",
            self.case_sensitive.to_string(),
            wanted.case_sensitive.to_string(),
        );
        let is_required = |name: &str| format!("whether attribute {name} is required");
        for (name, wanted) in &wanted.schema {
            // Cognito adds what is new and not required, and changes nothing.
            let Some(made) = self.schema.get(name) else {
                differs(
                    &is_required(name),
                    false.to_string(),
                    wanted.required.to_string(),
                );
                continue;
            };
            let kind = if wanted.required { "" } else { "custom " };
            for (what, made, wanted) in [
                (
                    is_required(name),
                    made.required.to_string(),
                    wanted.required.to_string(),
                ),
                (
                    format!("the type of the {kind}attribute {name}"),
                    made.data_type.clone(),
                    wanted.data_type.clone(),
                ),
                (
                    format!("whether {kind}attribute {name} can be changed"),
                    made.mutable.to_string(),
                    wanted.mutable.to_string(),
                ),
            ] {
                differs(&what, made, wanted);
            }
            // Those of Cognito's own attributes are Cognito's.
            if !wanted.required && made.data_type == wanted.data_type {
                let what = format!("what the custom attribute {name} is limited to");
                differs(&what, made.limits(), wanted.limits());
            }
        }
        let gone = |name: &String| !wanted.schema.contains_key(name);
        let (yes, no) = (true.to_string(), false.to_string());
        let required = self.schema.iter().filter(|(_, made)| made.required);
        for (name, _) in required.filter(|(name, _)| gone(name)) {
            // `sub` is required in every pool, and so may be what people sign in with.
            if name != "sub" && !self.username_attributes.contains(name) {
                differs(&is_required(name), yes.clone(), no.clone());
            }
        }
        let ours = ours.into_iter().filter(|name| gone(name));
        for name in ours.filter(|name| self.schema.get(*name).is_some_and(|made| !made.required)) {
            let what = format!("whether there is a custom attribute {name}");
            differs(&what, yes.clone(), no.clone());
        }
        found
    }
}

/// Refuses a stack file that wants something else than the pool was made with, by what the state says
/// alone. A state that says nothing refuses nothing: the live pool is compared later, too.
pub fn check(stack: &StackFile, state: &StageState, allowed: &[Guard]) -> Result<(), Error> {
    let Some(record) = &state.pool else {
        return Ok(());
    };
    let Some(wanted) = MadeWith::wanted(stack)? else {
        return Ok(());
    };
    let made = &record.made_with;
    let found = made.differences(&wanted, made.schema.keys());
    guards::refuse(found, allowed).map_err(|error| {
        error.because(format!(
            "this is what the stage's state says of user pool {}",
            record.id
        ))
    })
}

#[cfg(test)]
mod tests;
