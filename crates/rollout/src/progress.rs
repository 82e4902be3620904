//! What a rollout tells about itself while it runs.

use std::fmt;
use std::time::Duration;

use infra::stack_file::Region;

/// One node of the rollout's graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// The AWS account and the Amazon developer.
    WhoAmI,
    /// The stack with the roles of a pipeline.
    Delivery,
    /// The stack that holds people.
    Identity,
    /// The stack with the project's own resources.
    Resources,
    /// Changes by hand in these resources.
    ResourcesDrift,
    /// A host of one's own for the sign-in pages, until people get there.
    SignInDomain,
    /// What was changed by hand in what holds people.
    Drift,
    /// Compiling and zipping the Lambda.
    Build,
    /// The skill's id: found, adopted or created without an endpoint.
    Skill,
    /// Code bucket, bundle and skill stack of one region.
    SkillStack(Region),
    /// What was changed by hand in the function of one region.
    FunctionDrift(Region),
    /// Manifest and interaction models.
    Package,
    /// The account linking client of the skill.
    Linking,
    /// Enabling the development stage for its developer.
    Enablement,
    /// Checking what can be checked without a person.
    Verify,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhoAmI => f.write_str("accounts"),
            Self::Delivery => f.write_str("delivery stack"),
            Self::Identity => f.write_str("identity stack"),
            Self::Resources => f.write_str("resources stack"),
            Self::ResourcesDrift => f.write_str("drift of resources"),
            Self::SignInDomain => f.write_str("sign-in domain"),
            Self::Drift => f.write_str("drift"),
            Self::Build => f.write_str("lambda bundle"),
            Self::Skill => f.write_str("skill"),
            Self::SkillStack(region) => write!(f, "skill stack {region}"),
            Self::FunctionDrift(region) => write!(f, "drift {region}"),
            Self::Package => f.write_str("skill package"),
            Self::Linking => f.write_str("account linking"),
            Self::Enablement => f.write_str("enablement"),
            Self::Verify => f.write_str("verify"),
        }
    }
}

/// Receives what happens; steps of one rollout run side by side.
pub trait Progress: Send + Sync {
    /// A step has begun.
    fn started(&self, step: &Step);
    /// A step has something to say while it runs.
    fn note(&self, step: &Step, text: &str);
    /// A step has ended well.
    fn finished(&self, step: &Step, outcome: &str, took: Duration);
    /// A step has failed.
    fn failed(&self, step: &Step, took: Duration);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _step: &Step) {}
    fn note(&self, _step: &Step, _text: &str) {}
    fn finished(&self, _step: &Step, _outcome: &str, _took: Duration) {}
    fn failed(&self, _step: &Step, _took: Duration) {}
}
