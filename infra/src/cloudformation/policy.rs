//! IAM policy documents.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::Serialize;

use super::Value;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    version: &'static str,
    statement: Vec<Statement>,
}

impl PolicyDocument {
    /// A document in the current version of the policy language.
    pub fn new(statement: Vec<Statement>) -> Self {
        Self {
            version: "2012-10-17",
            statement,
        }
    }
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Who may, in a trust policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// What may be done.
    pub action: Vec<Cow<'static, str>>,
    /// To which resources; not in a trust policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<Value<String>>,
    /// Under which conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Principal {
    /// A service, by its host name, such as `lambda.amazonaws.com`.
    Service(&'static str),
    /// Whoever an identity provider vouches for: the provider's ARN.
    Federated(Value<String>),
}

/// Conditions on exact text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Condition {
    /// Condition keys and the text that each must equal.
    pub string_equals: IndexMap<&'static str, Value<String>>,
    /// The same, for keys that need not be there.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub string_equals_if_exists: IndexMap<&'static str, Value<String>>,
}
