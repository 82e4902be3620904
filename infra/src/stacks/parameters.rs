//! What differs from stage to stage, typed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use models::ids::{ClientId, SkillId};
use models::secure_url::SecureUrl;

use crate::names::SignInDomain;
use crate::stack_file::{
    Architecture, OutputName, PermittedResource, Region, StackFile, StageName, VariableValue,
};

pub(super) const STAGE: &str = "Stage";
pub(super) const PERMISSIONS_BOUNDARY: &str = "PermissionsBoundary";

pub(super) const REPOSITORY: &str = "Repository";
pub(super) const PROVIDER: &str = "Provider";
pub(super) const PLANS: &str = "Plans";

pub(super) const DOMAIN_PREFIX: &str = "DomainPrefix";
pub(super) const DOMAIN_NAME: &str = "DomainName";
pub(super) const REDIRECT_URIS: &str = "RedirectUris";

pub(super) const SKILL_ID: &str = "SkillId";
pub(super) const CLIENT_ID: &str = "ClientId";
pub(super) const ISSUER: &str = "Issuer";
pub(super) const SIGN_IN_URL: &str = "SignInUrl";
pub(super) const COGNITO_URL: &str = "CognitoUrl";
pub(super) const AMAZON_API_URL: &str = "AmazonApiUrl";
pub(super) const CODE_BUCKET: &str = "CodeBucket";
pub(super) const CODE_KEY: &str = "CodeKey";
pub(super) const ARCHITECTURE: &str = "Architecture";
pub(super) const HOME_REGION: &str = "HomeRegion";
pub(super) const VERSION_DESCRIPTION: &str = "VersionDescription";

/// Parameters of the identity stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityParameters {
    /// The stage.
    pub stage: StageName,
    /// The user pool domain, unless the pool has it already.
    pub domain: Option<SignInDomain>,
    /// Where Alexa takes codes: one URI for each part of the world.
    pub redirect_uris: Vec<SecureUrl>,
    /// The most that roles of the stack may do, if it has any: empty, or a policy's ARN.
    pub permissions_boundary: Option<String>,
}

impl IdentityParameters {
    /// Names and values as CloudFormation takes them.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let redirect_uris: Vec<&str> = self
            .redirect_uris
            .iter()
            .map(|uri| uri.as_url().as_str())
            .collect();
        let domain = self.domain.as_ref().map(|domain| match domain {
            SignInDomain::Prefix(prefix) => (DOMAIN_PREFIX, prefix.to_string()),
            SignInDomain::Custom(host) => (DOMAIN_NAME, host.to_string()),
        });
        let mut pairs = vec![(STAGE, self.stage.to_string())];
        pairs.extend(domain);
        pairs.push((REDIRECT_URIS, redirect_uris.join(",")));
        pairs.extend(
            self.permissions_boundary
                .clone()
                .map(|boundary| (PERMISSIONS_BOUNDARY, boundary)),
        );
        pairs
    }
}

/// Whose accounts people link, and where they are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountParameters {
    /// Those of a user pool.
    UserPool {
        /// Who signs access tokens, exactly as their `iss` says it.
        issuer: SecureUrl,
        /// Where their profiles are read.
        profiles: ProfileParameters,
    },
    /// Those of Login with Amazon.
    Amazon {
        /// Base URL of its API.
        api_url: SecureUrl,
    },
}

/// Where the profiles of a user pool's people are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileParameters {
    /// At the userInfo endpoint.
    UserInfo {
        /// Base URL of the user pool domain.
        sign_in_url: SecureUrl,
    },
    /// With `GetUser`.
    GetUser {
        /// Base URL of Cognito's API.
        cognito_url: SecureUrl,
    },
}

impl ProfileParameters {
    fn to_pair(&self) -> (&'static str, String) {
        match self {
            Self::UserInfo { sign_in_url } => (SIGN_IN_URL, without_slash(sign_in_url)),
            Self::GetUser { cognito_url } => (COGNITO_URL, without_slash(cognito_url)),
        }
    }
}

impl AccountParameters {
    fn to_pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UserPool { issuer, profiles } => {
                vec![(ISSUER, without_slash(issuer)), profiles.to_pair()]
            }
            Self::Amazon { api_url } => vec![(AMAZON_API_URL, without_slash(api_url))],
        }
    }
}

/// Parameters of a skill stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillParameters {
    /// The stage.
    pub stage: StageName,
    /// The skill that may invoke the function.
    pub skill_id: SkillId,
    /// The client that access tokens must come from.
    pub client_id: ClientId,
    /// Whose accounts people link.
    pub accounts: AccountParameters,
    /// The bucket that the bundle is in, in the stack's region.
    pub code_bucket: String,
    /// The bundle's key.
    pub code_key: String,
    /// The processor that the bundle was built for.
    pub architecture: Architecture,
    /// What the version is a snapshot of: a hash of code, environment and configuration.
    pub version_description: String,
    /// The most that the function's role may do: empty, or a policy's ARN.
    pub permissions_boundary: String,
    /// The stage's home region, if the function reads or calls something there.
    pub home: Option<Region>,
    /// The values of the project's own variables and permissions.
    pub own: OwnParameters,
}

