//! Roles.

use serde::Serialize;

use super::{Arn, Tag};
use crate::cloudformation::{Attribute, PolicyDocument, Value};

/// `AWS::IAM::Role`, with a name that CloudFormation makes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// What it is for.
    pub description: &'static str,
    /// Who may assume it.
    pub assume_role_policy_document: PolicyDocument,
    /// What it may do.
    pub policies: Vec<Policy>,
    /// The policy that says the most that it may ever do: its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Value<String>>,
    /// The path before its name in its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Value<String>>,
    /// Tags.
    pub tags: Vec<Tag>,
}

impl Role {
    /// ARN of the role.
    pub const ARN: Attribute<Self, Arn> = Attribute::new("Arn");
}

/// `AWS::IAM::ManagedPolicy`, with a name that CloudFormation makes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicy {
    /// What it is for; it cannot be changed later.
    pub description: &'static str,
    /// What it says.
    pub policy_document: PolicyDocument,
}

/// `AWS::IAM::OIDCProvider`: somebody whose signed word about who they are roles may trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OidcProvider {
    /// The issuer.
    pub url: String,
    /// The audiences that its tokens may be for.
    pub client_id_list: Vec<&'static str>,
    /// SHA-1 of certificates of the issuer's server.
    pub thumbprint_list: Vec<&'static str>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// A policy that belongs to one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// Its name within the role.
    pub policy_name: &'static str,
    /// What it says.
    pub policy_document: PolicyDocument,
}
