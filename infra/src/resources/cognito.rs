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