impl SkillParameters {
    /// Names and values as CloudFormation takes them.
    pub fn to_pairs(&self) -> Vec<(Cow<'static, str>, String)> {
        let mut pairs = vec![
            (STAGE, self.stage.to_string()),
            (SKILL_ID, self.skill_id.to_string()),
            (CLIENT_ID, self.client_id.to_string()),
        ];
        pairs.extend(self.accounts.to_pairs());
        pairs.extend([
            (CODE_BUCKET, self.code_bucket.clone()),
            (CODE_KEY, self.code_key.clone()),
            (ARCHITECTURE, self.architecture.to_string()),
            (VERSION_DESCRIPTION, self.version_description.clone()),
            (PERMISSIONS_BOUNDARY, self.permissions_boundary.clone()),
        ]);
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value));
        let home = self
            .home
            .iter()
            .map(|home| (HOME_REGION.into(), home.to_string()));
        let own = self
            .own
            .0
            .iter()
            .map(|(name, value)| (name.clone().into(), value.clone()));
        pairs.chain(home).chain(own).collect()
    }

    /// The issuer that a deployed function expects, from what CloudFormation answers; `None` if it was
    /// deployed without a user pool.
    pub fn issuer(deployed: &BTreeMap<String, String>) -> Option<SecureUrl> {
        deployed.get(ISSUER)?.parse().ok()
    }
}

/// The values of the project's own variables in a stage, and of the outputs that its permissions name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnParameters(BTreeMap<String, String>);

impl OwnParameters {
    /// The values in a stage; `outputs` are those of its stack `resources`. The error is an output that it lacks.
    pub fn of(
        stack: &StackFile,
        stage: &StageName,
        outputs: &BTreeMap<String, String>,
    ) -> Result<Self, OutputName> {
        let output = |name: &OutputName| {
            let value = outputs.get(name.as_str()).cloned();
            value.ok_or_else(|| name.clone())
        };
        let mut values = BTreeMap::new();
        for (name, value) in stack.environment(stage).iter() {
            let value = match value {
                VariableValue::Text(text) => text.clone(),
                VariableValue::Secret { secret } => secret.place(&stack.name, stage),
                VariableValue::Output { output: name } => output(name)?,
            };
            values.insert(name.parameter(), value);
        }
        for resource in stack
            .lambda
            .permissions
            .iter()
            .flat_map(|one| &one.resources)
        {
            if let PermittedResource::Output { output: name } = resource {
                values.insert(output_parameter(name), output(name)?);
            }
        }
        Ok(Self(values))
    }
}

/// The parameter with the value of an output that a permission names.
pub(super) fn output_parameter(name: &OutputName) -> String {
    format!("Output{name}")
}

/// Parameters of the delivery stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryParameters {
    /// The stage that is delivered to.
    pub stage: StageName,
    /// Whose pipelines deliver.
    pub repository: Repository,
    /// Whether the stack makes the account's identity provider for GitHub; an account has one.
    pub makes_provider: bool,
    /// Whether pull requests may have their plans made against the stage.
    pub plans: bool,
}

impl DeliveryParameters {
    /// Names and values as CloudFormation takes them.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let choice = |yes: bool, names: [&str; 2]| names[usize::from(!yes)].to_owned();
        vec![
            (STAGE, self.stage.to_string()),
            (REPOSITORY, self.repository.0.clone()),
            (PROVIDER, choice(self.makes_provider, PROVIDER_CHOICES)),
            (PLANS, choice(self.plans, PLANS_CHOICES)),
        ]
    }

    /// Reads them from what CloudFormation answers; `None` if they are another version's.
    pub fn from_pairs<'a>(
        stage: &StageName,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Option<Self> {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let get = |name: &str| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| *value)
        };
        Some(Self {
            stage: stage.clone(),
            repository: get(REPOSITORY)?.parse().ok()?,
            makes_provider: get(PROVIDER)? == PROVIDER_CHOICES[0],
            plans: get(PLANS)? == PLANS_CHOICES[0],
        })
    }
}

/// The provider is made, or was there already.
pub(super) const PROVIDER_CHOICES: [&str; 2] = ["made", "existing"];
/// Pull requests are planned for, or not.
pub(super) const PLANS_CHOICES: [&str; 2] = ["yes", "no"];

/// A repository on GitHub, as it is in the tokens of its jobs: `OWNER/NAME`, or `OWNER@ID/NAME@ID` where
/// it was made or renamed since July 2026
/// ([immutable subjects](https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims)).
///
/// What it may be is what GitHub allows, and no wildcard: a role trusts exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository(String);

/// Why a text is no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no repository on GitHub; it is written OWNER/NAME or OWNER@ID/NAME@ID")]
pub struct RepositoryError(String);

impl Repository {
    /// Whether it says the ids of owner and repository, which nobody can take over with the names.
    pub fn has_ids(&self) -> bool {
        self.0.contains('@')
    }
}

impl std::str::FromStr for Repository {
    type Err = RepositoryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let of = |text: &str, longest: usize, more: &[u8]| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
            (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
        };
        let id = |id: Option<&str>| {
            id.is_none_or(|id| of(id, 20, b"") && id.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let split = |part: &'_ str| match part.split_once('@') {
            Some((name, id)) => (name.to_owned(), Some(id.to_owned())),
            None => (part.to_owned(), None),
        };
        let Some((owner, name)) = text.split_once('/') else {
            return Err(RepositoryError(text.to_owned()));
        };
        let ((owner, owner_id), (name, name_id)) = (split(owner), split(name));
        let named = of(&owner, 39, b"-") && of(&name, 100, b"-._");
        let told = owner_id.is_some() == name_id.is_some()
            && id(owner_id.as_deref())
            && id(name_id.as_deref());
        if named && told {
            Ok(Self(text.to_owned()))
        } else {
            Err(RepositoryError(text.to_owned()))
        }
    }
}

impl std::fmt::Display for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The URL without the slash that a URL without a path is given.
fn without_slash(url: &SecureUrl) -> String {
    url.as_url().as_str().trim_end_matches('/').to_owned()
}
