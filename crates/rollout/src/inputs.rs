//! Everything that decides what a deployment makes.

use infra::StackFile;
use infra::stack_file::{Architecture, Region, StageName};
use models::ids::{ClientId, SkillId, VendorId};
use secrecy::SecretString;

use crate::endpoints::Endpoints;
use crate::guards::Guard;
use crate::package::SourcePackage;

/// Everything that decides what a deployment makes.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The stack file.
    pub stack: StackFile,
    /// The stage to deploy.
    pub stage: StageName,
    /// The stage's home region, where the identity stack and the state are.
    pub home: Region,
    /// The skill package as people edit it.
    pub package: SourcePackage,
    /// Where the stage's services are.
    pub endpoints: Endpoints,
    /// Who talks to the Skill Management API.
    pub developer: smapi::Credentials,
    /// The vendor, when there are several to choose from.
    pub vendor: Option<VendorId>,
    /// The client that people of Login with Amazon link their accounts with, where the stack file has
    /// them sign in there and somebody has said which it is.
    pub amazon_client: Option<AmazonClient>,
    /// What the bundle was built for.
    pub architecture: Architecture,
    /// The skill to take up where the stage has none yet: one that ask-cli has made.
    pub adopt: Option<SkillId>,
    /// Guards that are lifted.
    pub allowed: Vec<Guard>,
}

impl Inputs {
    /// The regions that a skill stack belongs in, the default first.
    pub(crate) fn skill_regions(&self) -> Vec<Region> {
        self.stack
            .lambda
            .regions
            .distinct()
            .into_iter()
            .map(Region::from)
            .collect()
    }
}

/// The client of a security profile of Login with Amazon, which somebody has made in a console and
/// handed over.
#[derive(Debug, Clone)]
pub struct AmazonClient {
    /// Its id.
    pub id: ClientId,
    /// Its secret; a plan can do without.
    pub secret: Option<SecretString>,
}
