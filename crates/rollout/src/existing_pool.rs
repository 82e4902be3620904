//! A user pool that exists already and is not ours: read before anything is made in it, and never
//! written.

mod judge;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{IssuerType, UserPoolType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use infra::stack_file::{FirstFactor, Issuer, SignIn};
use infra::stacks;
use models::ids::UserPoolId;
use serde_json::Value;

use self::judge::{Domains, Wanted, judge};
use crate::aws::Aws;
use crate::aws::identity::{self as aws_identity, is_denied};
use crate::aws::stack::{Import, Observed, StackClient, is_missing};
use crate::error::{Code, Error};
use crate::inputs::Inputs;
use crate::resource_servers;
use crate::session::Session;
use crate::template::Template;

/// What of such a pool decides whether an app client can be made in it, and how people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingPool {
    /// Its id.
    pub id: UserPoolId,
    /// What people sign in with.
    pub sign_in: Vec<SignIn>,
    /// How they may prove who they are, first.
    pub first_factors: Vec<FirstFactor>,
    /// Whether they may create their own accounts.
    pub self_sign_up: bool,
    /// Whether it is on the plan without managed login.
    pub lite: bool,
    /// What it is called in its tokens.
    issuer: Issuer,
    /// The names of its attributes.
    attributes: BTreeSet<String>,
    /// Its prefix of Cognito's own host.
    prefix: Option<String>,
    /// Its host of one's own.
    custom: Option<String>,
}

impl ExistingPool {
    fn of(id: &UserPoolId, pool: &UserPoolType) -> Result<Self, Error> {
        let by_name = pool.username_attributes().iter();
        let mut sign_in: Vec<_> = by_name
            .filter_map(|attribute| match attribute.as_str() {
                "email" => Some(SignIn::Email),
                "phone_number" => Some(SignIn::Phone),
                _ => None,
            })
            .collect();
        if sign_in.is_empty() {
            sign_in.push(SignIn::Username);
        }
        let policy = pool.policies().and_then(|all| all.sign_in_policy());
        let allowed = policy.map_or(&[][..], |policy| policy.allowed_first_auth_factors());
        let first_factors = allowed.iter().filter_map(|factor| match factor.as_str() {
            "PASSWORD" => Some(FirstFactor::Password),
            "EMAIL_OTP" => Some(FirstFactor::EmailOtp),
            "SMS_OTP" => Some(FirstFactor::SmsOtp),
            _ => None,
        });
        let accounts = pool.admin_create_user_config();
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Self {
            id: id.clone(),
            sign_in,
            first_factors: first_factors.collect(),
            self_sign_up: !accounts.is_some_and(|config| config.allow_admin_create_user_only),
            lite: pool
                .user_pool_tier()
                .is_some_and(|tier| tier.as_str() == "LITE"),
            issuer: form(id, aws_identity::issuer(pool))?,
            attributes: (pool.schema_attributes().iter())
                .filter_map(|attribute| attribute.name().map(str::to_owned))
                .collect(),
            prefix: text(pool.domain()),
            custom: text(pool.custom_domain()),
        })
    }
}

/// A form that we do not know is none that the skill could be told.
pub(crate) fn form(id: &UserPoolId, word: &str) -> Result<Issuer, Error> {
    match IssuerType::from(word) {
        IssuerType::Original => Ok(Issuer::Original),
        IssuerType::Updated => Ok(Issuer::Updated),
        other => Err(Error::new(
            Code::UserPool,
            format!(
                "user pool {id} has {other} as form of issuer, which this version does not know"
            ),
        )
        .hint("give it one of docs/identity.md, or deploy with a newer version of this project")),
    }
}

/// The pool that the stack file names; `None` where the stage has one of its own, or none.
pub async fn read(aws: &Aws, inputs: &Inputs) -> Result<Option<ExistingPool>, Error> {
    let identity = &inputs.stack.identity;
    let Some(id) = identity
        .user_pool_id
        .as_ref()
        .filter(|_| identity.has_a_pool())
    else {
        return Ok(None);
    };
    let home = &inputs.home;
    let cognito = aws.cognito(home);
    let answer = cognito.describe_user_pool().user_pool_id(id.as_str());
    let refused = |what: String| Error::new(Code::UserPool, what);
    match answer.send().await {
        Ok(answer) => {
            let pool = answer.user_pool.as_ref();
            pool.map(|pool| ExistingPool::of(id, pool)).transpose()
        }
        Err(error) if error.code() == Some("ResourceNotFoundException") => Err(refused(format!(
            "there is no user pool {id} in {home} of this account"
        ))
        .hint(
            "copy its id from the Cognito console, and use the credentials of the account that has \
             it; without user-pool-id a pool is made",
        )),
        Err(error) if is_denied(error.code()) => Err(refused(format!(
            "these credentials may not read user pool {id}"
        ))
        .because(error.message().unwrap_or_default())
        .hint("use some that may call cognito-idp:DescribeUserPool on it")),
        Err(error) => Err(Error::aws(format!("cannot read user pool {id}"), &error)),
    }
}

