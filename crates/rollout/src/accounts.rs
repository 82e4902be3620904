//! Whose accounts people link: those of the stage's user pool, or those that they have with Amazon
//! and that need no stack.

use infra::stack_file::{Issuer, ProfileSource, Provider};
use infra::stacks::{AccountParameters, IdentityOutputs, ProfileParameters};
use models::ids::{ClientId, UserPoolId};
use secrecy::SecretString;

use crate::aws::identity;
use crate::endpoints::LinkingUrls;
use crate::error::{Code, Error};
use crate::inputs::{AmazonClient, Inputs};
use crate::session::Session;

/// Whose accounts people link, as everything behind them needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts {
    /// Those of a user pool, by what the identity stack says of it, and what it is called in tokens.
    UserPool(IdentityOutputs, Issuer),
    /// Those of Login with Amazon, by the client of the skill's security profile.
    Amazon(ClientId),
}

impl Accounts {
    /// Amazon's, where the stack file wants them; then nothing has to be made for them.
    pub(crate) fn without_a_stack(inputs: &Inputs) -> Result<Option<Self>, Error> {
        match inputs.stack.identity.provider {
            Provider::Cognito => Ok(None),
            Provider::LoginWithAmazon => {
                let client = amazon_client(inputs)?;
                Ok(Some(Self::Amazon(client.id.clone())))
            }
        }
    }

    /// The client that Alexa links accounts with.
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::UserPool(outputs, _) => &outputs.client_id,
            Self::Amazon(client_id) => client_id,
        }
    }

    /// The user pool, where people have their accounts in one.
    pub fn user_pool_id(&self) -> Option<&UserPoolId> {
        self.user_pool().map(|outputs| &outputs.user_pool_id)
    }

    /// The client of a web page on the same user pool, where there is one.
    pub fn web_client_id(&self) -> Option<&ClientId> {
        self.user_pool()?.web_client_id.as_ref()
    }

    /// What the identity stack answers, where there is one.
    pub(crate) fn user_pool(&self) -> Option<&IdentityOutputs> {
        match self {
            Self::UserPool(outputs, _) => Some(outputs),
            Self::Amazon(_) => None,
        }
    }

    /// What the function is told of them.
    pub(crate) fn parameters(&self, inputs: &Inputs) -> Result<AccountParameters, Error> {
        let endpoints = &inputs.endpoints;
        Ok(match self {
            Self::UserPool(outputs, issuer) => AccountParameters::UserPool {
                issuer: endpoints.issuer(*issuer, &inputs.home, outputs.user_pool_id.as_str())?,
                profiles: match inputs.stack.linking.profile_source {
                    ProfileSource::GetUser => ProfileParameters::GetUser {
                        cognito_url: endpoints.cognito(&inputs.home)?,
                    },
                    ProfileSource::Userinfo | ProfileSource::LoginWithAmazon => {
                        ProfileParameters::UserInfo {
                            sign_in_url: endpoints.sign_in(&outputs.domain, &inputs.home)?,
                        }
                    }
                },
            },
            Self::Amazon(_) => AccountParameters::Amazon {
                api_url: endpoints.amazon.api.clone(),
            },
        })
    }

    /// Where people sign in, and where Alexa takes their tokens.
    pub(crate) fn urls(&self, inputs: &Inputs) -> Result<LinkingUrls, Error> {
        Ok(match self {
            Self::UserPool(outputs, _) => {
                let host = inputs.endpoints.sign_in(&outputs.domain, &inputs.home)?;
                LinkingUrls {
                    authorization: host.below(["oauth2", "authorize"]),
                    token: host.below(["oauth2", "token"]),
                }
            }
            Self::Amazon(_) => inputs.endpoints.amazon.linking_urls(),
        })
    }

    /// The secret of the client, which goes from here to Alexa and nowhere else; `None` where nobody
    /// lets us know it, as for a plan.
    pub(crate) async fn client_secret(
        &self,
        session: &Session<'_>,
    ) -> Result<Option<SecretString>, Error> {
        let inputs = session.inputs;
        match self {
            Self::UserPool(outputs, _) => {
                identity::client_secret(
                    &session.aws,
                    &inputs.home,
                    &outputs.user_pool_id,
                    &outputs.client_id,
                )
                .await
            }
            Self::Amazon(_) => Ok(amazon_client(inputs)?.secret.clone()),
        }
    }

    /// What is said where the secret is needed and not known.
    pub(crate) fn without_a_secret(&self) -> Error {
        let client = self.client_id();
        match self {
            Self::UserPool(..) => Error::new(
                Code::Linking,
                format!("these credentials may not read the secret of app client {client}"),
            )
            .hint("they are for plans; use some that may call cognito-idp:DescribeUserPoolClient"),
            Self::Amazon(_) => Error::new(
                Code::SecurityProfile,
                format!("nobody has said what the secret of the client {client} is"),
            )
            .hint(
                "copy it from the security profile's web settings; docs/identity.md says where to",
            ),
        }
    }
}

fn amazon_client(inputs: &Inputs) -> Result<&AmazonClient, Error> {
    inputs.amazon_client.as_ref().ok_or_else(|| {
        Error::new(
            Code::SecurityProfile,
            format!(
                "stage `{}` signs people in with Login with Amazon, and nobody has said with which \
                 security profile",
                inputs.stage
            ),
        )
        .hint("docs/identity.md says how to make one, and where its client id and secret belong")
    })
}
