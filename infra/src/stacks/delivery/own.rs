//! Grants of the delivery stack's roles for the project's own resources and secrets.

use super::allow;
use crate::cloudformation::{Effect, Statement};
use crate::stack_file::{OwnResources, StackFile};

/// The ways to read how a resource is set up, without what is in it. Services name them by habit and not by rule, so
/// that drift of a type that is read otherwise is denied to a plan.
const READS: [&str; 6] = [
    "Describe*",
    "GetBucket*",
    "GetEncryptionConfiguration",
    "GetLifecycleConfiguration",
    "Get*Attributes",
    "List*",
];

/// Grants of a plan, which reads.
pub(super) fn plan(stack: &StackFile) -> Vec<Statement> {
    let mut statements = secrets(stack);
    if stack.resources.is_some() {
        let services = services(stack);
        let reads = services
            .iter()
            .flat_map(|service| READS.map(|read| format!("{service}:{read}")));
        statements.push(everywhere(reads));
        statements.push(allow(&["cloudformation:DescribeType"], vec!["*".into()]));
    }
    statements
}

/// Grants of CloudFormation's role, which makes the resources: everything that their services can do, because which of it a resource
/// needs is known to its handler alone.
pub(super) fn make(stack: &StackFile) -> Vec<Statement> {
    let services = services(stack);
    let all = services.iter().map(|service| format!("{service}:*"));
    (!services.is_empty())
        .then(|| everywhere(all))
        .into_iter()
        .collect()
}

/// The most that either may do.
pub(super) fn most(stack: &StackFile) -> Vec<Statement> {
    [plan(stack), make(stack)].concat()
}

/// Grants to see that a secret is there, without its value.
fn secrets(stack: &StackFile) -> Vec<Statement> {
    let secrets = stack.secrets();
    let (arns, names): (Vec<_>, Vec<_>) = secrets.iter().partition(|secret| secret.is_arn());
    let mut statements = Vec::new();
    if !names.is_empty() {
        // It is granted on all parameters or on none.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
        statements.push(allow(&["ssm:DescribeParameters"], vec!["*".into()]));
    }
    if !arns.is_empty() {
        let arns = arns.into_iter().map(|arn| arn.as_str().into()).collect();
        statements.push(allow(&["secretsmanager:DescribeSecret"], arns));
    }
    statements
}

fn services(stack: &StackFile) -> Vec<String> {
    stack
        .resources
        .as_ref()
        .map_or_else(Vec::new, OwnResources::services)
}

fn everywhere(actions: impl Iterator<Item = String>) -> Statement {
    Statement {
        effect: Effect::Allow,
        principal: None,
        action: actions.map(Into::into).collect(),
        resource: vec!["*".into()],
        condition: None,
    }
}
