//! The stacks: one holds people, one can be thrown away, and one has the roles of a pipeline.

pub mod delivery;
mod identity;
mod outputs;
mod own;
mod parameters;
mod skill;
#[cfg(test)]
mod tests;

pub use delivery::delivery;
pub use identity::{
    ALEXA, ClientNames, DOMAIN, DOMAIN_RECORD, RESOURCE_SERVER, SMS_ROLE, USER_POOL, WEB, identity,
};
pub use outputs::{DeliveryOutputs, IdentityOutputs, OutputError, SkillOutputs};
pub use parameters::{
    AccountParameters, DeliveryParameters, IdentityParameters, OwnParameters, ProfileParameters,
    Repository, SkillParameters,
};
pub use skill::skill;

use crate::cloudformation::{Constraint, Parameter, PolicyDocument, Sub, Template, Value};
use crate::names;
use crate::resources::{Policy, Role, Tag};
use crate::stack_file::StackFile;

/// A URL that credentials may be sent to: https, or http on this machine.
const SECURE_URL: Constraint = Constraint::Pattern {
    pattern: r"^(https://[^\s,]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^\s,]*)?)$",
    words: "must be an https URL, or http on this machine",
};

/// Declares the parameter that every stack has.
fn stage_parameter(template: &mut Template) -> Parameter<String> {
    template.parameter(
        parameters::STAGE,
        "Which deployment this is, such as dev or prod",
        Constraint::Pattern {
            pattern: "^[a-z0-9][a-z0-9-]{0,15}$",
            words: "must be 1 to 16 of a-z, 0-9 and -",
        },
    )
}

/// A role of a stage, as its service needs it: under the stage's path, where a pipeline may make
/// roles, and under the boundary that a bootstrapped stage has.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
fn stage_role(
    template: &mut Template,
    stack: &StackFile,
    stage: &Parameter<String>,
    wanted: WantedRole,
) -> Role {
    let boundary = template.parameter_or(
        parameters::PERMISSIONS_BOUNDARY,
        "The most that roles of the stage may do: a policy's ARN, or nothing",
        Constraint::Pattern {
            pattern: "^(arn:aws:iam::[0-9]{12}:policy/[!-~]{1,512})?$",
            words: "must be the ARN of a policy in an account, or nothing",
        },
        "",
    );
    let unbounded = template.test("Unbounded", &boundary, "");
    Role {
        description: wanted.description,
        assume_role_policy_document: wanted.trust,
        policies: wanted.policies,
        permissions_boundary: Some(Value::unless(unbounded, &boundary)),
        path: Some(
            Sub::text(&format!("/{}/", stack.name))
                .parameter(stage)
                .and("/")
                .into(),
        ),
        tags: tags(stack, stage),
    }
}

/// What a role is for.
struct WantedRole {
    description: &'static str,
    trust: PolicyDocument,
    policies: Vec<Policy>,
}

/// The tags by which everything can be found again.
fn tags(stack: &StackFile, stage: &Parameter<String>) -> Vec<Tag> {
    vec![
        Tag {
            key: names::TAG_STACK,
            value: stack.name.as_str().into(),
        },
        Tag {
            key: names::TAG_STAGE,
            value: stage.reference(),
        },
    ]
}
