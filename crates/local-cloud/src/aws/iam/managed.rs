//! Policies with names of their own: attached to roles, or the boundary of what roles may do.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>

use std::collections::BTreeMap;

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::input::Input;
use super::policy;
use crate::base::error::AwsError;

/// AWS managed policies that a role of this project could use.
const AMAZON: &[&str] = &[
    "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    "arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
];

/// A policy has five versions at most.
const VERSIONS: usize = 5;
/// Characters of a document, without white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LONGEST: usize = 6144;

/// The shortest ARN, in characters.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
const SHORTEST_ARN: usize = 20;

/// `PolicyArn`, which has to be an ARN, whether or not there is such a policy. IAM's error does not
/// repeat what it could not read.
pub(super) fn arn(input: Input<'_>) -> Result<&str, AwsError> {
    let arn = input.required("PolicyArn")?;
    if arn.chars().count() < SHORTEST_ARN {
        return Err(AwsError::bad_request(
            "ValidationError",
            format!(
                "1 validation error detected: Value '{arn}' at 'policyArn' failed to satisfy \
                 constraint: Member must have length greater than or equal to {SHORTEST_ARN}"
            ),
        ));
    }
    if !arn.starts_with("arn:") {
        return Err(AwsError::bad_request(
            "ValidationError",
            "Invalid ARN:  Could not be parsed!",
        ));
    }
    Ok(arn)
}

/// The account's policies by ARN.
#[derive(Debug, Default)]
pub(super) struct Managed(BTreeMap<String, Policy>);

#[derive(Debug)]
struct Policy {
    id: String,
    name: String,
    description: Option<String>,
    /// Documents by number; the last one is in force.
    versions: BTreeMap<u32, String>,
}

impl Managed {
    /// Refuses to attach what does not exist.
    pub(super) fn check_attachable(&self, arn: &str) -> Result<(), AwsError> {
        if self.exists(arn) {
            return Ok(());
        }
        Err(missing(format!(
            "Policy {arn} does not exist or is not attachable."
        )))
    }

    /// Refuses a boundary that does not exist.
    pub(super) fn check_boundary(&self, arn: &str) -> Result<(), AwsError> {
        if self.exists(arn) {
            return Ok(());
        }
        Err(missing(format!(
            "Scope ARN: {arn} does not exist or is not attachable."
        )))
    }

    /// The document in force of one of the account's own policies; one that is not there, or is Amazon's, allows
    /// nothing here.
    pub(super) fn parsed(&self, arn: &str) -> Value {
        let versions = self.0.get(arn).map(|policy| &policy.versions);
        let document = versions.and_then(|versions| versions.last_key_value());
        document
            .and_then(|(_, document)| serde_json::from_str(document).ok())
            .unwrap_or_default()
    }

    fn exists(&self, arn: &str) -> bool {
        AMAZON.contains(&arn) || self.0.contains_key(arn)
    }

    pub(super) fn create(&mut self, input: Input<'_>) -> Result<Value, AwsError> {
        let name = input.required("PolicyName")?;
        let document = checked(input.required("PolicyDocument")?)?;
        let arn = format!("arn:aws:iam::{ACCOUNT_ID}:policy/{name}");
        if self.0.contains_key(&arn) {
            return Err(AwsError::new(
                409,
                "EntityAlreadyExists",
                format!("A policy called {name} already exists. Duplicate names are not allowed."),
            ));
        }
        let random = Uuid::new_v4().simple().to_string().to_uppercase();
        let policy = Policy {
            id: format!("ANPA{}", &random[..17]),
            name: name.to_owned(),
            description: input.text("Description").map(str::to_owned),
            versions: BTreeMap::from([(1, document)]),
        };
        let answer = policy.describe(&arn);
        self.0.insert(arn, policy);
        Ok(json!({ "Policy": answer }))
    }

    /// What takes a `PolicyArn`.
    pub(super) fn call(
        &mut self,
        action: &str,
        input: Input<'_>,
        in_use: bool,
    ) -> Result<Value, AwsError> {
        let arn = arn(input)?;
        let gone = || missing(format!("Policy {arn} was not found."));
        let policy = self.0.get_mut(arn).ok_or_else(gone)?;
        match action {
            "GetPolicy" => Ok(json!({ "Policy": policy.describe(arn) })),
            "CreatePolicyVersion" => {
                policy.add(checked(input.required("PolicyDocument")?)?)?;
                let version = policy.current();
                Ok(json!({ "PolicyVersion": { "VersionId": version, "IsDefaultVersion": true } }))
            }
            "ListPolicyVersions" => {
                let versions: Vec<Value> = policy.describe_versions();
                Ok(json!({ "Versions": versions, "IsTruncated": false }))
            }
            "DeletePolicyVersion" => {
                policy.remove(input.required("VersionId")?)?;
                Ok(json!({}))
            }
            _ if in_use => Err(AwsError::new(
                409,
                "DeleteConflict",
                "Cannot delete a policy attached to entities.",
            )),
            _ if policy.versions.len() > 1 => Err(AwsError::new(
                409,
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must \
                 delete the policy's versions. The default version is deleted with the policy.",
            )),
            _ => {
                self.0.remove(arn);
                Ok(json!({}))
            }
        }
    }
}

impl Policy {
    fn describe(&self, arn: &str) -> Value {
        json!({
            "PolicyName": self.name,
            "PolicyId": self.id,
            "Arn": arn,
            "Path": "/",
            "DefaultVersionId": self.current(),
            "Description": self.description,
        })
    }

    fn describe_versions(&self) -> Vec<Value> {
        let current = self.current();
        let ids = self.versions.keys().map(|number| format!("v{number}"));
        ids.map(|id| json!({ "IsDefaultVersion": id == current, "VersionId": id }))
            .collect()
    }

    fn current(&self) -> String {
        let last = self.versions.keys().next_back().copied();
        format!("v{}", last.unwrap_or_default())
    }

    fn add(&mut self, document: String) -> Result<(), AwsError> {
        if self.versions.len() >= VERSIONS {
            return Err(AwsError::new(
                409,
                "LimitExceeded",
                format!(
                    "A managed policy can have up to {VERSIONS} versions. Before you create a new \
                     version, you must delete an existing version."
                ),
            ));
        }
        let last = self.versions.keys().next_back().copied();
        self.versions.insert(last.unwrap_or_default() + 1, document);
        Ok(())
    }

    fn remove(&mut self, id: &str) -> Result<(), AwsError> {
        if id == self.current() {
            return Err(AwsError::new(
                409,
                "DeleteConflict",
                "Cannot delete the default version of a policy.",
            ));
        }
        let number = id.strip_prefix('v').and_then(|number| number.parse().ok());
        let removed = number.and_then(|number: u32| self.versions.remove(&number));
        removed
            .map(|_| ())
            .ok_or_else(|| missing(format!("Policy version {id} was not found.")))
    }
}

fn checked(document: &str) -> Result<String, AwsError> {
    policy::check(document)?;
    let length = document.chars().filter(|one| !one.is_whitespace()).count();
    if length > LONGEST {
        return Err(AwsError::new(
            409,
            "LimitExceeded",
            format!("Cannot exceed quota for PolicySize: {LONGEST}"),
        ));
    }
    Ok(document.to_owned())
}

fn missing(message: String) -> AwsError {
    AwsError::new(404, "NoSuchEntity", message)
}
