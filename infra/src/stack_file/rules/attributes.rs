//! Rules about what is kept about people.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{Scope, StackFile, StandardAttribute};

const ATTRIBUTES: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html";

/// Most custom attributes of a pool.
const MOST_CUSTOM: usize = 50;

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.attributes.custom", "identity.attributes"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html",
        check: too_many_custom,
    },
    Rule {
        severity: Advice,
        keys: &["identity.attributes.custom", "identity.attributes"],
        source: ATTRIBUTES,
        check: custom_and_unseen,
    },
    Rule {
        severity: Advice,
        keys: &["identity.attributes.required", "identity.attributes"],
        source: ATTRIBUTES,
        check: address_and_unverified,
    },
];

fn too_many_custom(stack: &StackFile) -> Option<Violation> {
    let count = stack.identity.attributes.custom.len();
    violation(
        count > MOST_CUSTOM,
        format!("{count} custom attributes are too many: a user pool has at most {MOST_CUSTOM}"),
        "keep in a table of your own what is not about signing in",
    )
}

fn custom_and_unseen(stack: &StackFile) -> Option<Violation> {
    let scopes = &stack.linking.scopes;
    let seen = scopes.contains(&Scope::Profile) || scopes.contains(&Scope::UserAdmin);
    violation(
        !stack.identity.attributes.custom.is_empty() && !seen,
        "the skill sees none of the custom attributes: they belong to the scope `profile`",
        "add \"profile\" to scopes, if the skill shall see them",
    )
}

fn address_and_unverified(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    let asked = [
        (StandardAttribute::Email, identity.verifies_email(), "email"),
        (
            StandardAttribute::PhoneNumber,
            identity.verifies_phone(),
            "phone",
        ),
    ];
    let (attribute, _, sign_in) = asked.into_iter().find(|(attribute, verified, _)| {
        identity.attributes.required.contains(attribute) && !verified
    })?;
    violation(
        true,
        format!("nobody verifies `{attribute}`: it says what people have typed at sign-up"),
        format!("add \"{sign_in}\" to sign-in, if it has to be theirs"),
    )
}
