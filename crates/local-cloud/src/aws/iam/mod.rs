//! IAM: roles and their policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>

mod policy;
mod role;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use self::role::{Role, no_such_role};
use super::input::Input;
use super::protocol::query;
use crate::{AwsError, Clock};

/// Every role of the account. IAM has no regions. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Iam {
    clock: Clock,
    roles: Arc<Mutex<BTreeMap<String, Role>>>,
}

impl Iam {
    /// No roles yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            roles: Arc::default(),
        }
    }

    /// Whether the role behind an ARN exists and lets a service assume it.
    pub fn assumable(&self, arn: &str, service: &str) -> bool {
        self.lock()
            .values()
            .any(|role| role.arn() == arn && role.trusts(service))
    }

    /// The query API, also used by CloudFormation.
    pub fn call(&self, action: &str, input: &Value) -> Result<Value, AwsError> {
        let input = Input(input);
        let mut roles = self.lock();
        if action == "ListRoles" {
            let roles: Vec<Value> = roles.values().map(Role::describe).collect();
            return Ok(json!({ "Roles": roles, "IsTruncated": false }));
        }
        if !OPERATIONS.contains(&action) {
            return Err(query::unknown_action(query::IAM, action));
        }
        let name = input.required("RoleName")?;
        if action == "CreateRole" {
            return create(&mut roles, name, input, &self.clock);
        }
        let role = roles.get_mut(name).ok_or_else(|| no_such_role(name))?;
        match action {
            "GetRole" => Ok(json!({ "Role": role.describe() })),
            "DeleteRole" => {
                role.check_deletable()?;
                roles.remove(name);
                Ok(json!({}))
            }
            "UpdateRole" => {
                role.update(input)?;
                Ok(json!({}))
            }
            "UpdateAssumeRolePolicy" => {
                role.set_trust(input.required("PolicyDocument")?)?;
                Ok(json!({}))
            }
            "ListRoleTags" => Ok(json!({ "Tags": role.describe_tags(), "IsTruncated": false })),
            "TagRole" => {
                role.tag(input.tags("Tags"));
                Ok(json!({}))
            }
            "UntagRole" => {
                role.untag(&input.texts("TagKeys"));
                Ok(json!({}))
            }
            _ => on_policy(role, action, input),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Role>> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What takes a `RoleName`.
const OPERATIONS: &[&str] = &[
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRole",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListRolePolicies",
    "ListRoleTags",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
];

fn create(
    roles: &mut BTreeMap<String, Role>,
    name: &str,
    input: Input<'_>,
    clock: &Clock,
) -> Result<Value, AwsError> {
    let role = Role::create(name, input, clock.now())?;
    if roles.contains_key(name) {
        return Err(AwsError::new(
            409,
            "EntityAlreadyExists",
            format!("Role with name {name} already exists."),
        ));
    }
    let answer = json!({ "Role": role.describe() });
    roles.insert(name.to_owned(), role);
    Ok(answer)
}

fn on_policy(role: &mut Role, action: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match action {
        "PutRolePolicy" => {
            let document = input.required("PolicyDocument")?;
            policy::check(document)?;
            role.inline.insert(
                input.required("PolicyName")?.to_owned(),
                document.to_owned(),
            );
            Ok(json!({}))
        }
        "GetRolePolicy" => {
            let name = input.required("PolicyName")?;
            let document = role.inline.get(name).ok_or_else(|| no_such_policy(name))?;
            Ok(json!({
                "RoleName": role.name(),
                "PolicyName": name,
                "PolicyDocument": encoded(document),
            }))
        }
        "DeleteRolePolicy" => {
            let name = input.required("PolicyName")?;
            role.inline
                .remove(name)
                .ok_or_else(|| no_such_policy(name))?;
            Ok(json!({}))
        }
        "ListRolePolicies" => Ok(json!({
            "PolicyNames": role.inline.keys().collect::<Vec<_>>(),
            "IsTruncated": false,
        })),
        "AttachRolePolicy" => {
            let arn = input.required("PolicyArn")?;
            policy::check_managed(arn)?;
            role.attached.insert(arn.to_owned());
            Ok(json!({}))
        }
        "DetachRolePolicy" => {
            let arn = input.required("PolicyArn")?;
            if !role.attached.remove(arn) {
                return Err(AwsError::new(
                    404,
                    "NoSuchEntity",
                    format!("Policy {arn} was not found."),
                ));
            }
            Ok(json!({}))
        }
        _ => {
            let attached: Vec<Value> = role
                .attached
                .iter()
                .map(|arn| {
                    let name = arn.rsplit('/').next().unwrap_or(arn);
                    json!({ "PolicyName": name, "PolicyArn": arn })
                })
                .collect();
            Ok(json!({ "AttachedPolicies": attached, "IsTruncated": false }))
        }
    }
}

/// IAM answers policy documents percent-encoded.
fn encoded(document: &str) -> String {
    utf8_percent_encode(document, NON_ALPHANUMERIC).to_string()
}

fn no_such_policy(name: &str) -> AwsError {
    AwsError::new(
        404,
        "NoSuchEntity",
        format!("The role policy with name {name} cannot be found."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

    fn role() -> (Iam, Value) {
        let iam = Iam::default();
        let input = json!({ "RoleName": "skill", "AssumeRolePolicyDocument": TRUST });
        let created = iam.call("CreateRole", &input).unwrap();
        (iam, created)
    }

    #[test]
    fn a_role_is_assumable_only_by_whom_it_trusts() {
        let (iam, created) = role();
        let arn = created["Role"]["Arn"].as_str().unwrap();
        assert_eq!(arn, "arn:aws:iam::000000000000:role/skill");
        assert!(iam.assumable(arn, "lambda.amazonaws.com"));
        assert!(!iam.assumable(arn, "cognito-idp.amazonaws.com"));
        assert!(!iam.assumable(
            "arn:aws:iam::000000000000:role/other",
            "lambda.amazonaws.com"
        ));
    }

    #[test]
    fn a_role_with_policies_is_not_deleted() {
        let (iam, _) = role();
        let input = json!({
            "RoleName": "skill",
            "PolicyName": "logs",
            "PolicyDocument": r#"{"Version":"2012-10-17","Statement":[]}"#,
        });
        iam.call("PutRolePolicy", &input).unwrap();
        let refused = iam.call("DeleteRole", &input).unwrap_err();
        assert_eq!(refused.code, "DeleteConflict");
        iam.call("DeleteRolePolicy", &input).unwrap();
        iam.call("DeleteRole", &input).unwrap();
        assert_eq!(
            iam.call("GetRole", &input).unwrap_err().code,
            "NoSuchEntity"
        );
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let (iam, _) = role();
        for document in ["{", "[]", r#"{"Statement":[{"Effect":"Maybe"}]}"#] {
            let input =
                json!({ "RoleName": "skill", "PolicyName": "p", "PolicyDocument": document });
            let refused = iam.call("PutRolePolicy", &input).unwrap_err();
            assert_eq!(refused.code, "MalformedPolicyDocument", "{document}");
        }
    }

    #[test]
    fn an_unknown_operation_is_refused_by_name() {
        let refused = Iam::default().call("CreateUser", &json!({})).unwrap_err();
        assert_eq!(refused.code, "InvalidAction");
        assert!(refused.message.contains("CreateUser"));
    }
}