/// What the stage's pool is called in tokens: one that exists already has its name, whatever is said of
/// pools that are made.
pub(crate) fn issuer(existing: Option<&ExistingPool>, inputs: &Inputs) -> Issuer {
    existing.map_or(inputs.stack.identity.issuer, |pool| pool.issuer)
}

/// What keeps a client, or a domain, from being made in the pool as it is.
pub(crate) async fn obstacle(
    session: &Session<'_>,
    pool: &ExistingPool,
    client: &StackClient,
    own_domain: Option<&str>,
) -> Result<Option<Error>, Error> {
    let stack = &session.inputs.stack.identity;
    let domain = session.sign_in_domain()?;
    let desired = client.desired();
    let resources = Template::read(&desired.template, &desired.parameters)?.resources();
    let attributes = resources.values().filter_map(|resource| {
        let names = resource.properties.get("ReadAttributes")?.as_array()?;
        Some(names.iter().filter_map(Value::as_str).map(str::to_owned))
    });
    let wanted = Wanted {
        pages: stack.pages,
        first_factors: &stack.first_factors,
        rotation: stack.tokens.rotation,
        attributes: attributes.flatten().collect(),
        domain: &domain,
        lack: resource_servers::lacking(session, &pool.id).await?,
    };
    let domains = if stack.domain.existing.is_some() {
        Domains::Used(described(session, domain.as_str()).await?)
    } else if own_domain == Some(domain.as_str()) {
        Domains::Own
    } else {
        let (owner, _) = described(session, domain.as_str()).await?.unzip();
        Domains::Made {
            own: own_domain,
            owner,
        }
    };
    Ok(judge(&wanted, pool, &domains))
}

/// Whose a domain is and which pages it shows, if there is one of that name.
pub(crate) async fn described(
    session: &Session<'_>,
    domain: &str,
) -> Result<Option<(String, i32)>, Error> {
    let cognito = session.aws.cognito(&session.inputs.home);
    let answer = cognito.describe_user_pool_domain().domain(domain);
    let answer = answer.send().await;
    let answer = answer
        .map_err(|error| Error::aws(format!("cannot read sign-in domain {domain}"), &error))?;
    // A domain that does not exist is described as an empty one.
    let described = answer.domain_description;
    Ok(described.and_then(|domain| {
        let version = domain.managed_login_version.unwrap_or(1);
        Some((domain.user_pool_id?, version))
    }))
}

/// The domain of the pool that is the stage's: one that its stack has, or that is taken up with it.
pub(crate) fn own_domain(
    pool: &UserPoolId,
    observed: Option<&Observed>,
    taken_up: Option<&[Import]>,
) -> Result<Option<String>, Error> {
    if let Some(imports) = taken_up {
        let mut imports = imports.iter();
        let domain = imports.find(|import| import.logical == stacks::DOMAIN);
        return Ok(domain.and_then(|domain| domain.identifier.get("Domain").cloned()));
    }
    let deployed = observed.filter(|observed| !is_missing(Some(observed)));
    let Some(observed) = deployed.filter(|observed| !observed.template.is_empty()) else {
        return Ok(None);
    };
    let resources = Template::read(&observed.template, &observed.parameters)?.resources();
    let text = |name: &str| {
        let domain = resources.get(stacks::DOMAIN)?;
        domain.properties.get(name)?.as_str()
    };
    let domain = text("Domain").filter(|_| text("UserPoolId") == Some(pool.as_str()));
    Ok(domain.map(str::to_owned))
}

/// Whether a deployed identity stack has a user pool in it.
pub(crate) fn holds_a_pool(observed: &Observed) -> Result<bool, Error> {
    if observed.template.is_empty() {
        return Ok(false);
    }
    let template = Template::read(&observed.template, &observed.parameters)?;
    Ok(template.resources().contains_key(stacks::USER_POOL))
}
