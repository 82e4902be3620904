//! App clients.

use models::ids::UserPoolId;
use serde::Serialize;

use crate::cloudformation::Value;

/// `AWS::Cognito::UserPoolClient`.
///
/// `GenerateSecret` and `UserPoolId` cannot change without a new client id, which unlinks
/// everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolClient {
    /// Its name.
    pub client_name: Value<String>,
    /// The user pool.
    pub user_pool_id: Value<UserPoolId>,
    /// Whether it has a secret.
    pub generate_secret: bool,
    /// Who signs people in.
    pub supported_identity_providers: Vec<&'static str>,
    /// Whether it uses the OAuth endpoints at all.
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    pub allowed_oauth_flows_user_pool_client: bool,
    /// The grants.
    #[serde(rename = "AllowedOAuthFlows")]
    pub allowed_oauth_flows: Vec<OAuthFlow>,
    /// The scopes.
    #[serde(rename = "AllowedOAuthScopes")]
    pub allowed_oauth_scopes: Vec<String>,
    /// Where codes may be sent.
    #[serde(rename = "CallbackURLs")]
    pub callback_urls: Value<Vec<String>>,
    /// Where people may be sent who have signed out.
    #[serde(rename = "LogoutURLs")]
    pub logout_urls: Vec<String>,
    /// How people may sign in by API, and whether tokens may be refreshed.
    pub explicit_auth_flows: Vec<ExplicitAuthFlow>,
    /// The attributes that its tokens give access to.
    pub read_attributes: Vec<String>,
    /// Whether an unknown user looks like a wrong password.
    pub prevent_user_existence_errors: PreventUserExistenceErrors,
    /// Whether refresh tokens can be revoked.
    pub enable_token_revocation: bool,
    /// How long an access token is valid.
    pub access_token_validity: u64,
    /// How long an ID token is valid.
    pub id_token_validity: u64,
    /// How long a refresh token is valid, counted from sign-in.
    pub refresh_token_validity: u64,
    /// The units of the three.
    pub token_validity_units: TokenValidityUnits,
    /// Whether a refresh replaces the refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_rotation: Option<RefreshTokenRotation>,
}

/// An OAuth grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthFlow {
    /// Authorization code.
    Code,
    /// Implicit.
    Implicit,
}

/// What the client may do by API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(clippy::enum_variant_names, reason = "the service's own names")]
pub enum ExplicitAuthFlow {
    /// Refresh tokens; excluded by rotation.
    AllowRefreshTokenAuth,
    /// Choose among first factors.
    AllowUserAuth,
    /// Passwords that never leave the browser.
    AllowUserSrpAuth,
}

/// What an unknown user looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PreventUserExistenceErrors {
    /// Like a wrong password.
    Enabled,
}

/// The units of token lifetimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TokenValidityUnits {
    /// Of the access token's.
    pub access_token: TimeUnit,
    /// Of the ID token's.
    pub id_token: TimeUnit,
    /// Of the refresh token's.
    pub refresh_token: TimeUnit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it")]
pub enum TimeUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// Rotation of refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RefreshTokenRotation {
    /// Whether a refresh replaces the refresh token.
    pub feature: Rotation,
    /// For how many seconds, at most 60, the replaced token still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_grace_period_seconds: Option<u8>,
}

/// Whether a refresh replaces the refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rotation {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
}
