//! Rules about who signs people in: Login with Amazon has profiles and scopes of its own.

use super::Severity::Refused;
use super::{Rule, Violation, violation};
use crate::stack_file::{ProfileSource, Provider, Scope, StackFile};

const PROFILE: &str = "https://developer.amazon.com/docs/login-with-amazon/customer-profile.html";

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
];

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
