//! What the rollout reads from Cognito.

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use secrecy::SecretString;

use infra::names::SignInDomain;
use infra::stack_file::Region;
use models::ids::{ClientId, UserPoolId};

use super::Aws;
use crate::error::{Code, Error};

/// The secret of an app client, which goes from here to Alexa and nowhere else; `None` when our
/// credentials may not read it, as those that pull requests are planned with.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html>
pub async fn client_secret(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    client: &ClientId,
) -> Result<Option<SecretString>, Error> {
    let answer = aws
        .cognito(region)
        .describe_user_pool_client()
        .user_pool_id(pool.as_str())
        .client_id(client.as_str())
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if is_denied(error.code()) => return Ok(None),
        Err(error) => {
            return Err(Error::aws(
                format!("cannot read app client {client} of user pool {pool}"),
                &error,
            ));
        }
    };
    answer
        .user_pool_client
        .and_then(|client| client.client_secret)
        .map(|secret| Some(SecretString::from(secret)))
        .ok_or_else(|| {
            Error::new(
                Code::Aws,
                format!("app client {client} of user pool {pool} has no secret"),
            )
            .hint(
                "Alexa's account linking needs a client with a secret; was it made by this stack?",
            )
        })
}

/// Whether a service said that our credentials have no right to a call.
pub(crate) fn is_denied(code: Option<&str>) -> bool {
    matches!(code, Some("AccessDenied" | "AccessDeniedException"))
}

/// Takes off a pool the domains that are not its stack's: those that people were moved from, which
/// would keep it from being deleted.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPoolDomain.html>
pub(crate) async fn remove_other_domains(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    own: &SignInDomain,
) -> Result<(), Error> {
    let cognito = aws.cognito(region);
    let answer = cognito
        .describe_user_pool()
        .user_pool_id(pool.as_str())
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(()),
        Err(error) => return Err(Error::aws(format!("cannot read user pool {pool}"), &error)),
    };
    let described = answer.user_pool.as_ref();
    let domains = described.map_or([None, None], |pool| [pool.domain(), pool.custom_domain()]);
    for other in domains.into_iter().flatten() {
        if other == own.as_str() {
            continue;
        }
        cognito
            .delete_user_pool_domain()
            .user_pool_id(pool.as_str())
            .domain(other)
            .send()
            .await
            .map_err(|error| Error::aws(format!("cannot delete domain {other}"), &error))?;
    }
    Ok(())
}

/// What a user pool was created with and can never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePool {
    /// What people sign in with in place of a user name, sorted.
    pub username_attributes: Vec<String>,
    /// What people may sign in with beside their user name, sorted.
    pub alias_attributes: Vec<String>,
    /// Whether user names are told apart by case.
    pub case_sensitive: bool,
    /// Attributes that everybody has to have.
    pub required: BTreeSet<String>,
    /// What attributes hold that are not Cognito's own, by their name without `custom:`.
    pub custom: BTreeMap<String, String>,
}

/// Reads what of a pool cannot change; `None` when there is no such pool.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html>
pub async fn live_pool(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
) -> Result<Option<LivePool>, Error> {
    let answer = aws
        .cognito(region)
        .describe_user_pool()
        .user_pool_id(pool.as_str())
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => return Err(Error::aws(format!("cannot read user pool {pool}"), &error)),
    };
    Ok(answer.user_pool.as_ref().map(|pool| {
        let mut username: Vec<_> = pool
            .username_attributes()
            .iter()
            .map(|a| a.as_str().to_owned())
            .collect();
        username.sort();
        let mut alias: Vec<_> = pool
            .alias_attributes()
            .iter()
            .map(|a| a.as_str().to_owned())
            .collect();
        alias.sort();
        LivePool {
            username_attributes: username,
            alias_attributes: alias,
            case_sensitive: pool
                .username_configuration()
                .is_none_or(|configuration| configuration.case_sensitive),
            required: pool
                .schema_attributes()
                .iter()
                .filter(|attribute| attribute.required().unwrap_or_default())
                .filter_map(|attribute| attribute.name().map(str::to_owned))
                .collect(),
            custom: pool
                .schema_attributes()
                .iter()
                .filter_map(|attribute| {
                    let name = attribute.name()?.strip_prefix("custom:")?;
                    let kind = attribute.attribute_data_type()?;
                    Some((name.to_owned(), kind.as_str().to_owned()))
                })
                .collect(),
        }
    }))
}
