//! Rules about account linking.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{Grant, ProfileSource, Scope, StackFile, StandardAttribute};

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["linking.scopes"],
        source: "https://developer.amazon.com/docs/smapi/account-linking-schemas.html",
        check: too_many_scopes,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html",
        check: no_scopes,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes", "linking.profile-source"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html",
        check: userinfo_without_openid,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes", "linking.profile-source"],
        source: "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html",
        check: get_user_without_admin,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html",
        check: attributes_without_openid,
    },
    Rule {
        severity: Refused,
        keys: &["linking.grants"],
        source: "https://developer.amazon.com/docs/account-linking/configure-implicit-grant.html",
        check: no_code_grant,
    },
    Rule {
        severity: Advice,
        keys: &["linking.scopes", "identity.sign-in"],
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html",
        check: scope_of_nothing,
    },
];

fn too_many_scopes(stack: &StackFile) -> Option<Violation> {
    let count = stack.linking.scopes.len();
    violation(
        count > 15,
        format!("{count} scopes are too many: Alexa takes at most 15"),
        "leave out what the skill does not use",
    )
}

fn no_scopes(stack: &StackFile) -> Option<Violation> {
    violation(
        stack.linking.scopes.is_empty(),
        "scopes is empty, and a token without scopes opens nothing",
        "use [\"openid\", \"email\", \"profile\"], or some of them with \"openid\"",
    )
}

fn userinfo_without_openid(stack: &StackFile) -> Option<Violation> {
    let linking = &stack.linking;
    violation(
        stack.identity.has_a_pool()
            && linking.profile_source == ProfileSource::Userinfo
            && !linking.scopes.contains(&Scope::Openid),
        "the userInfo endpoint refuses tokens without the scope openid",
        "add \"openid\" to scopes",
    )
}

fn get_user_without_admin(stack: &StackFile) -> Option<Violation> {
    let linking = &stack.linking;
    violation(
        stack.identity.has_a_pool()
            && linking.profile_source == ProfileSource::GetUser
            && !linking.scopes.contains(&Scope::UserAdmin),
        "GetUser refuses tokens without the scope aws.cognito.signin.user.admin",
        "add \"aws.cognito.signin.user.admin\" to scopes, or use profile-source = \"userinfo\"",
    )
}

fn attributes_without_openid(stack: &StackFile) -> Option<Violation> {
    let scopes = &stack.linking.scopes;
    if !stack.identity.has_a_pool() {
        return None;
    }
    let attribute = [Scope::Email, Scope::Phone, Scope::Profile]
        .into_iter()
        .find(|scope| scopes.contains(scope))?;
    violation(
        !scopes.contains(&Scope::Openid) && stack.linking.profile_source != ProfileSource::Userinfo,
        format!("Cognito gives the scope `{attribute}` only together with openid"),
        "add \"openid\" to scopes",
    )
}

fn no_code_grant(stack: &StackFile) -> Option<Violation> {
    violation(
        !stack.linking.grants.contains(&Grant::Code),
        "grants lacks `code`, the one that Alexa uses here: an implicit grant has no refresh \
         token, and everyone would be unlinked with every access token",
        "use [\"code\"], or [\"code\", \"implicit\"]",
    )
}

fn scope_of_nothing(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    // What people give for a pool that exists already is its own matter.
    if !identity.makes_a_pool() {
        return None;
    }
    let addresses = [
        (
            Scope::Email,
            identity.verifies_email(),
            StandardAttribute::Email,
        ),
        (
            Scope::Phone,
            identity.verifies_phone(),
            StandardAttribute::PhoneNumber,
        ),
    ];
    let (scope, _, attribute) = addresses.iter().find(|(scope, given, attribute)| {
        let required = identity.attributes.required.contains(attribute);
        stack.linking.scopes.contains(scope) && !given && !required
    })?;
    violation(
        true,
        format!("the scope `{scope}` shows nothing: nobody gives `{attribute}` at sign-up"),
        format!("remove \"{scope}\" from scopes, or add \"{attribute}\" to attributes.required"),
    )
}
