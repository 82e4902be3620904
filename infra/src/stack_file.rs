//! `stack.toml`: the one file that a fork edits.
//!
//! Parsing is strict: an unknown key, a bad value or a contradiction is refused with its line
//! and column and with what is allowed. What has been parsed is made of types that can only
//! hold what is allowed, so nothing is checked again later.

mod attributes;
mod domain;
mod email;
mod identity;
mod lambda;
mod linking;
mod password;
mod problem;
mod region;
mod rules;
mod sources;
mod spelling;
mod value;
mod web_client;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use attributes::{Attributes, CustomKind, CustomName, StandardAttribute};
pub use domain::{
    CertificateArn, CustomDomain, Domain, HostTemplate, HostedZoneId, PrefixTemplate,
};
pub use email::{Email, Sender, SesIdentity};
pub use identity::{
    FirstFactor, Identity, Mfa, MfaFactor, Pages, Plan, Provider, Recovery, SignIn, Tokens,
};
pub use lambda::{Architecture, Lambda, LogRetention, Memory};
pub use linking::{ClientAuthentication, Grant, Linking, ProfileSource, Scope};
pub use password::{Character, MinLength, Password};
pub use problem::{Problem, StackFileError};
pub use region::{AlexaRegion, LambdaRegion, Region, Regions};
pub(crate) use value::is_slug;
pub use value::{AskProfile, Distinct, Duration, Name, StageName, ValueError};
pub use web_client::{WebClient, WebUrl};

/// Everything that `stack.toml` says, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StackFile {
    /// Prefix of stacks, pool and function.
    pub name: Name,
    /// The stage that a command without a stage is for.
    #[serde(default = "StageName::local")]
    pub default_stage: StageName,
    /// Who signs people in, and how.
    #[serde(default)]
    pub identity: Identity,
    /// How Alexa links accounts.
    #[serde(default)]
    pub linking: Linking,
    /// The function behind the skill.
    #[serde(default)]
    pub lambda: Lambda,
    /// The stages by name: `local`, `dev` and `prod`, and what the file adds.
    #[serde(default)]
    pub stages: Stages,
    #[serde(skip)]
    advice: Vec<Problem>,
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
        let mut stack: Self = toml::from_str(text)
            .map_err(|error| StackFileError::new(path, vec![Problem::from_toml(text, &error)]))?;
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

    /// A stage by its name.
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.get(name)
    }
}

/// One deployment of everything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Stage {
    /// Home of the identity stack.
    pub region: Region,
    /// The profile of ask-cli that the stage's skill belongs to.
    pub ask_profile: AskProfile,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            region: Region::us_east_1(),
            ask_profile: AskProfile::default(),
        }
    }
}

/// The stages by name. `local`, `dev` and `prod` are always among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages(BTreeMap<StageName, Stage>);

impl std::ops::Deref for Stages {
    type Target = BTreeMap<StageName, Stage>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Default for Stages {
    fn default() -> Self {
        let names = [StageName::local(), StageName::dev(), StageName::prod()];
        Self(names.map(|name| (name, Stage::default())).into())
    }
}

impl<'de> Deserialize<'de> for Stages {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = BTreeMap::<StageName, Stage>::deserialize(deserializer)?;
        let mut stages = Self::default();
        stages.0.extend(written);
        Ok(stages)
    }
}

#[cfg(test)]
mod tests;
