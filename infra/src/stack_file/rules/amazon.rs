//! Rules about who signs people in: Login with Amazon has no user pool, and nothing of one.

use super::Severity::Refused;
use super::{Rule, Violation, violation};
use crate::stack_file::{Grant, Identity, ProfileSource, Provider, Scope, StackFile};

const PROFILE: &str = "https://developer.amazon.com/docs/login-with-amazon/customer-profile.html";
/// What needs a pool is written down beside the keys.
const DOCS: &str = "docs/identity.md";

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["linking.profile-source", "identity.provider"],
        source: PROFILE,
        check: profile_of_the_other_provider,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes", "identity.provider"],
        source: PROFILE,
        check: scope_of_the_other_provider,
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.scopes"],
        source: PROFILE,
        check: web_scope_of_amazon,
    },
    Rule {
        severity: Refused,
        keys: &["linking.scopes"],
        source: PROFILE,
        check: amazon_without_profile,
    },
    Rule {
        severity: Refused,
        keys: &["linking.grants"],
        source: DOCS,
        check: grants_of_a_pool,
    },
    unless_usual!(of_a_pool, "sign-in", sign_in),
    unless_usual!(of_a_pool, "first-factors", first_factors),
    unless_usual!(of_a_pool, "password", password),
    unless_usual!(of_a_pool, "mfa", mfa),
    unless_usual!(of_a_pool, "mfa-factors", mfa_factors),
    unless_usual!(of_a_pool, "recovery", recovery),
    unless_usual!(of_a_pool, "attributes", attributes),
    unless_usual!(of_a_pool, "issuer", issuer),
    unless_usual!(of_a_pool, "self-sign-up", self_sign_up),
    unless_usual!(of_a_pool, "plan", plan),
    unless_usual!(of_a_pool, "pages", pages),
    unless_usual!(of_a_pool, "email", email),
    unless_usual!(of_a_pool, "web-client", web_client),
    unless_usual!(of_a_pool, "user-pool-id", user_pool_id),
    unless_usual!(of_a_pool, "tokens", tokens),
    unless_usual!(of_a_pool, "domain", domain),
];

/// A key of a user pool. It means nothing without one, and whoever writes it expects it to do
/// something.
fn of_a_pool(
    stack: &StackFile,
    key: &str,
    differs: impl Fn(&Identity, &Identity) -> bool,
) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        !identity.has_a_pool() && differs(identity, &Identity::default()),
        format!("`{key}` is about a user pool, and Login with Amazon has none"),
        format!("remove {key}, or use provider = \"cognito\""),
    )
}

fn profile_of_the_other_provider(stack: &StackFile) -> Option<Violation> {
    let source = stack.linking.profile_source;
    match stack.identity.provider {
        Provider::Cognito => violation(
            source == ProfileSource::LoginWithAmazon,
            "people who sign in with Cognito have no profile at Login with Amazon",
            "use profile-source = \"userinfo\", or provider = \"login-with-amazon\"",
        ),
        Provider::LoginWithAmazon => violation(
            source != ProfileSource::LoginWithAmazon,
            format!(
                "profile-source is `{source}`, and Login with Amazon keeps people's profiles itself"
            ),
            "use profile-source = \"login-with-amazon\" in [linking]",
        ),
    }
}

fn scope_of_the_other_provider(stack: &StackFile) -> Option<Violation> {
    let (belongs, who, hint): (fn(&Scope) -> bool, _, _) = match stack.identity.provider {
        Provider::Cognito => (
            Scope::is_of_a_pool,
            "a user pool",
            "use openid, email, phone, profile or aws.cognito.signin.user.admin",
        ),
        Provider::LoginWithAmazon => (
            Scope::is_of_amazon,
            "Login with Amazon",
            "use scopes = [\"profile\"] in [linking]; profile:user_id and postal_code are the others",
        ),
    };
    let strange = stack.linking.scopes.iter().find(|scope| !belongs(scope))?;
    violation(
        true,
        format!("{who} does not know the scope `{strange}`"),
        hint,
    )
}

fn web_scope_of_amazon(stack: &StackFile) -> Option<Violation> {
    let web = stack.identity.web_client.as_ref()?;
    let strange = web.scopes.iter().find(|scope| !scope.is_of_a_pool())?;
    violation(
        true,
        format!("a user pool does not know the scope `{strange}`"),
        "use openid, email, phone, profile or aws.cognito.signin.user.admin",
    )
}

fn amazon_without_profile(stack: &StackFile) -> Option<Violation> {
    let scopes = &stack.linking.scopes;
    violation(
        !stack.identity.has_a_pool()
            && !scopes.is_empty()
            && !scopes.contains(&Scope::Profile)
            && !scopes.contains(&Scope::ProfileUserId),
        "Login with Amazon says who somebody is only to whoever asks for `profile` or `profile:user_id`",
        "add \"profile\" to scopes",
    )
}

fn grants_of_a_pool(stack: &StackFile) -> Option<Violation> {
    violation(
        !stack.identity.has_a_pool() && stack.linking.grants.contains(&Grant::Implicit),
        "`grants` is about the app client of a user pool, and Login with Amazon has none",
        "remove grants; Alexa uses the code grant",
    )
}
