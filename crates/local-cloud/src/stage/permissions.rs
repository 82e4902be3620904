//! Asks the role of a function about each of its calls.

use std::collections::BTreeMap;

use local_access::ACCOUNT_ID;

use crate::aws::actions;
use crate::aws::iam::Iam;
use crate::aws::iam::evaluate::Asked;
use crate::aws::protocol::Received;
use crate::aws::protocol::scope::Scope;
use crate::base::error::AwsError;
use crate::base::keys::Principal;

/// Refuses a function's call that its role does not allow, or of which cannot be told what it does. The deployer may do
/// everything.
pub(super) fn check(
    iam: &Iam,
    principal: &Principal,
    scope: &Scope,
    received: &Received,
) -> Result<(), AwsError> {
    let Principal::Function { name, role, .. } = principal else {
        return Ok(());
    };
    let asked = actions::of(scope, received).ok_or_else(|| unknown(scope, received))?;
    let context = [("aws:requestedregion".to_owned(), scope.region.clone())];
    let context = BTreeMap::from(context);
    let role_name = role.rsplit('/').next().unwrap_or_default();
    let who = format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role_name}/{name}");
    asked.iter().try_for_each(|action| {
        let asked = Asked {
            action: &action.name,
            resources: &action.resources,
            context: &context,
        };
        iam.check(role, &who, &asked)
    })
}

/// A call of which the action is not known is not let through.
fn unknown(scope: &Scope, received: &Received) -> AwsError {
    AwsError::new(
        501,
        "NotImplemented",
        format!(
            "a local stage cannot tell which action of {} {} {} is, and so not ask the function's role for it \
             (docs/resources.md)",
            scope.service, received.method, received.path
        ),
    )
}
