//! Asks the role of a function about each of its calls.

use std::collections::BTreeMap;

use local_access::ACCOUNT_ID;
use serde_json::Value;

use crate::aws::iam::Iam;
use crate::aws::iam::evaluate::Asked;
use crate::aws::protocol::scope::Scope;
use crate::aws::protocol::{Received, json};
use crate::aws::secrets;
use crate::base::error::AwsError;
use crate::base::keys::Principal;

/// Refuses a function's call that its role does not allow. The deployer may do everything.
pub(super) fn check(
    iam: &Iam,
    principal: &Principal,
    service: &str,
    scope: &Scope,
    received: &Received,
) -> Result<(), AwsError> {
    let target = received.header("x-amz-target").unwrap_or_default();
    let operation = json::operation(service, target)?;
    let input: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let resources = resources(service, &scope.region, &input);
    let action = format!("{}:{operation}", scope.service);
    check_action(iam, principal, scope, &action, &resources)
}

/// The same for `DynamoDB`.
#[cfg(feature = "dynamodb")]
pub(super) fn check_dynamodb(
    iam: &Iam,
    principal: &Principal,
    scope: &Scope,
    operation: &str,
    body: &str,
) -> Result<(), AwsError> {
    let input: Value = serde_json::from_str(body).unwrap_or_default();
    let mut asked = crate::aws::dynamodb::asked(&scope.region, operation, &input).into_iter();
    asked.try_for_each(|(action, resource)| {
        let resources: Vec<_> = resource.into_iter().collect();
        check_action(iam, principal, scope, &action, &resources)
    })
}

fn check_action(
    iam: &Iam,
    principal: &Principal,
    scope: &Scope,
    action: &str,
    resources: &[String],
) -> Result<(), AwsError> {
    let Principal::Function { name, role, .. } = principal else {
        return Ok(());
    };
    let context = [("aws:requestedregion".to_owned(), scope.region.clone())];
    let role_name = role.rsplit('/').next().unwrap_or_default();
    let who = format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role_name}/{name}");
    let asked = Asked {
        action,
        resources,
        context: &BTreeMap::from(context),
    };
    iam.check(role, &who, &asked)
}

/// The ARNs that a call is about.
fn resources(service: &str, region: &str, input: &Value) -> Vec<String> {
    let text = |name: &str| input[name].as_str();
    match service {
        json::SSM => text("Name")
            .map(|name| secrets::arn(region, name))
            .into_iter()
            .collect(),
        json::SECRETS_MANAGER => text("SecretId").map(str::to_owned).into_iter().collect(),
        _ => Vec::new(),
    }
}
