//! User pools, app clients, domains and the style of the sign-in pages.

mod client;
mod pool;

pub use client::*;
pub use pool::*;

use serde::Serialize;

use super::{ClientId, UserPoolId};
use crate::cloudformation::Value;

/// `AWS::Cognito::UserPoolDomain`: the host of the sign-in pages and OAuth endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolDomain {
    /// The user pool.
    pub user_pool_id: Value<UserPoolId>,
    /// The prefix before `.auth.{region}.amazoncognito.com`.
    pub domain: Value<String>,
    /// 1: classic hosted pages; 2: managed login.
    pub managed_login_version: u8,
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
