//! What this version does not deploy, and how the parts of the file hang together.

use super::Severity::Refused;
use super::{Rule, Violation, violation};
use crate::names::{self, AccountFragment};
use crate::stack_file::{PrefixTemplate, StackFile};

/// What this version deploys is written down here.
const DOCS: &str = "docs/stack.md";
const CUSTOM_DOMAIN: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html";

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.domain.custom"],
        source: CUSTOM_DOMAIN,
        check: custom_domain_without_certificate,
    },
    Rule {
        severity: Refused,
        keys: &["identity.domain.prefix"],
        source: DOCS,
        check: prefix_beside_custom_domain,
    },
    Rule {
        severity: Refused,
        keys: &["identity.domain.custom", "name"],
        source: CUSTOM_DOMAIN,
        check: custom_domain_name,
    },
    Rule {
        severity: Refused,
        keys: &["default-stage"],
        source: DOCS,
        check: default_stage,
    },
    Rule {
        severity: Refused,
        keys: &["identity.domain.prefix", "name"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html",
        check: domain_prefix,
    },
];

fn custom_domain_without_certificate(stack: &StackFile) -> Option<Violation> {
    let custom = stack.identity.domain.custom.as_ref()?;
    violation(
        custom.certificate_arn.is_none(),
        format!(
            "the sign-in domain {} has no certificate, and Cognito makes none",
            custom.name
        ),
        "request one for that name in us-east-1, and name its ARN in certificate-arn \
         (docs/identity.md)",
    )
}

fn prefix_beside_custom_domain(stack: &StackFile) -> Option<Violation> {
    let domain = &stack.identity.domain;
    violation(
        domain.custom.is_some() && domain.prefix != PrefixTemplate::default(),
        "a prefix beside a sign-in domain of one's own would not be used: there is one domain",
        "remove prefix, or custom",
    )
}

fn custom_domain_name(stack: &StackFile) -> Option<Violation> {
    let custom = stack.identity.domain.custom.as_ref()?;
    let any = AccountFragment::any();
    let error = stack
        .stages
        .keys()
        .find_map(|stage| names::custom_domain(stack, custom, stage, &any).err())?;
    violation(
        true,
        error.to_string(),
        "set name in identity.domain.custom; {name}, {stage} and {account} are filled in",
    )
}

fn default_stage(stack: &StackFile) -> Option<Violation> {
    let name = &stack.default_stage;
    let known: Vec<String> = stack.stages.keys().map(ToString::to_string).collect();
    violation(
        stack.stage(name).is_none(),
        format!("default-stage is `{name}`, and there is no such stage"),
        format!("use one of {}, or add [stages.{name}]", known.join(", ")),
    )
}

fn domain_prefix(stack: &StackFile) -> Option<Violation> {
    if !stack.identity.has_a_pool() || stack.identity.domain.existing.is_some() {
        return None;
    }
    let any = AccountFragment::any();
    let error = stack
        .stages
        .keys()
        .find_map(|stage| names::domain_prefix(stack, stage, &any).err())?;
    violation(
        true,
        error.to_string(),
        "set prefix in [identity.domain]; {name}, {stage} and {account} are filled in",
    )
}
