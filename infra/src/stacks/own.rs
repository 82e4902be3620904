//! The project's own part of the skill stack: variables, secrets and permissions of the function.

use std::collections::BTreeMap;

use models::environment;

use super::parameters::{self, output_parameter};
use crate::cloudformation::{
    Constraint, Effect, Parameter, PolicyDocument, Pseudo, Statement, Sub, Template, Value,
};
use crate::resources::Policy;
use crate::stack_file::{
    Backend, OutputName, Permission, PermittedResource, SecretName, StackFile, VariableValue,
};

/// Any text; CloudFormation itself limits it to 4 KB.
const ANY_TEXT: Constraint = Constraint::Pattern {
    pattern: r"^[\s\S]*$",
    words: "may be any text",
};

/// Variables and permissions that the project gives the function.
pub(super) struct Own {
    /// Its variables by name.
    pub(super) variables: Vec<(String, Value<String>)>,
    /// The policies of its role.
    pub(super) policies: Vec<Policy>,
}

/// Declares the parameters that hold the values: a stage may have others.
pub(super) fn declare(template: &mut Template, stack: &StackFile) -> Own {
    let mut own = Own {
        variables: Vec::new(),
        policies: Vec::new(),
    };
    // Parameters and secrets are where the state is, and the function may be elsewhere.
    let home = stack.needs_home_region().then(|| {
        template.parameter(
            parameters::HOME_REGION,
            "The stage's home region",
            Constraint::Pattern {
                pattern: "^[a-z]{2}(-[a-z]+)+-[0-9]$",
                words: "must be a region",
            },
        )
    });
    if let Some(home) = &home {
        let name = environment::HOME_REGION.name.to_owned();
        own.variables.push((name, home.reference()));
    }
    let backends: Vec<_> = stack.skill.backends.iter().map(Backend::as_str).collect();
    if !backends.is_empty() {
        let name = environment::BACKENDS.name.to_owned();
        own.variables
            .push((name, backends.join(" ").as_str().into()));
    }
    let mut secrets = Vec::new();
    for (name, value) in stack.lambda.environment.iter() {
        let parameter = template.parameter(
            name.parameter(),
            "The value of a variable in the function's environment",
            ANY_TEXT,
        );
        own.variables
            .push((name.to_string(), parameter.reference()));
        if let (VariableValue::Secret { secret }, Some(home)) = (value, &home) {
            secrets.push(reads(secret, &parameter, home));
        }
    }
    let mut outputs = BTreeMap::new();
    for output in permitted_outputs(stack) {
        let name = output_parameter(output);
        outputs.entry(output.clone()).or_insert_with(|| {
            let parameter = template.parameter(
                name,
                "An output of the stack with the project's own resources",
                ANY_TEXT,
            );
            parameter.reference()
        });
    }
    let statements: Vec<_> = (stack.lambda.permissions.iter())
        .map(|permission| {
            statement(permission, |output| {
                outputs.get(output).cloned().unwrap_or_else(|| "*".into())
            })
        })
        .collect();
    for (policy_name, statements) in [("own-secrets", secrets), ("own-permissions", statements)] {
        if !statements.is_empty() {
            own.policies.push(Policy {
                policy_name,
                policy_document: PolicyDocument::new(statements),
            });
        }
    }
    own
}

/// The most that the function may do beside writing its log, in whichever stage: the boundary of its role. An output is
/// not known when the boundary is made, so that the actions are allowed everywhere that the role itself names.
pub(super) fn most(stack: &StackFile, stage: &Parameter<String>) -> Vec<Statement> {
    let permissions = stack.lambda.permissions.iter();
    let mut statements: Vec<_> = permissions
        .map(|permission| statement(permission, |_| "*".into()))
        .collect();
    let secrets = stack.secrets();
    if secrets.iter().any(|secret| !secret.is_arn()) {
        let parameters = parameter_arn(Sub::text("*"))
            .and(&format!("/{}/", stack.name))
            .parameter(stage)
            .and("/*");
        statements.push(allow("ssm:GetParameter", parameters.into()));
    }
    let arns = secrets.iter().filter(|secret| secret.is_arn());
    statements.extend(arns.map(|arn| allow("secretsmanager:GetSecretValue", arn.as_str().into())));
    statements
}

/// Allows to read one secret.
fn reads(secret: &SecretName, place: &Parameter<String>, home: &Parameter<String>) -> Statement {
    if secret.is_arn() {
        allow("secretsmanager:GetSecretValue", place.reference())
    } else {
        let arn = parameter_arn(Sub::default().parameter(home)).parameter(place);
        allow("ssm:GetParameter", arn.into())
    }
}

/// The ARN of a parameter, up to its name, which begins with a slash.
fn parameter_arn(region: Sub) -> Sub {
    Sub::text("arn:aws:ssm:")
        .followed_by(region)
        .and(":")
        .pseudo(Pseudo::AccountId)
        .and(":parameter")
}

fn allow(action: &'static str, resource: Value<String>) -> Statement {
    Statement {
        effect: Effect::Allow,
        principal: None,
        action: vec![action.into()],
        resource: vec![resource],
        condition: None,
    }
}

fn statement(permission: &Permission, output: impl Fn(&OutputName) -> Value<String>) -> Statement {
    Statement {
        effect: Effect::Allow,
        principal: None,
        action: (permission.actions.iter())
            .map(|action| action.to_string().into())
            .collect(),
        resource: (permission.resources.iter())
            .map(|resource| match resource {
                PermittedResource::Arn(arn) => arn.as_str().into(),
                PermittedResource::Output { output: name } => output(name),
            })
            .collect(),
        condition: None,
    }
}

fn permitted_outputs(stack: &StackFile) -> impl Iterator<Item = &OutputName> {
    let resources = stack
        .lambda
        .permissions
        .iter()
        .flat_map(|one| &one.resources);
    resources.filter_map(|resource| match resource {
        PermittedResource::Output { output } => Some(output),
        PermittedResource::Arn(_) => None,
    })
}
