//! `stack.toml`: the one file that a fork edits.
//!
//! Parsing is strict: an unknown key, a bad value or a contradiction is refused with its line
//! and column and with what is allowed. What has been parsed is made of types that can only
//! hold what is allowed, so nothing is checked again later.

mod attributes;
mod custom;
pub mod declaration;
mod domain;
mod email;
mod environment;
mod identity;
mod lambda;
mod linking;
mod own_resources;
mod password;
mod problem;
mod region;
mod resource_servers;
mod rules;
mod skill;
mod spelling;
mod value;
mod web_client;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use declaration::Later;
use problem::Locator;

pub use attributes::*;
pub use custom::*;
pub use domain::*;
pub use email::*;
pub use environment::*;
pub use identity::*;
pub use lambda::*;
pub use linking::*;
pub use own_resources::OwnResources;
pub use password::*;
pub use problem::{Problem, StackFileError};
pub use region::*;
pub use resource_servers::*;
pub use skill::*;
pub use spelling::closest;
pub use value::*;
pub use web_client::*;

/// Everything that `stack.toml` says, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", rename_all = "kebab-case")]
pub struct StackFile {
    /// Prefix of stacks, pool and function.
    pub name: Name,
    /// The stage that a command without a stage is for.
    pub default_stage: StageName,
    /// Who signs people in, and how.
    pub identity: Identity,
    /// How Alexa links accounts.
    pub linking: Linking,
    /// The function behind the skill.
    pub lambda: Lambda,
    /// Services that the skill itself uses.
    pub skill: Skill,
    /// The stages by name: `local`, `dev` and `prod`, and what the file adds.
    pub stages: Stages,
    /// The resources of `infra/resources.yaml`, if the project has that file.
    #[serde(skip)]
    pub resources: Option<OwnResources>,
    #[serde(skip)]
    advice: Vec<Problem>,
}

/// The options of a Voicelink project. Only `name` is needed; every other key has a default.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    /// Prefix of stacks, user pool and function.
    #[schemars(extend("x-later" = Later::AnotherDeployment))]
    name: Name,
    /// The stage that a command without a stage is for.
    #[serde(default = "StageName::local")]
    default_stage: StageName,
    /// Who signs people in, and how.
    #[serde(default)]
    identity: Identity,
    /// How Alexa links accounts.
    #[serde(default)]
    linking: Linking,
    /// The function behind the skill.
    #[serde(default)]
    lambda: Lambda,
    /// Services that the skill itself uses.
    #[serde(default)]
    skill: Skill,
    /// The stages, by name. `local`, `dev` and `prod` are always there; write what differs, or add your own. Another
    /// name is another deployment.
    #[serde(default)]
    stages: BTreeMap<StageName, WrittenStage>,
}

/// One deployment of everything.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenStage {
    /// Home of the identity stack, where people's data is: any AWS region that has Cognito. The first deployment of a
    /// real stage is refused unless it is written here, because it can never change. With `user-pool-id` it is that
    /// pool's region.
    #[schemars(extend("default" = Region::us_east_1(), "x-later" = Later::Never))]
    region: Option<Region>,
    /// The profile of ask-cli that the stage's skill belongs to.
    #[serde(default)]
    ask_profile: AskProfile,
    /// Values that variables of `lambda.environment` have in this stage instead.
    #[serde(default)]
    environment: Variables,
}

impl From<Written> for StackFile {
    fn from(written: Written) -> Self {
        let pool = written.identity.user_pool_id.as_ref();
        // A pool that exists is where it is, and a stage is at home where its people are.
        let home: Option<Region> = pool.and_then(|pool| pool.region().parse().ok());
        let has_existing_pool = home.is_some();
        let home: Region = home.unwrap_or_else(Region::us_east_1);
        let mut stages = Stages::at_home_in(&home, has_existing_pool);
        let added = written.stages.into_iter().map(|(name, stage)| {
            let stage = Stage {
                is_region_chosen: stage.region.is_some() || has_existing_pool || name.is_local(),
                region: stage.region.unwrap_or_else(|| home.clone()),
                ask_profile: stage.ask_profile,
                environment: stage.environment,
            };
            (name, stage)
        });
        stages.0.extend(added);
        Self {
            name: written.name,
            default_stage: written.default_stage,
            identity: written.identity,
            linking: written.linking,
            lambda: written.lambda,
            skill: written.skill,
            stages,
            resources: None,
            advice: Vec::new(),
        }
    }
}

