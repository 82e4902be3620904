//! Rules about the function's own variables and permissions.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{
    Action, OutputName, OwnResources, Permission, PermittedResource, StackFile, VariableName,
    VariableValue,
};

const OUTPUTS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html";
const VARIABLES: &str = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const PARAMETERS: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html";
const SECRETS: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html";
const LEAST: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

/// The most bytes that names and values of a function's variables have together
/// ([Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
const MOST_BYTES: usize = 4096;

/// The bytes that the tool's own variables have at most, which are known when a stage is deployed.
const OWN_BYTES: usize = 1024;

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["lambda.environment"],
        source: QUOTAS,
        check: too_large,
    },
    Rule {
        severity: Refused,
        keys: &["lambda.environment"],
        source: PARAMETERS,
        check: alike,
    },
    Rule {
        severity: Refused,
        keys: &["lambda.environment", "stages"],
        source: SECRETS,
        check: secret,
    },
    Rule {
        severity: Refused,
        keys: &["stages"],
        source: VARIABLES,
        check: unknown_override,
    },
    Rule {
        severity: Refused,
        keys: &["stages"],
        source: SECRETS,
        check: other_kind,
    },
    Rule {
        severity: Refused,
        keys: &["lambda.environment", "stages", "lambda.permissions"],
        source: OUTPUTS,
        check: unknown_output,
    },
    Rule {
        severity: Refused,
        keys: &["lambda.permissions"],
        source: LEAST,
        check: everything,
    },
    Rule {
        severity: Refused,
        keys: &["lambda.permissions"],
        source: LEAST,
        check: nothing,
    },
    Rule {
        severity: Advice,
        keys: &["lambda.permissions"],
        source: LEAST,
        check: wildcard,
    },
];

fn too_large(stack: &StackFile) -> Option<Violation> {
    stack.stages.keys().find_map(|stage| {
        let bytes: usize = (stack.environment(stage).iter())
            .map(|(name, value)| {
                let value = match value {
                    VariableValue::Text(text) => text.len(),
                    VariableValue::Secret { secret } => secret.place(&stack.name, stage).len(),
                    // Known when the stage is deployed.
                    VariableValue::Output { .. } => 0,
                };
                name.as_str().len() + value
            })
            .sum();
        violation(
            bytes > MOST_BYTES - OWN_BYTES,
            format!("the variables of stage {stage} have {bytes} bytes"),
            format!(
                "Lambda takes {MOST_BYTES} bytes of names and values, and up to {OWN_BYTES} of them are the tool's: \
                 keep what is large in a file of the skill or in a service"
            ),
        )
    })
}

/// Names of parameters are letters and digits.
fn alike(stack: &StackFile) -> Option<Violation> {
    let names: Vec<&VariableName> = stack.lambda.environment.names().collect();
    let (one, other) = names.iter().enumerate().find_map(|(at, one)| {
        let other = names[at + 1..].iter();
        let mut same = other.filter(|other| other.parameter() == one.parameter());
        Some((one, same.next()?))
    })?;
    violation(
        true,
        format!("{one} and {other} are the same but for capitals and underscores"),
        "a parameter of the template has neither: give one another name",
    )
}

fn secret(stack: &StackFile) -> Option<Violation> {
    let all = stack.lambda.environment.iter();
    let own = stack
        .stages
        .values()
        .flat_map(|stage| stage.environment.iter());
    let (name, _) = all.chain(own).find(|(name, value)| {
        matches!(value, VariableValue::Text(text) if looks_secret(name.as_str(), text))
    })?;
    violation(
        true,
        format!(
            "the value of {name} looks like a secret, which everyone who may read the file or the function could use"
        ),
        format!(
            "write {name} = {{ secret = \"NAME\" }}, and give the secret its value with `cargo xtask secret set STAGE NAME`"
        ),
    )
}

/// Beginnings of credentials that services give out.
const PREFIXES: [&str; 9] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "rk_live_",
    "eyJ",
];

/// Words in names of variables that hold credentials.
const WORDS: [&str; 7] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "TOKEN",
    "APIKEY",
    "PRIVATEKEY",
    "CREDENTIAL",
];

fn looks_secret(name: &str, value: &str) -> bool {
    let has_password = value
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next()?.split_once('@'))
        .is_some_and(|(user, _)| user.contains(':'));
    let known = PREFIXES.iter().any(|prefix| value.starts_with(prefix)) && value.len() >= 16;
    if has_password || known || value.contains("-----BEGIN") {
        return true;
    }
    let name = name.to_ascii_uppercase().replace('_', "");
    let named = WORDS.iter().any(|word| name.contains(word));
    // A place where it is kept is no secret: a URL, an ARN or the name of a parameter.
    let random = value.len() >= 8
        && !value.contains([':', '/', ' '])
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    named && random
}

