//! Amazon's schemas of resource types, reduced to facts.
//!
//! The files under `resource-schemas/` are made from the copies that cfn-lint ships, by the program `schemas` of the local
//! stage; continuous integration compares the two.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// The committed files: resource type and reduced schema.
pub const FILES: &[(&str, &str)] = &[
    (
        "AWS::Cognito::ManagedLoginBranding",
        include_str!("../resource-schemas/AWS-Cognito-ManagedLoginBranding.json"),
    ),
    (
        "AWS::Cognito::UserPool",
        include_str!("../resource-schemas/AWS-Cognito-UserPool.json"),
    ),
    (
        "AWS::Cognito::UserPoolClient",
        include_str!("../resource-schemas/AWS-Cognito-UserPoolClient.json"),
    ),
    (
        "AWS::Cognito::UserPoolDomain",
        include_str!("../resource-schemas/AWS-Cognito-UserPoolDomain.json"),
    ),
    (
        "AWS::Cognito::UserPoolResourceServer",
        include_str!("../resource-schemas/AWS-Cognito-UserPoolResourceServer.json"),
    ),
    (
        "AWS::DynamoDB::Table",
        include_str!("../resource-schemas/AWS-DynamoDB-Table.json"),
    ),
    (
        "AWS::IAM::ManagedPolicy",
        include_str!("../resource-schemas/AWS-IAM-ManagedPolicy.json"),
    ),
    (
        "AWS::IAM::OIDCProvider",
        include_str!("../resource-schemas/AWS-IAM-OIDCProvider.json"),
    ),
    (
        "AWS::IAM::Role",
        include_str!("../resource-schemas/AWS-IAM-Role.json"),
    ),
    (
        "AWS::Lambda::Alias",
        include_str!("../resource-schemas/AWS-Lambda-Alias.json"),
    ),
    (
        "AWS::Lambda::Function",
        include_str!("../resource-schemas/AWS-Lambda-Function.json"),
    ),
    (
        "AWS::Lambda::Permission",
        include_str!("../resource-schemas/AWS-Lambda-Permission.json"),
    ),
    (
        "AWS::Lambda::Version",
        include_str!("../resource-schemas/AWS-Lambda-Version.json"),
    ),
    (
        "AWS::Logs::LogGroup",
        include_str!("../resource-schemas/AWS-Logs-LogGroup.json"),
    ),
    (
        "AWS::Route53::RecordSet",
        include_str!("../resource-schemas/AWS-Route53-RecordSet.json"),
    ),
];

/// The reduced schema of a resource type, a JSON schema with CloudFormation's own keywords
/// ([resource type schema](https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html)).
pub fn schema(resource_type: &str) -> Option<&'static Value> {
    static SCHEMAS: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
        let read =
            |(name, text): &(&'static str, &str)| Some((*name, serde_json::from_str(text).ok()?));
        FILES.iter().filter_map(read).collect()
    });
    SCHEMAS.get(resource_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_schema_of_its_type() {
        for (name, _) in FILES {
            assert_eq!(schema(name).unwrap()["typeName"], *name);
        }
    }
}
