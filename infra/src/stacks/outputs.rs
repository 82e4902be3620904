//! What the stacks answer, typed.

use models::ids::{ClientId, IdError, UserPoolId};

use crate::names::{SignInDomain, SignInDomainError};

pub(super) const USER_POOL_ID: &str = "UserPoolId";
pub(super) const USER_POOL_ARN: &str = "UserPoolArn";
pub(super) const CLIENT_ID: &str = "ClientId";
pub(super) const WEB_CLIENT_ID: &str = "WebClientId";
pub(super) const DOMAIN: &str = "Domain";

pub(super) const DEPLOY_ROLE: &str = "DeployRole";
pub(super) const PLAN_ROLE: &str = "PlanRole";
pub(super) const SERVICE_ROLE: &str = "ServiceRole";
pub(super) const ROLE_BOUNDARY: &str = "RoleBoundary";

pub(super) const FUNCTION_NAME: &str = "FunctionName";
pub(super) const ALIAS_ARN: &str = "AliasArn";
pub(super) const VERSION: &str = "Version";

/// Why the outputs of a stack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// The stack does not answer something.
    #[error(
        "the stack has no output `{0}`; it was deployed from another template, so deploy it again"
    )]
    Missing(&'static str),
    /// An output is not what it should be.
    #[error("the stack's output `{name}` cannot be used")]
    Malformed {
        /// Which.
        name: &'static str,
        /// Why.
        source: IdError,
    },
    /// The domain is not one.
    #[error("the stack's output `{DOMAIN}` cannot be used")]
    Domain(#[from] SignInDomainError),
}

/// Outputs of the identity stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityOutputs {
    /// The user pool.
    pub user_pool_id: UserPoolId,
    /// ARN of the user pool.
    pub user_pool_arn: String,
    /// The app client for Alexa.
    pub client_id: ClientId,
    /// The app client of a web page, if the stack file has one.
    pub web_client_id: Option<ClientId>,
    /// The user pool domain.
    pub domain: SignInDomain,
}

impl IdentityOutputs {
    /// Reads them from the names and values that CloudFormation answers.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, OutputError> {
        let outputs = Outputs(pairs.into_iter().collect());
        Ok(Self {
            user_pool_id: outputs.id(USER_POOL_ID)?,
            user_pool_arn: outputs.text(USER_POOL_ARN)?,
            client_id: outputs.id(CLIENT_ID)?,
            web_client_id: outputs.optional_id(WEB_CLIENT_ID)?,
            domain: outputs.get(DOMAIN)?.parse()?,
        })
    }
}

/// Outputs of a delivery stack: ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutputs {
    /// The role that a job takes to deploy the stage.
    pub deploy_role: String,
    /// The role that a job takes to plan for a pull request, where there is one.
    pub plan_role: Option<String>,
    /// The role that CloudFormation makes the stage's resources with.
    pub service_role: String,
    /// The most that roles of the stage may do.
    pub role_boundary: String,
}

impl DeliveryOutputs {
    /// Reads them from the names and values that CloudFormation answers.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, OutputError> {
        let outputs = Outputs(pairs.into_iter().collect());
        Ok(Self {
            deploy_role: outputs.text(DEPLOY_ROLE)?,
            plan_role: outputs.text(PLAN_ROLE).ok(),
            service_role: outputs.text(SERVICE_ROLE)?,
            role_boundary: outputs.text(ROLE_BOUNDARY)?,
        })
    }
}

/// Outputs of a skill stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillOutputs {
    /// Name of the function.
    pub function_name: String,
    /// ARN of the alias: the skill's endpoint.
    pub alias_arn: String,
    /// Number of the version that the alias stands for.
    pub version: String,
}

impl SkillOutputs {
    /// Reads them from the names and values that CloudFormation answers.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, OutputError> {
        let outputs = Outputs(pairs.into_iter().collect());
        Ok(Self {
            function_name: outputs.text(FUNCTION_NAME)?,
            alias_arn: outputs.text(ALIAS_ARN)?,
            version: outputs.text(VERSION)?,
        })
    }
}

struct Outputs<'a>(Vec<(&'a str, &'a str)>);

impl Outputs<'_> {
    fn get(&self, name: &'static str) -> Result<&str, OutputError> {
        let found = self.0.iter().find(|(key, _)| *key == name);
        found
            .map(|(_, value)| *value)
            .ok_or(OutputError::Missing(name))
    }

    fn text(&self, name: &'static str) -> Result<String, OutputError> {
        self.get(name).map(str::to_owned)
    }

    fn optional_id<T: std::str::FromStr<Err = IdError>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, OutputError> {
        match self.get(name) {
            Ok(_) => self.id(name).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn id<T: std::str::FromStr<Err = IdError>>(
        &self,
        name: &'static str,
    ) -> Result<T, OutputError> {
        self.get(name)?
            .parse()
            .map_err(|source| OutputError::Malformed { name, source })
    }
}
