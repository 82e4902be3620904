//! Rules about a user pool that exists already: it is somebody's own matter, and stays as it is.

use super::Severity::Refused;
use super::{Rule, Violation, violation};
use crate::stack_file::problem::Locator;
use crate::stack_file::{Identity, PrefixTemplate, StackFile};

/// What is managed of such a pool is written down here.
const DOCS: &str = "docs/identity.md";

pub(super) const RULES: &[Rule] = &[
    unless_usual!(of_the_pool, "sign-in", sign_in),
    unless_usual!(of_the_pool, "password", password),
    unless_usual!(of_the_pool, "mfa", mfa),
    unless_usual!(of_the_pool, "mfa-factors", mfa_factors),
    unless_usual!(of_the_pool, "recovery", recovery),
    unless_usual!(of_the_pool, "attributes", attributes),
    unless_usual!(of_the_pool, "issuer", issuer),
    unless_usual!(of_the_pool, "self-sign-up", self_sign_up),
    unless_usual!(of_the_pool, "plan", plan),
    unless_usual!(of_the_pool, "email", email),
    Rule {
        severity: Refused,
        keys: &["identity.user-pool-id"],
        source: DOCS,
        check: pool_in_another_region,
    },
    Rule {
        severity: Refused,
        keys: &["identity.domain.existing"],
        source: DOCS,
        check: existing_domain_of_a_new_pool,
    },
    Rule {
        severity: Refused,
        keys: &["identity.domain.existing"],
        source: DOCS,
        check: existing_domain_beside_another,
    },
];

/// The same for keys that say what is usual anyway: the pool may be another, and whoever writes
/// `mfa = "off"` would believe it.
pub(super) fn written(
    stack: &StackFile,
    locator: &Locator<'_>,
) -> impl Iterator<Item = (&'static Rule, Violation)> {
    let usual = RULES.iter().filter(|rule| (rule.check)(stack).is_none());
    usual.filter_map(|rule| {
        let key = rule.keys.first().filter(|key| locator.has(key))?;
        let name = key.strip_prefix("identity.")?;
        let is_the_pools = !["user-pool-id", "domain.existing"].contains(&name);
        Some((rule, of_the_pool(stack, name, |_, _| is_the_pools)?))
    })
}

/// A key that configures a pool. Whoever writes it expects it to do something, and nothing of a pool
/// that exists already is touched.
fn of_the_pool(
    stack: &StackFile,
    key: &str,
    differs: impl Fn(&Identity, &Identity) -> bool,
) -> Option<Violation> {
    let identity = &stack.identity;
    let pool = identity.user_pool_id.as_ref()?;
    violation(
        identity.has_a_pool() && differs(identity, &Identity::default()),
        format!("`{key}` configures a user pool, and nothing of {pool} is changed"),
        format!("remove {key}: the pool has its own; or remove user-pool-id to have a pool made"),
    )
}

fn pool_in_another_region(stack: &StackFile) -> Option<Violation> {
    let pool = stack.identity.user_pool_id.as_ref()?;
    let elsewhere = |stage: &crate::stack_file::Stage| stage.region.as_str() != pool.region();
    let (name, stage) = (stack.stages.iter()).find(|(_, stage)| elsewhere(stage))?;
    violation(
        true,
        format!(
            "user pool {pool} is in {}, and the home of stage `{name}` is {}",
            pool.region(),
            stage.region
        ),
        "remove the stage's region: it is at home where its user pool is; a stage that is deployed \
         already stays where it is, without this user-pool-id",
    )
}

fn existing_domain_of_a_new_pool(stack: &StackFile) -> Option<Violation> {
    let domain = stack.identity.domain.existing.as_ref()?;
    violation(
        stack.identity.makes_a_pool(),
        format!("a new user pool cannot have the domain {domain} already"),
        "name the pool that has it in user-pool-id, or use prefix or custom",
    )
}

fn existing_domain_beside_another(stack: &StackFile) -> Option<Violation> {
    let domain = &stack.identity.domain;
    let existing = domain.existing.as_ref()?;
    violation(
        domain.custom.is_some() || domain.prefix != PrefixTemplate::default(),
        format!("people sign in at one domain, and {existing} is not the only one here"),
        "remove existing, or prefix and custom",
    )
}