impl StackFile {
    /// Parses the text of a stack file.
    ///
    /// `path` is only used to say where a problem is.
    ///
    /// ```
    /// let stack = infra::StackFile::parse("name = \"account-guide\"", "stack.toml")?;
    /// assert_eq!(stack.identity.tokens.access.as_secs(), 3600);
    /// # Ok::<(), infra::StackFileError>(())
    /// ```
    pub fn parse(text: &str, path: &str) -> Result<Self, StackFileError> {
        Self::parse_with(text, path, None)
    }

    /// The same in a project that has resources of its own.
    pub fn parse_with(
        text: &str,
        path: &str,
        resources: Option<OwnResources>,
    ) -> Result<Self, StackFileError> {
        let mut stack: Self = toml::from_str(text)
            .map_err(|error| StackFileError::new(path, vec![Problem::from_toml(text, &error)]))?;
        stack.resources = resources;
        stack.identity.fill_in(&Locator::new(text));
        let findings = rules::check(&stack, text);
        if findings.refused.is_empty() {
            stack.advice = findings.advice;
            Ok(stack)
        } else {
            Err(StackFileError::new(path, findings.refused))
        }
    }

    /// What is allowed but not advisable.
    pub fn advice(&self) -> &[Problem] {
        &self.advice
    }

    /// The stages that are not on this machine.
    pub(crate) fn real_stages(&self) -> impl Iterator<Item = (&StageName, &Stage)> {
        self.stages.iter().filter(|(name, _)| !name.is_local())
    }

    /// The project's own variables of the function in a stage.
    pub fn environment(&self, stage: &StageName) -> Variables {
        let all = &self.lambda.environment;
        let own = self.stage(stage).map(|stage| &stage.environment);
        own.map_or_else(|| all.clone(), |own| all.overridden_by(own))
    }

    /// The secrets that the function reads in any of its stages, each once.
    pub(crate) fn secrets(&self) -> BTreeSet<SecretName> {
        let environments = self.stages.keys().map(|stage| self.environment(stage));
        environments
            .flat_map(|own| own.secrets().into_iter().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// True if the function reads a secret: in one stage or in all, because a template is every stage's.
    pub fn has_secrets(&self) -> bool {
        !self.lambda.environment.secrets().is_empty()
    }

    /// True if the function reads or calls something in the stage's home region, and so is told which that is.
    pub fn needs_home_region(&self) -> bool {
        self.has_secrets() || self.resources.is_some()
    }

    /// A stage by its name.
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.get(name)
    }
}

/// One deployment of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stage {
    /// Home of the identity stack.
    pub region: Region,
    /// True if the file names the region or a user pool that lies in it, or if the stage is on this machine; false if
    /// the region is the default of a stage whose people's data would lie there for good.
    #[serde(skip)]
    pub is_region_chosen: bool,
    /// The profile of ask-cli that the stage's skill belongs to.
    pub ask_profile: AskProfile,
    /// Values that the function's variables have in this stage instead.
    #[serde(skip_serializing_if = "Variables::is_empty")]
    pub environment: Variables,
}

/// The stages by name. `local`, `dev` and `prod` are always among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stages(BTreeMap<StageName, Stage>);

impl Stages {
    fn at_home_in(region: &Region, is_region_chosen: bool) -> Self {
        let stage = |name: StageName| {
            let stage = Stage {
                region: region.clone(),
                is_region_chosen: is_region_chosen || name.is_local(),
                ask_profile: AskProfile::default(),
                environment: Variables::default(),
            };
            (name, stage)
        };
        let names = [StageName::local(), StageName::dev(), StageName::prod()];
        Self(names.map(stage).into())
    }
}

impl std::ops::Deref for Stages {
    type Target = BTreeMap<StageName, Stage>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[cfg(test)]
mod tests;
