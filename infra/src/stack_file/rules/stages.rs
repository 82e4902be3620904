//! Rules about the stages beside each other.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::names::{self, AccountFragment};
use crate::stack_file::{StackFile, Stage, StageName};

const PARTITIONS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
const DOMAINS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html";

const EMULATORS: &str = "docs/stack.md";

/// What the regions of other partitions begin with: China, and those for governments.
const ELSEWHERE: [&str; 5] = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["stages"],
        source: PARTITIONS,
        check: stage_in_another_partition,
    },
    Rule {
        severity: Refused,
        keys: &["stages"],
        source: EMULATORS,
        check: emulator_of_a_real_stage,
    },
    Rule {
        severity: Advice,
        keys: &["identity.domain.custom", "identity.domain.prefix"],
        source: DOMAINS,
        check: one_domain_for_several_stages,
    },
];

fn stage_in_another_partition(stack: &StackFile) -> Option<Violation> {
    let outside = |(_, stage): &(&StageName, &Stage)| {
        let region = stage.region.as_str();
        ELSEWHERE.iter().any(|begin| region.starts_with(begin))
    };
    let (name, stage) = stack.stages.iter().find(outside)?;
    violation(
        true,
        format!(
            "stage {name} is in {}, which is another AWS than the one that Alexa calls",
            stage.region
        ),
        "use a region such as us-east-1 or eu-west-1",
    )
}

fn emulator_of_a_real_stage(stack: &StackFile) -> Option<Violation> {
    let mut real = stack.real_stages();
    let (name, _) = real.find(|(_, stage)| stage.aws_emulator.is_some())?;
    let found = violation(
        true,
        format!("stage {name} is on AWS, and `aws-emulator` is for the stage `local` alone"),
        "move aws-emulator to [stages.local], or remove it",
    );
    found.map(|found| found.at(format!("stages.{name}.aws-emulator")))
}

/// Whoever writes {account} has an account for each.
fn one_domain_for_several_stages(stack: &StackFile) -> Option<Violation> {
    // One that a pool has already is for whatever stages there are.
    if !stack.identity.has_a_pool() || stack.identity.domain.existing.is_some() {
        return None;
    }
    let own = stack.identity.domain.custom.is_some();
    let domains: Vec<_> = stack
        .real_stages()
        .filter_map(|(name, stage)| {
            let account = AccountFragment::of(name.as_str());
            let domain = names::sign_in_domain(stack, name, &account).ok()?;
            // A prefix is unique in its region, a host in the world.
            let place = (!own).then_some(&stage.region);
            Some((name, place, domain))
        })
        .collect();
    let (index, (second, place, domain)) =
        domains
            .iter()
            .enumerate()
            .find(|(index, (_, place, domain))| {
                domains[..*index]
                    .iter()
                    .any(|(_, other, same)| (other, same) == (place, domain))
            })?;
    let (first, ..) = domains[..index]
        .iter()
        .find(|(_, other, same)| (other, same) == (place, domain))?;
    violation(
        true,
        format!(
            "stages {first} and {second} would both sign people in at `{domain}`, which belongs to \
             one user pool"
        ),
        "write {stage} in it, if both are deployed",
    )
}
