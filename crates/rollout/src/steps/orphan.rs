//! A user pool without its stack: found by its tags, and taken up by the stack that would
//! otherwise make a second one.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::future::join_all;
use serde_json::Value;

use infra::names::{self, AccountFragment};
use infra::stack_file::ExistingDomain;
use infra::stacks::{self, IdentityOutputs};
use models::ids::UserPoolId;

use crate::aws::document;
use crate::aws::identity::{clients, describe};
use crate::aws::stack::{Desired, Import};
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::resource_servers;
use crate::session::Session;
use crate::template::{Resource, Template};

/// How many pools are read at the same time; Cognito allows 15 such calls in a second.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html>
const AT_ONCE: usize = 8;

/// What is there of an identity stack that is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Orphan {
    /// The user pool.
    pub(crate) pool: UserPoolId,
    /// Everything that the stack takes up.
    pub(crate) imports: Vec<Import>,
    /// What the stack will answer with, as far as it is there.
    pub(crate) outputs: Option<IdentityOutputs>,
}

/// Looks for the stage's pool among those of its home region, or in the one that exists already for
/// what the stage has made there.
pub(crate) async fn find(
    session: &Session<'_>,
    desired: &Desired,
) -> Result<Option<Orphan>, Error> {
    let cognito = session.aws.cognito(&session.inputs.home);
    if let Some(existing) = &session.inputs.stack.identity.user_pool_id {
        match refuse_left_behind(session, Some(existing)).await {
            Err(error) if error.is_denied() => session.note(
                &Step::Identity,
                "these credentials may not look at all user pools of the region \
                 (cognito-idp:ListUserPools and DescribeUserPool): skipped the check whether the stage \
                 has one of its own",
            ),
            looked => looked?,
        }
        let Some(pool) = describe(&cognito, existing.as_str()).await? else {
            return Ok(None);
        };
        let orphan = take_up(session, &pool, desired).await?;
        return Ok(Some(orphan).filter(|orphan| !orphan.imports.is_empty()));
    }
    let pools = tagged(session, &cognito).await?;
    match pools.as_slice() {
        [] => Ok(None),
        [pool] => take_up(session, pool, desired).await.map(Some),
        several => {
            let ids: Vec<_> = several.iter().filter_map(UserPoolType::id).collect();
            Err(Error::new(
                Code::UserPool,
                format!(
                    "several user pools carry the tags of this stage: {}",
                    ids.join(", ")
                ),
            )
            .hint(
                "take the tags voicelink:stack and voicelink:stage off all but the one whose people \
                 you want to keep, then run the command again",
            ))
        }
    }
}

/// The pools with the tags of the stage.
async fn tagged(session: &Session<'_>, cognito: &Client) -> Result<Vec<UserPoolType>, Error> {
    let tags = session.tags();
    let mut pools = Vec::new();
    for chunk in list(cognito).await?.chunks(AT_ONCE) {
        for pool in join_all(chunk.iter().map(|id| describe(cognito, id))).await {
            pools.extend(pool?.filter(|pool| is_tagged(pool, &tags)));
        }
    }
    Ok(pools)
}

/// Refuses to forget a pool of the stage for the one that shall take its place: an existing one, or
/// one that would be made.
pub(crate) async fn refuse_left_behind(
    session: &Session<'_>,
    instead: Option<&UserPoolId>,
) -> Result<(), Error> {
    let cognito = session.aws.cognito(&session.inputs.home);
    let pools = tagged(session, &cognito).await?;
    let mut ids = pools.iter().filter_map(UserPoolType::id);
    let Some(left) = ids.find(|id| Some(*id) != instead.map(UserPoolId::as_str)) else {
        return Ok(());
    };
    let (what, undo) = match instead {
        Some(instead) => (
            format!("people would sign in to {instead}"),
            "remove user-pool-id from stack.toml, so that it is taken up",
        ),
        None => (
            "a second one would be made".to_owned(),
            "switch off the termination protection of the identity stack and delete it, which keeps \
             all that is in it, so that the pool is taken up",
        ),
    };
    Err(Error::new(
        Code::UserPool,
        format!("user pool {left} is this stage's, by its tags, and {what}"),
    )
    .hint(format!(
        "{undo}; or take the tags voicelink:stack and voicelink:stage off it, if nobody needs it any \
         more"
    )))
}

