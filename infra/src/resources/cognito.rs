//! User pools, app clients, domains and the style of the sign-in pages.

mod client;
mod pool;

pub use client::*;
pub use pool::*;

use models::ids::UserPoolId;
use serde::Serialize;

use super::{ClientId, DistributionHost};
use crate::cloudformation::{Attribute, Value};

/// `AWS::Cognito::UserPoolDomain`: the host of the sign-in pages and OAuth endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolDomain {
    /// The user pool.
    pub user_pool_id: Value<UserPoolId>,
    /// The prefix before `.auth.{region}.amazoncognito.com`, or a host of one's own.
    pub domain: Value<String>,
    /// What a host of one's own needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_domain_config: Option<CustomDomainConfig>,
    /// 1: classic hosted pages; 2: managed login.
    pub managed_login_version: u8,
}

impl UserPoolDomain {
    /// The Amazon CloudFront distribution that a host of one's own has to lead to.
    pub const CLOUD_FRONT_DISTRIBUTION: Attribute<Self, DistributionHost> =
        Attribute::new("CloudFrontDistribution");
}

/// What a host of one's own needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomDomainConfig {
    /// Its certificate, in us-east-1.
    pub certificate_arn: String,
}

/// `AWS::Cognito::UserPoolResourceServer`: an API, and the scopes that it knows.
///
/// `Identifier` and `UserPoolId` cannot change without another resource server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolResourceServer {
    /// The user pool.
    pub user_pool_id: Value<UserPoolId>,
    /// The part of its scopes before the last `/`.
    pub identifier: String,
    /// Its name in the Cognito console.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<ResourceServerScope>,
}

/// A scope of a resource server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceServerScope {
    /// The part behind the last `/`.
    pub scope_name: String,
    /// A sentence about what it allows.
    pub scope_description: String,
}

/// `AWS::Cognito::ManagedLoginBranding`: the style without which managed login shows
/// "Login pages unavailable".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedLoginBranding {
    /// The user pool.
    pub user_pool_id: Value<UserPoolId>,
    /// The app client whose pages it styles.
    pub client_id: Value<ClientId>,
    /// Whether Cognito's own style is used.
    pub use_cognito_provided_values: bool,
}
