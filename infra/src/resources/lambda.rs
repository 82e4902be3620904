//! Functions, their versions, aliases and permissions.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::Serialize;

use super::{AliasArn, Arn, FunctionName, LogGroupName, Tag, VersionNumber};
use crate::cloudformation::{Attribute, Value};

/// `AWS::Lambda::Function`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function {
    /// Its name.
    pub function_name: Value<String>,
    /// What it is for.
    pub description: Value<String>,
    /// The runtime.
    pub runtime: &'static str,
    /// Which program of the bundle the runtime starts.
    pub handler: &'static str,
    /// The processor that the bundle was built for.
    pub architectures: Vec<Value<String>>,
    /// Memory in MB; processor time comes with it.
    pub memory_size: u32,
    /// After how many seconds an invocation is ended.
    pub timeout: u32,
    /// The role that it runs with.
    pub role: Value<Arn>,
    /// Where the bundle is.
    pub code: Code,
    /// Environment variables.
    pub environment: Environment,
    /// Where it logs to.
    pub logging_config: LoggingConfig,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// A bundle in S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code {
    /// The bucket, in the function's region.
    #[serde(rename = "S3Bucket")]
    pub bucket: Value<String>,
    /// The object's key.
    #[serde(rename = "S3Key")]
    pub key: Value<String>,
}

/// Environment variables of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Environment {
    /// Names and values.
    pub variables: IndexMap<Cow<'static, str>, Value<String>>,
}

/// Where a function logs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingConfig {
    /// The log group.
    pub log_group: Value<LogGroupName>,
}

/// `AWS::Lambda::Version`: a snapshot of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Version {
    /// The function.
    pub function_name: Value<FunctionName>,
    /// What it is a snapshot of. A new description replaces the resource, which publishes.
    pub description: Value<String>,
}

impl Version {
    /// The version's number.
    pub const VERSION: Attribute<Self, VersionNumber> = Attribute::new("Version");
}

/// `AWS::Lambda::Alias`: a name that moves from version to version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    /// Its name.
    pub name: &'static str,
    /// The function.
    pub function_name: Value<FunctionName>,
    /// The version that it stands for.
    pub function_version: Value<VersionNumber>,
}

/// `AWS::Lambda::Permission`: who may invoke a function from outside of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission {
    /// What may be done.
    pub action: &'static str,
    /// The alias that may be invoked; no other version is covered.
    pub function_name: Value<AliasArn>,
    /// Who may.
    pub principal: &'static str,
    /// The token that the caller has to present: for Alexa, the skill id.
    pub event_source_token: Value<String>,
}