fn unknown_override(stack: &StackFile) -> Option<Violation> {
    let known = &stack.lambda.environment;
    let (stage, name) = stack.stages.iter().find_map(|(stage, own)| {
        let mut names = own.environment.names();
        Some((stage, names.find(|name| known.get(name).is_none())?))
    })?;
    violation(
        true,
        format!(
            "stage {stage} has a value for {name}, and [lambda.environment] has no such variable"
        ),
        "write the variable into [lambda.environment] with the value that the other stages have",
    )
}

/// Templates do not depend on the stage, and what the role may read is in them.
fn other_kind(stack: &StackFile) -> Option<Violation> {
    let kind = |value: &VariableValue| match value {
        VariableValue::Text(_) | VariableValue::Output { .. } => "no secret",
        VariableValue::Secret { secret } if secret.is_arn() => "a secret of Secrets Manager",
        VariableValue::Secret { .. } => "a secret of Parameter Store",
    };
    let (stage, name, own, all) = stack.stages.iter().find_map(|(stage, own)| {
        own.environment.iter().find_map(|(name, value)| {
            let (all, own) = (kind(stack.lambda.environment.get(name)?), kind(value));
            (all != own).then_some((stage, name, own, all))
        })
    })?;
    violation(
        true,
        format!("{name} is {own} in stage {stage} and {all} in [lambda.environment]"),
        "let every stage have the same kind: the function's role allows one of them",
    )
}

fn unknown_output(stack: &StackFile) -> Option<Violation> {
    let own = stack.stages.values().map(|stage| &stage.environment);
    let variables = std::iter::once(&stack.lambda.environment).chain(own);
    let permitted = stack.lambda.permissions.iter().flat_map(|it| &it.resources);
    let permitted = permitted.filter_map(|resource| match resource {
        PermittedResource::Output { output } => Some(output),
        PermittedResource::Arn(_) => None,
    });
    let named = variables
        .flat_map(super::super::Variables::outputs)
        .chain(permitted);
    let known: Vec<&str> = (stack.resources.iter())
        .flat_map(OwnResources::outputs)
        .collect();
    let unknown: &OutputName = named
        .into_iter()
        .find(|output| !known.contains(&output.as_str()))?;
    let file = OwnResources::FILE;
    if stack.resources.is_none() {
        return violation(
            true,
            format!("there is no {file} that could have the output {unknown}"),
            format!("write {file} with the resources that the skill uses (docs/resources.md)"),
        );
    }
    violation(
        true,
        format!("{file} has no output {unknown}"),
        match known.as_slice() {
            [] => "declare it under Outputs".to_owned(),
            known => format!("it has {}", known.join(", ")),
        },
    )
}

fn covers_everything(permission: &Permission) -> bool {
    let whole = |action: &str| action == "*" || action.ends_with(":*");
    permission
        .actions
        .iter()
        .any(|action| whole(action.as_str()))
        && permission.resources.iter().any(is_every_resource)
}

fn is_every_resource(resource: &PermittedResource) -> bool {
    matches!(resource, PermittedResource::Arn(arn) if arn.as_str() == "*")
}

fn everything(stack: &StackFile) -> Option<Violation> {
    let permission = stack
        .lambda
        .permissions
        .iter()
        .find(|it| covers_everything(it))?;
    let action = permission
        .actions
        .iter()
        .find(|action| action.as_str().ends_with('*'))?;
    violation(
        true,
        format!("the function could do {action} to every resource of the account"),
        "name the actions that the skill calls, and the ARNs that it calls them on",
    )
}

fn nothing(stack: &StackFile) -> Option<Violation> {
    let empty =
        |permission: &Permission| permission.actions.is_empty() || permission.resources.is_empty();
    violation(
        stack.lambda.permissions.iter().any(empty),
        "a permission has no actions or no resources",
        "name both: actions = [\"sqs:SendMessage\"] and resources = [\"arn:aws:sqs:…\"]",
    )
}

fn wildcard(stack: &StackFile) -> Option<Violation> {
    let broad = |permission: &'_ Permission| {
        let mut actions = permission.actions.iter().map(Action::as_str);
        // A part of a bucket or a table is named with a wildcard.
        let action = actions.find(|action| action.contains('*'));
        action
            .or_else(|| {
                permission
                    .resources
                    .iter()
                    .any(is_every_resource)
                    .then_some("*")
            })
            .map(str::to_owned)
    };
    let text = stack.lambda.permissions.iter().find_map(broad)?;
    violation(
        true,
        format!("`{text}` lets the function do more than what it says"),
        "name each action, and each resource by its ARN",
    )
}
