//! One role.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use local_access::ACCOUNT_ID;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::input::Input;
use super::{encoded, policy};
use crate::base::error::AwsError;

#[derive(Debug)]
pub(super) struct Role {
    name: String,
    path: String,
    id: String,
    created: Timestamp,
    trust: String,
    description: Option<String>,
    max_session_seconds: i64,
    /// ARN of the policy that says the most that it may do.
    pub(super) boundary: Option<String>,
    tags: BTreeMap<String, String>,
    /// Documents by policy name.
    pub(super) inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub(super) attached: BTreeSet<String>,
}

impl Role {
    pub(super) fn create(name: &str, input: Input<'_>, now: Timestamp) -> Result<Self, AwsError> {
        check_name(name)?;
        let trust = input.required("AssumeRolePolicyDocument")?;
        policy::check_trust(trust)?;
        let path = input.text("Path").unwrap_or("/");
        if !(path.starts_with('/') && path.ends_with('/')) {
            return Err(AwsError::bad_request(
                "ValidationError",
                "The specified value for path is invalid. It must begin and end with / and \
                 contain only alphanumeric characters and/or / characters.",
            ));
        }
        let mut role = Self {
            name: name.to_owned(),
            path: path.to_owned(),
            id: format!(
                "AROA{}",
                &Uuid::new_v4().simple().to_string().to_uppercase()[..17]
            ),
            created: now,
            trust: trust.to_owned(),
            description: None,
            max_session_seconds: 3600,
            boundary: input.text("PermissionsBoundary").map(str::to_owned),
            tags: input.tags("Tags").into_iter().collect(),
            inline: BTreeMap::new(),
            attached: BTreeSet::new(),
        };
        role.update(input)?;
        Ok(role)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:iam::{ACCOUNT_ID}:role{}{}", self.path, self.name)
    }

    pub(super) fn update(&mut self, input: Input<'_>) -> Result<(), AwsError> {
        if let Some(description) = input.text("Description") {
            self.description = Some(description.to_owned());
        }
        if let Some(seconds) = input.number("MaxSessionDuration") {
            if !(3600..=43200).contains(&seconds) {
                return Err(AwsError::bad_request(
                    "ValidationError",
                    "The maximum session duration must be between 3600 and 43200 seconds.",
                ));
            }
            self.max_session_seconds = seconds;
        }
        Ok(())
    }

    pub(super) fn set_trust(&mut self, document: &str) -> Result<(), AwsError> {
        policy::check_trust(document)?;
        document.clone_into(&mut self.trust);
        Ok(())
    }

    /// Whether the trust policy lets a service principal assume the role.
    pub(super) fn trusts(&self, service: &str) -> bool {
        let Ok(trust) = policy::check_trust(&self.trust) else {
            return false;
        };
        let names = |value: &Value, name: &str| match value {
            Value::String(text) => text == name,
            Value::Array(texts) => texts.iter().any(|text| text == name),
            _ => false,
        };
        policy::statements(&trust).iter().any(|statement| {
            policy::allows(statement)
                && names(&statement["Action"], "sts:AssumeRole")
                && names(&statement["Principal"]["Service"], service)
        })
    }

    pub(super) fn tag(&mut self, tags: Vec<(String, String)>) {
        self.tags.extend(tags);
    }

    pub(super) fn untag(&mut self, keys: &[&str]) {
        self.tags.retain(|key, _| !keys.contains(&key.as_str()));
    }

    pub(super) fn describe_tags(&self) -> Vec<Value> {
        self.tags
            .iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect()
    }

    pub(super) fn describe(&self) -> Value {
        let boundary = self.boundary.as_ref().map(
            |arn| json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn }),
        );
        json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn(),
            "CreateDate": self.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "AssumeRolePolicyDocument": encoded(&self.trust),
            "Description": self.description,
            "MaxSessionDuration": self.max_session_seconds,
            "PermissionsBoundary": boundary,
            "Tags": self.describe_tags(),
        })
    }

    /// Whether the role needs a managed policy.
    pub(super) fn uses(&self, policy: &str) -> bool {
        self.attached.contains(policy) || self.boundary.as_deref() == Some(policy)
    }

    /// A role is deleted only without policies.
    pub(super) fn check_deletable(&self) -> Result<(), AwsError> {
        let rest = if !self.inline.is_empty() {
            "delete policies first."
        } else if !self.attached.is_empty() {
            "detach all policies first."
        } else {
            return Ok(());
        };
        Err(AwsError::new(
            409,
            "DeleteConflict",
            format!("Cannot delete entity, must {rest}"),
        ))
    }
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if name.len() <= 64 && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "ValidationError",
        format!(
            "The specified value for roleName is invalid: {name}. It must contain only \
             alphanumeric characters and/or the following: +=,.@_- and be at most 64 long"
        ),
    ))
}

pub(super) fn no_such_role(name: &str) -> AwsError {
    AwsError::new(
        404,
        "NoSuchEntity",
        format!("The role with name {name} cannot be found."),
    )
}