async fn list(cognito: &Client) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    let mut pages = cognito
        .list_user_pools()
        .max_results(60)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Error::aws("cannot list user pools", &error))?;
        let pools = page.user_pools.unwrap_or_default().into_iter();
        ids.extend(pools.filter_map(|pool| pool.id));
    }
    Ok(ids)
}

fn is_tagged(pool: &UserPoolType, tags: &BTreeMap<String, String>) -> bool {
    tags.iter().all(|(name, value)| {
        let own = pool.user_pool_tags().and_then(|tags| tags.get(name));
        own == Some(value)
    })
}

/// What of the template is there with the pool.
async fn take_up(
    session: &Session<'_>,
    pool: &UserPoolType,
    desired: &Desired,
) -> Result<Orphan, Error> {
    let cognito = &session.aws.cognito(&session.inputs.home);
    let identity = &session.inputs.stack.identity;
    let id: UserPoolId = pool.id().unwrap_or_default().parse().map_err(|error| {
        Error::new(Code::UserPool, "the id of a user pool is not one").because(format!("{error}"))
    })?;
    let resources = Template::read(&desired.template, &desired.parameters)?.resources();
    let mut imports = Vec::new();
    let mut add = |logical: &str, pairs: &[(&str, &str)]| {
        imports.extend(resources.get(logical).map(|resource| {
            Import {
                logical: logical.to_owned(),
                resource_type: resource.kind.clone(),
                identifier: pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            }
        }));
    };
    add(stacks::USER_POOL, &[("UserPoolId", id.as_str())]);
    let role = pool
        .sms_configuration()
        .and_then(|sms| sms.sns_caller_arn().rsplit('/').next());
    if let Some(role) = role {
        add(stacks::SMS_ROLE, &[("RoleName", role)]);
    }
    for (logical, identifier) in resource_servers::of(&resources) {
        let (aws, home) = (&session.aws, &session.inputs.home);
        if document::resource_server(aws, home, &id, identifier)
            .await?
            .is_some()
        {
            let pairs = [("UserPoolId", id.as_str()), ("Identifier", identifier)];
            add(logical, &pairs);
        }
    }
    let mut clients = Vec::new();
    for names in [stacks::ALEXA, stacks::WEB] {
        let Some(declared) = resources.get(names.client) else {
            continue;
        };
        let Some(client) = client(cognito, &id, declared).await? else {
            continue;
        };
        add(
            names.client,
            &[("UserPoolId", id.as_str()), ("ClientId", &client)],
        );
        if let Some(branding) = branding(cognito, &id, &client).await? {
            add(
                names.branding,
                &[
                    ("UserPoolId", id.as_str()),
                    ("ManagedLoginBrandingId", &branding),
                ],
            );
        }
        clients.push((names.output, client));
    }
    let domains = [pool.custom_domain(), pool.domain()];
    let domain = match resources.get(stacks::DOMAIN) {
        Some(declared) if identity.makes_a_pool() => same_domain(&id, &domains, declared)?,
        Some(declared) => {
            let wanted = declared.properties.get("Domain").and_then(Value::as_str);
            let there = domains.into_iter().flatten();
            let mut wanted = there.filter(|domain| Some(*domain) == wanted);
            match wanted.next() {
                Some(domain) if is_ours(session, domain, !clients.is_empty()).await => Some(domain),
                _ => None,
            }
        }
        None => None,
    };
    if let Some(domain) = domain {
        let pairs = [("UserPoolId", id.as_str()), ("Domain", domain)];
        add(stacks::DOMAIN, &pairs);
    }
    // One that the pool had already is in no stack.
    let domain = domain.or((identity.domain.existing.as_ref()).map(ExistingDomain::as_str));
    let outputs = domain.and_then(|domain| {
        let arn = pool.arn().unwrap_or_default();
        let pairs = [
            ("UserPoolId", id.as_str()),
            ("UserPoolArn", arn),
            ("Domain", domain),
        ];
        let clients = clients.iter().map(|(output, id)| (*output, id.as_str()));
        IdentityOutputs::from_pairs(pairs.into_iter().chain(clients)).ok()
    });
    Ok(Orphan {
        pool: id,
        imports,
        outputs,
    })
}

