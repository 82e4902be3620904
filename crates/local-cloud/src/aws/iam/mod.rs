//! IAM: roles and their policies, and identity providers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>

pub(crate) mod evaluate;
mod managed;
mod policy;
mod provider;
mod role;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use self::evaluate::{Asked, Decision};
use self::managed::Managed;
use self::provider::Providers;
use self::role::{Role, no_such_role};
use super::input::Input;
use super::protocol::query;
use crate::base::clock::Clock;
use crate::base::error::AwsError;

/// Roles, policies and identity providers of the account. IAM has no regions. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Iam {
    clock: Clock,
    account: Arc<Mutex<Account>>,
}

#[derive(Debug, Default)]
struct Account {
    roles: BTreeMap<String, Role>,
    policies: Managed,
    providers: Providers,
}

impl Iam {
    /// Nothing yet.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            account: Arc::default(),
        }
    }

    /// What is wrong with a role that Cognito shall send text messages with. A role that is not there lets
    /// nobody publish, and one may not publish whose policies the stage cannot read.
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html#API_CreateUserPool_Errors>
    pub(crate) fn check_sms_role(&self, arn: &str) -> Result<(), AwsError> {
        let account = self.lock();
        let Some(role) = account.roles.values().find(|role| role.arn() == arn) else {
            return Err(may_not_publish());
        };
        if !role.trusts("cognito-idp.amazonaws.com") {
            return Err(AwsError::bad_request(
                "InvalidSmsRoleTrustRelationshipException",
                "Role does not have a trust relationship allowing Cognito to assume the role",
            ));
        }
        let asked = Asked {
            action: "sns:Publish",
            resources: &[],
            context: &BTreeMap::new(),
        };
        match evaluate::decide(&account.policies_of(role), None, &asked) {
            Decision::Allowed => Ok(()),
            Decision::NotAllowed | Decision::Denied => Err(may_not_publish()),
        }
    }

    /// Refuses a call that the policies of a role, or the boundary that it is under, do not allow. `who` is the caller
    /// as STS names it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    pub(crate) fn check(&self, role: &str, who: &str, asked: &Asked<'_>) -> Result<(), AwsError> {
        let account = self.lock();
        let found = account.roles.values().find(|one| one.arn() == role);
        let decision = found.map_or(Decision::NotAllowed, |role| {
            let boundary = role
                .boundary
                .as_deref()
                .map(|arn| account.policies.parsed(arn));
            evaluate::decide(&account.policies_of(role), boundary.as_ref(), asked)
        });
        let why = match decision {
            Decision::Allowed => return Ok(()),
            Decision::NotAllowed => format!(
                "because no identity-based policy allows the {} action",
                asked.action
            ),
            Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        };
        let on = asked
            .resources
            .first()
            .map_or_else(String::new, |one| format!(" on resource: {one}"));
        Err(AwsError::bad_request(
            "AccessDeniedException",
            format!(
                "User: {who} is not authorized to perform: {}{on} {why}",
                asked.action
            ),
        ))
    }

    /// Whether the role behind an ARN exists and lets a service assume it.
    pub(crate) fn assumable(&self, arn: &str, service: &str) -> bool {
        self.lock()
            .roles
            .values()
            .any(|role| role.arn() == arn && role.trusts(service))
    }

    /// The query API, also used by CloudFormation.
    pub(crate) fn call(&self, action: &str, input: &Value) -> Result<Value, AwsError> {
        let input = Input(input);
        let mut account = self.lock();
        if ON_POLICIES.contains(&action) {
            let arn = input.text("PolicyArn").unwrap_or_default();
            let in_use = account.roles.values().any(|role| role.uses(arn));
            return account.policies.call(action, input, in_use);
        }
        if ON_PROVIDERS.contains(&action) {
            return account.providers.call(action, input);
        }
        match action {
            "ListRoles" => {
                let roles: Vec<Value> = account.roles.values().map(Role::describe).collect();
                Ok(json!({ "Roles": roles, "IsTruncated": false }))
            }
            "CreatePolicy" => account.policies.create(input),
            "CreateOpenIDConnectProvider" => account.providers.create(input),
            "CreateRole" => account.create_role(input, &self.clock),
            _ if ON_ROLES.contains(&action) => account.on_role(action, input),
            _ => Err(query::unknown_action(query::IAM, action)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    /// The policies of a role, its own and those that are attached.
    fn policies_of(&self, role: &Role) -> Vec<Value> {
        let own = role.inline.values();
        let own = own.map(|document| serde_json::from_str(document).unwrap_or_default());
        let attached = role.attached.iter();
        own.chain(attached.map(|arn| self.policies.parsed(arn)))
            .collect()
    }

    fn create_role(&mut self, input: Input<'_>, clock: &Clock) -> Result<Value, AwsError> {
        let name = input.required("RoleName")?;
        if let Some(boundary) = input.text("PermissionsBoundary") {
            self.policies.check_boundary(boundary)?;
        }
        let role = Role::create(name, input, clock.now())?;
        if self.roles.contains_key(name) {
            return Err(AwsError::new(
                409,
                "EntityAlreadyExists",
                format!("Role with name {name} already exists."),
            ));
        }
        let answer = json!({ "Role": role.describe() });
        self.roles.insert(name.to_owned(), role);
        Ok(answer)
    }

    fn on_role(&mut self, action: &str, input: Input<'_>) -> Result<Value, AwsError> {
        let name = input.required("RoleName")?;
        let role = self.roles.get_mut(name).ok_or_else(|| no_such_role(name))?;
        match action {
            "GetRole" => return Ok(json!({ "Role": role.describe() })),
            "DeleteRole" => {
                role.check_deletable()?;
                self.roles.remove(name);
            }
            "UpdateRole" => role.update(input)?,
            "UpdateAssumeRolePolicy" => role.set_trust(input.required("PolicyDocument")?)?,
            "PutRolePermissionsBoundary" => {
                let boundary = input.required("PermissionsBoundary")?;
                self.policies.check_boundary(boundary)?;
                role.boundary = Some(boundary.to_owned());
            }
            "DeleteRolePermissionsBoundary" => role.boundary = None,
            "ListRoleTags" => {
                return Ok(json!({ "Tags": role.describe_tags(), "IsTruncated": false }));
            }
            "TagRole" => role.tag(input.tags("Tags")),
            "UntagRole" => role.untag(&input.texts("TagKeys")),
            "AttachRolePolicy" => {
                let arn = managed::arn(input)?;
                self.policies.check_attachable(arn)?;
                role.attached.insert(arn.to_owned());
            }
            _ => return on_policy(role, action, input),
        }
        Ok(json!({}))
    }
}

/// What takes an `OpenIDConnectProviderArn`.
const ON_PROVIDERS: &[&str] = &[
    "DeleteOpenIDConnectProvider",
    "GetOpenIDConnectProvider",
    "TagOpenIDConnectProvider",
    "UntagOpenIDConnectProvider",
];

/// What takes a `PolicyArn` alone.
const ON_POLICIES: &[&str] = &[
    "CreatePolicyVersion",
    "DeletePolicy",
    "DeletePolicyVersion",
    "GetPolicy",
    "ListPolicyVersions",
];

/// What takes a `RoleName`.
const ON_ROLES: &[&str] = &[
    "AttachRolePolicy",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListRolePolicies",
    "ListRoleTags",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
];

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
        "DetachRolePolicy" => {
            let arn = managed::arn(input)?;
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

/// As Cognito said it to others: <https://github.com/OElesin/querypal/issues/6>.
fn may_not_publish() -> AwsError {
    AwsError::bad_request(
        "InvalidSmsRoleAccessPolicyException",
        "Role does not have permission to publish with SNS",
    )
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
    fn cognito_sends_text_messages_only_with_a_role_that_may_publish() {
        let (iam, created) = role();
        let arn = created["Role"]["Arn"].as_str().unwrap();
        let refused = |arn: &str| iam.check_sms_role(arn).unwrap_err().code;
        assert_eq!(
            refused("arn:aws:iam::000000000000:role/other"),
            "InvalidSmsRoleAccessPolicyException"
        );
        assert_eq!(refused(arn), "InvalidSmsRoleTrustRelationshipException");
        let trust = TRUST.replace("lambda", "cognito-idp");
        let trusted = json!({ "RoleName": "skill", "PolicyDocument": trust });
        iam.call("UpdateAssumeRolePolicy", &trusted).unwrap();
        assert_eq!(refused(arn), "InvalidSmsRoleAccessPolicyException");
        for (action, may) in [
            ("sns:Subscribe", false),
            ("SNS:publish", true),
            ("sns:*", true),
        ] {
            let document = json!({ "Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Action": [action], "Resource": "*",
            }});
            let input = json!({
                "RoleName": "skill",
                "PolicyName": "messages",
                "PolicyDocument": document.to_string(),
            });
            iam.call("PutRolePolicy", &input).unwrap();
            assert_eq!(iam.check_sms_role(arn).is_ok(), may, "{action}");
        }
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

    /// IAM wants its policies' effects written as documented, and takes any case where a role's
    /// trust is said.
    #[test]
    fn the_case_of_an_effect_matters_in_policies_alone() {
        let (iam, _) = role();
        let document = r#"{"Statement":{"Effect":"ALLOW","Action":"s3:GetObject","Resource":"*"}}"#;
        let input = json!({ "RoleName": "skill", "PolicyName": "p", "PolicyDocument": document });
        for action in ["PutRolePolicy", "CreatePolicy"] {
            let refused = iam.call(action, &input).unwrap_err();
            assert_eq!(refused.code, "MalformedPolicyDocument");
            assert_eq!(refused.message, "The policy failed legacy parsing");
        }

        let trust = TRUST.replace("Allow", "ALLOW");
        let input = json!({ "RoleName": "loud", "AssumeRolePolicyDocument": trust });
        let created = iam.call("CreateRole", &input).unwrap();
        let arn = created["Role"]["Arn"].as_str().unwrap();
        assert!(iam.assumable(arn, "lambda.amazonaws.com"));
    }

    #[test]
    fn a_policy_is_named_by_its_arn() {
        let (iam, _) = role();
        let attach = |arn: &str| {
            let input = json!({ "RoleName": "skill", "PolicyArn": arn });
            iam.call("AttachRolePolicy", &input).unwrap_err()
        };
        let name = attach("test-policy-01234567");
        assert_eq!((name.status, name.code.as_str()), (400, "ValidationError"));
        assert_eq!(name.message, "Invalid ARN:  Could not be parsed!");
        let short = attach("test-policy");
        assert!(
            short
                .message
                .ends_with("length greater than or equal to 20"),
            "{short}"
        );
        let missing = "arn:aws:iam::000000000000:policy/missing";
        let gone = attach(missing);
        assert_eq!((gone.status, gone.code.as_str()), (404, "NoSuchEntity"));
        assert_eq!(
            gone.message,
            format!("Policy {missing} does not exist or is not attachable.")
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
    fn a_boundary_exists_and_stays_as_long_as_a_role_needs_it() {
        let (iam, _) = role();
        let arn = "arn:aws:iam::000000000000:policy/most";
        let boundary = json!({ "RoleName": "skill", "PermissionsBoundary": arn });
        let refused = iam
            .call("PutRolePermissionsBoundary", &boundary)
            .unwrap_err();
        assert_eq!(
            refused.message,
            format!("Scope ARN: {arn} does not exist or is not attachable.")
        );
        let document = r#"{"Version":"2012-10-17","Statement":[]}"#;
        let policy = json!({ "PolicyName": "most", "PolicyDocument": document, "PolicyArn": arn });
        iam.call("CreatePolicy", &policy).unwrap();
        iam.call("PutRolePermissionsBoundary", &boundary).unwrap();
        let read = iam.call("GetRole", &boundary).unwrap();
        assert_eq!(
            read["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"],
            arn
        );
        let refused = iam.call("DeletePolicy", &policy).unwrap_err();
        assert_eq!(refused.code, "DeleteConflict");
        iam.call("DeleteRolePermissionsBoundary", &boundary)
            .unwrap();
        iam.call("DeletePolicy", &policy).unwrap();
        assert_eq!(
            iam.call("GetPolicy", &policy).unwrap_err().code,
            "NoSuchEntity"
        );
    }

    #[test]
    fn a_policy_has_five_versions_and_a_length() {
        let iam = Iam::default();
        let arn = "arn:aws:iam::000000000000:policy/most";
        let document = r#"{"Version":"2012-10-17","Statement":[]}"#;
        let policy = json!({ "PolicyName": "most", "PolicyDocument": document, "PolicyArn": arn });
        iam.call("CreatePolicy", &policy).unwrap();
        for _ in 0..4 {
            iam.call("CreatePolicyVersion", &policy).unwrap();
        }
        let refused = iam.call("CreatePolicyVersion", &policy).unwrap_err();
        assert_eq!(refused.code, "LimitExceeded");
        let first = json!({ "PolicyArn": arn, "VersionId": "v1" });
        iam.call("DeletePolicyVersion", &first).unwrap();
        iam.call("CreatePolicyVersion", &policy).unwrap();
        let last = json!({ "PolicyArn": arn, "VersionId": "v6" });
        let refused = iam.call("DeletePolicyVersion", &last).unwrap_err();
        assert_eq!(refused.code, "DeleteConflict");
        let long = format!(r#"{{"Statement":[],"Id":"{}"}}"#, "x".repeat(6200));
        let long = json!({ "PolicyName": "long", "PolicyDocument": long });
        let refused = iam.call("CreatePolicy", &long).unwrap_err();
        assert_eq!(refused.code, "LimitExceeded");
    }

    #[test]
    fn an_account_has_one_provider_for_an_issuer() {
        let iam = Iam::default();
        let input =
            json!({ "Url": "https://issuer.example", "ClientIDList": ["sts.amazonaws.com"] });
        let made = iam.call("CreateOpenIDConnectProvider", &input).unwrap();
        let refused = iam.call("CreateOpenIDConnectProvider", &input).unwrap_err();
        assert_eq!(refused.code, "EntityAlreadyExists");
        let read = iam.call("GetOpenIDConnectProvider", &made).unwrap();
        assert_eq!(read["Url"], "issuer.example");
        iam.call("DeleteOpenIDConnectProvider", &made).unwrap();
        let gone = iam.call("GetOpenIDConnectProvider", &made).unwrap_err();
        assert_eq!(gone.code, "NoSuchEntity");
    }

    #[test]
    fn an_unknown_operation_is_refused_by_name() {
        let refused = Iam::default().call("CreateUser", &json!({})).unwrap_err();
        assert_eq!(refused.code, "InvalidAction");
        assert!(refused.message.contains("CreateUser"));
    }
}
