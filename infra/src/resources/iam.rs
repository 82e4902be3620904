//! Roles.

use serde::Serialize;

use super::{Arn, Tag};
use crate::cloudformation::{Attribute, PolicyDocument};

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
    /// Tags.
    pub tags: Vec<Tag>,
}

impl Role {
    /// ARN of the role.
    pub const ARN: Attribute<Self, Arn> = Attribute::new("Arn");
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