/// Whether the stage has made a domain of a pool that is not ours. That it has a client there says
/// nothing: it may have used the domain as it was.
async fn is_ours(session: &Session<'_>, domain: &str, has_a_client: bool) -> bool {
    let left = session.store.state().await.left;
    if left.and_then(|left| left.domain).as_deref() == Some(domain) {
        return true;
    }
    let inputs = session.inputs;
    let account = AccountFragment::of(session.account.as_str());
    let usual = names::usual_domain_prefix(&inputs.stack, &inputs.stage, &account);
    has_a_client && usual.is_ok_and(|usual| usual.as_str() == domain)
}

/// A client, by the name that the template gives it.
async fn client(
    cognito: &Client,
    pool: &UserPoolId,
    declared: &Resource,
) -> Result<Option<String>, Error> {
    let name = declared
        .properties
        .get("ClientName")
        .and_then(Value::as_str);
    let clients = clients(cognito, pool).await?.into_iter();
    let mut found: Vec<_> = clients
        .filter(|(own, _)| Some(own.as_str()) == name)
        .map(|(_, id)| id)
        .collect();
    if found.len() > 1 {
        return Err(Error::new(
            Code::UserPool,
            format!(
                "user pool {pool} has several app clients of this stage's name: {}",
                found.join(", ")
            ),
        )
        .hint(
            "rename or delete all but the one that accounts are linked with, then run it again",
        ));
    }
    Ok(found.pop())
}

/// The look of the client's pages, if it has one of its own.
async fn branding(
    cognito: &Client,
    pool: &UserPoolId,
    client: &str,
) -> Result<Option<String>, Error> {
    let answer = cognito
        .describe_managed_login_branding_by_client()
        .user_pool_id(pool.as_str())
        .client_id(client)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer
            .managed_login_branding
            .and_then(|branding| branding.managed_login_branding_id)),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(Error::aws(
            format!("cannot read the branding of app client {client}"),
            &error,
        )),
    }
}

/// The one of a pool's domains that is declared: whoever is linked refreshes their link there.
fn same_domain<'a>(
    pool: &UserPoolId,
    domains: &[Option<&'a str>],
    declared: &Resource,
) -> Result<Option<&'a str>, Error> {
    let wanted = declared.properties.get("Domain").and_then(Value::as_str);
    let mut kept = domains.iter().flatten().copied();
    let own = kept.clone().find(|domain| Some(*domain) == wanted);
    match (own.or_else(|| kept.next()), wanted) {
        (Some(domain), Some(wanted)) if wanted != domain => Err(Error::new(
            Code::UserPool,
            format!(
                "user pool {pool} of this stage has the sign-in domain {domain}, and stack.toml says \
                 {wanted}"
            ),
        )
        .hint(format!(
            "let identity.domain of stack.toml be \"{domain}\" again; links are refreshed there"
        ))),
        (domain, _) => Ok(domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_the_stages_by_all_of_its_tags() {
        let tags: BTreeMap<String, String> =
            [("voicelink:stack", "guide"), ("voicelink:stage", "dev")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let pool = |stage: &str| {
            UserPoolType::builder()
                .user_pool_tags("voicelink:stack", "guide")
                .user_pool_tags("voicelink:stage", stage)
                .user_pool_tags("team", "one")
                .build()
        };
        assert!(is_tagged(&pool("dev"), &tags));
        assert!(!is_tagged(&pool("prod"), &tags));
        assert!(!is_tagged(&UserPoolType::builder().build(), &tags));
    }
}
