//! Rules about a user pool that exists already: it is somebody's own matter, and stays as it is.

use super::Severity::Refused;
use super::applies::DOCS;
use super::{Rule, Violation, violation};
use crate::stack_file::{PrefixTemplate, StackFile};

pub(super) const RULES: &[Rule] = &[
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
