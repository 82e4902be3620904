//! What the rollout reads from Cognito.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{IssuerType, UserPoolType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use secrecy::SecretString;

use infra::names::SignInDomain;
use infra::stack_file::Region;
use models::ids::{ClientId, UserPoolId};

use super::Aws;
use crate::error::{Code, Error};
use crate::immutable_pool_settings::{Attribute, ImmutablePoolSettings};

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
    for other in domains(aws, region, pool).await?.into_iter().flatten() {
        if other == own.as_str() {
            continue;
        }
        cognito
            .delete_user_pool_domain()
            .user_pool_id(pool.as_str())
            .domain(&other)
            .send()
            .await
            .map_err(|error| Error::aws(format!("cannot delete domain {other}"), &error))?;
    }
    Ok(())
}

/// The app clients of a pool, by name and id.
pub(crate) async fn clients(
    cognito: &Client,
    pool: &UserPoolId,
) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    let mut pages = cognito
        .list_user_pool_clients()
        .user_pool_id(pool.as_str())
        .max_results(60)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if error.code() == Some("ResourceNotFoundException") => break,
            Err(error) => {
                let what = format!("cannot list the clients of user pool {pool}");
                return Err(Error::aws(what, &error));
            }
        };
        let clients = page.user_pool_clients.unwrap_or_default().into_iter();
        found.extend(clients.filter_map(|client| Some((client.client_name?, client.client_id?))));
    }
    Ok(found)
}

/// The domains of a pool: its prefix of Cognito's own host, and its host of one's own. One that is
/// gone has none.
pub(crate) async fn domains(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
) -> Result<[Option<String>; 2], Error> {
    let live = describe(&aws.cognito(region), pool.as_str()).await?;
    Ok(live.map_or([None, None], |pool| {
        [pool.domain, pool.custom_domain].map(|domain| domain.filter(|text| !text.is_empty()))
    }))
}

/// What a plan can contradict of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePool {
    /// What it can never change.
    pub made_with: ImmutablePoolSettings,
    /// Cognito's word for the form of issuer in its tokens.
    pub issuer: String,
}

/// The form of issuer of a pool that says nothing of it.
pub(crate) const ORIGINAL_ISSUER: &str = "ORIGINAL";

/// Reads what a plan can contradict; `None` when there is no such pool.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html>
pub async fn live_pool(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
) -> Result<Option<LivePool>, Error> {
    let live = describe(&aws.cognito(region), pool.as_str()).await?;
    Ok(live.as_ref().map(|pool| LivePool {
        made_with: made_with(pool),
        issuer: issuer(pool).to_owned(),
    }))
}

/// A pool as it is; `None` when there is none of that id, also when it was deleted meanwhile.
pub(crate) async fn describe(cognito: &Client, id: &str) -> Result<Option<UserPoolType>, Error> {
    match cognito.describe_user_pool().user_pool_id(id).send().await {
        Ok(answer) => Ok(answer.user_pool),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(Error::aws(format!("cannot read user pool {id}"), &error)),
    }
}

/// Cognito's word for the form of issuer in a pool's tokens.
pub(crate) fn issuer(pool: &UserPoolType) -> &str {
    let form = pool.issuer_configuration().and_then(|all| all.r#type());
    form.map_or(ORIGINAL_ISSUER, IssuerType::as_str)
}

fn made_with(pool: &UserPoolType) -> ImmutablePoolSettings {
    // Cognito lists its own attributes first; one of somebody else's may be called like one of them.
    let mut schema = BTreeMap::new();
    for attribute in pool.schema_attributes() {
        let (Some(name), Some(data_type)) = (attribute.name(), attribute.attribute_data_type())
        else {
            continue;
        };
        let name = name.strip_prefix("custom:").unwrap_or(name);
        let text = attribute.string_attribute_constraints();
        let number = attribute.number_attribute_constraints();
        let least = text.and_then(|text| text.min_length());
        let least = least.or_else(|| number.and_then(|number| number.min_value()));
        let most = text.and_then(|text| text.max_length());
        let most = most.or_else(|| number.and_then(|number| number.max_value()));
        schema.entry(name.to_owned()).or_insert(Attribute {
            data_type: data_type.as_str().to_owned(),
            required: attribute.required().unwrap_or_default(),
            mutable: attribute.mutable().unwrap_or(true),
            least: least.map(str::to_owned),
            most: most.map(str::to_owned),
        });
    }
    let username = pool.username_attributes().iter();
    let alias = pool.alias_attributes().iter();
    ImmutablePoolSettings {
        username_attributes: username.map(|name| name.as_str().to_owned()).collect(),
        alias_attributes: alias.map(|name| name.as_str().to_owned()).collect(),
        case_sensitive: pool
            .username_configuration()
            .is_none_or(|configuration| configuration.case_sensitive),
        schema,
    }
}
