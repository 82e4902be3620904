//! What an app client's settings mean, and which of them Cognito refuses.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::base::error::AwsError;
use crate::base::loopback::is_loopback;
use crate::cognito::errors::{invalid, not_in_tier};
use crate::cognito::lifetimes::Lifetimes;
use crate::cognito::pool::Pool;
use crate::cognito::settings::Tier;

/// The scopes that need no resource server.
pub(crate) const STANDARD_SCOPES: &[&str] = &[
    "openid",
    "email",
    "phone",
    "profile",
    "aws.cognito.signin.user.admin",
];

/// An OAuth 2.0 flow of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    Code,
    Implicit,
    ClientCredentials,
}

/// `PreventUserExistenceErrors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Existence {
    #[default]
    Legacy,
    Enabled,
}

/// An app client's settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ClientSettings {
    #[serde(flatten)]
    pub(crate) lifetimes: Lifetimes,
    read_attributes: Option<Vec<String>>,
    write_attributes: Option<Vec<String>>,
    explicit_auth_flows: Option<Vec<String>>,
    supported_identity_providers: Vec<String>,
    #[serde(rename = "CallbackURLs")]
    pub(crate) callback_urls: Vec<String>,
    #[serde(rename = "LogoutURLs")]
    pub(crate) logout_urls: Vec<String>,
    #[serde(rename = "DefaultRedirectURI")]
    default_redirect_uri: Option<String>,
    #[serde(rename = "AllowedOAuthFlows")]
    flows: Vec<Flow>,
    #[serde(rename = "AllowedOAuthScopes")]
    pub(crate) scopes: Vec<String>,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    oauth: bool,
    prevent_user_existence_errors: Existence,
    pub(crate) enable_token_revocation: bool,
}

impl ClientSettings {
    /// Parses a document that the model has accepted, and refuses what Cognito refuses.
    pub(crate) fn parse(document: &Map<String, Value>, pool: &Pool) -> Result<Self, AwsError> {
        let settings: Self = serde_json::from_value(Value::Object(document.clone()))
            .map_err(|error| AwsError::bad_request("SerializationException", error.to_string()))?;
        settings.check_urls()?;
        settings.check_oauth(pool)?;
        settings.lifetimes.check()?;
        settings.check_auth_flows(pool.settings.user_pool_tier)?;
        settings.check_attributes(pool)?;
        Ok(settings)
    }

    fn check_urls(&self) -> Result<(), AwsError> {
        for url in self.callback_urls.iter().chain(&self.logout_urls) {
            check_url(url)?;
        }
        match &self.default_redirect_uri {
            Some(url) if !self.callback_urls.contains(url) => Err(invalid(
                "The default redirect URI must be in the list of callback URLs.",
            )),
            _ => Ok(()),
        }
    }

    fn check_oauth(&self, pool: &Pool) -> Result<(), AwsError> {
        let exists = |scope: &&String| {
            let mut servers = pool.resource_servers.iter();
            STANDARD_SCOPES.contains(&scope.as_str()) || servers.any(|server| server.knows(scope))
        };
        if let Some(scope) = self.scopes.iter().find(|scope| !exists(scope)) {
            return Err(AwsError::bad_request(
                "ScopeDoesNotExistException",
                format!("Invalid scope requested: {scope}"),
            ));
        }
        if self.oauth && (self.flows.is_empty() || self.scopes.is_empty()) {
            return Err(AwsError::bad_request(
                "InvalidOAuthFlowException",
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is \
                 allowed to use OAuth flows.",
            ));
        }
        let machine = self.flows.contains(&Flow::ClientCredentials);
        if machine && self.flows.len() > 1 {
            return Err(AwsError::bad_request(
                "InvalidOAuthFlowException",
                "client_credentials flow can not be selected along with code flow or implicit \
                 flow.",
            ));
        }
        let has_custom = self
            .scopes
            .iter()
            .any(|scope| !STANDARD_SCOPES.contains(&scope.as_str()));
        if machine {
            return Err(AwsError::bad_request(
                "InvalidOAuthFlowException",
                if has_custom {
                    "client_credentials flow is not part of this stage."
                } else {
                    "client_credentials flow can not be selected if client does not have custom \
                     scopes."
                },
            ));
        }
        if !self.flows.is_empty() && self.callback_urls.is_empty() {
            return Err(AwsError::bad_request(
                "InvalidOAuthFlowException",
                "CallbackURLs are required for the code flow and the implicit flow.",
            ));
        }
        Ok(())
    }

    fn check_auth_flows(&self, tier: Tier) -> Result<(), AwsError> {
        let flows = self.explicit_auth_flows.as_deref().unwrap_or_default();
        let allow = flows.iter().any(|flow| flow.starts_with("ALLOW_"));
        let legacy = flows.iter().any(|flow| !flow.starts_with("ALLOW_"));
        if allow && legacy {
            return Err(invalid(
                "Cannot mix ALLOW_ flows with legacy flows in ExplicitAuthFlows.",
            ));
        }
        if tier == Tier::Lite && flows.iter().any(|flow| flow == "ALLOW_USER_AUTH") {
            return Err(not_in_tier(
                "ALLOW_USER_AUTH is not available in the Lite feature plan.",
            ));
        }
        // <https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-cognito-refresh-token-rotation/>
        if tier == Tier::Lite && self.lifetimes.rotates() {
            return Err(not_in_tier(
                "Refresh token rotation is not available in the Lite feature plan.",
            ));
        }
        if self.lifetimes.rotates() && self.allows("ALLOW_REFRESH_TOKEN_AUTH") {
            return Err(invalid(
                "ALLOW_REFRESH_TOKEN_AUTH can not be used together with refresh token rotation.",
            ));
        }
        Ok(())
    }

    fn check_attributes(&self, pool: &Pool) -> Result<(), AwsError> {
        let known = |name: &String| pool.attribute_names().any(|known| known == name);
        if self
            .read_attributes
            .iter()
            .flatten()
            .any(|name| !known(name))
        {
            return Err(invalid(
                "Invalid read attributes specified while creating a client",
            ));
        }
        let derived = |name: &String| {
            matches!(
                name.as_str(),
                "sub" | "email_verified" | "phone_number_verified"
            )
        };
        if self
            .write_attributes
            .iter()
            .flatten()
            .any(|name| !known(name) || derived(name))
        {
            return Err(invalid(
                "Invalid write attributes specified while creating a client",
            ));
        }
        let foreign = self
            .supported_identity_providers
            .iter()
            .find(|provider| *provider != "COGNITO");
        match foreign {
            Some(provider) => Err(invalid(format!(
                "The provider {provider} does not exist for User Pool {}.",
                pool.id
            ))),
            None => Ok(()),
        }
    }

    /// Whether the client may use this flow at the authorization endpoint.
    pub(crate) fn permits(&self, flow: Flow) -> bool {
        self.oauth && self.flows.contains(&flow)
    }

    /// Whether an `ExplicitAuthFlows` entry is in force.
    pub(crate) fn allows(&self, auth_flow: &str) -> bool {
        match &self.explicit_auth_flows {
            Some(flows) => flows.iter().any(|flow| flow == auth_flow),
            None => matches!(
                auth_flow,
                "ALLOW_REFRESH_TOKEN_AUTH" | "ALLOW_USER_SRP_AUTH" | "ALLOW_CUSTOM_AUTH"
            ),
        }
    }

    /// Whether nobody is to learn who has an account.
    pub(crate) fn hides_users(&self) -> bool {
        self.prevent_user_existence_errors == Existence::Enabled
    }

    /// Whether the client may read an attribute.
    pub(crate) fn reads(&self, attribute: &str) -> bool {
        match &self.read_attributes {
            Some(readable) => attribute == "sub" || readable.iter().any(|name| name == attribute),
            None => !attribute.starts_with("dev:"),
        }
    }

    /// Whether sign-up through this client may set an attribute.
    pub(crate) fn writes(&self, attribute: &str) -> bool {
        match &self.write_attributes {
            Some(writable) => writable.iter().any(|name| name == attribute),
            None => !attribute.starts_with("dev:"),
        }
    }
}

/// Callback and sign-out URLs: absolute, without fragment, https unless loopback, or an app's own
/// scheme.
fn check_url(text: &str) -> Result<(), AwsError> {
    let url = Url::parse(text).map_err(|_| invalid(format!("{text} is not a valid URL.")))?;
    if url.fragment().is_some() {
        return Err(invalid(format!("{text} cannot contain a fragment.")));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(invalid(format!("{text} cannot use the HTTP protocol.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn parse(document: &Value) -> Result<ClientSettings, AwsError> {
        let input = json!({"PoolName": "guide"});
        let pool = Pool::create("eu-west-1", &input, Timestamp::UNIX_EPOCH).unwrap();
        ClientSettings::parse(document.as_object().unwrap(), &pool)
    }

    fn refusal(document: &Value) -> String {
        parse(document).unwrap_err().message
    }

    #[test]
    fn only_loopback_callbacks_may_be_http() {
        let with = |url: &str| json!({"CallbackURLs": [url]});
        parse(&with("https://pitangui.amazon.com/api/skill/link/M1")).unwrap();
        parse(&with("http://localhost:4000/na/api/skill/link/M1")).unwrap();
        parse(&with("http://127.0.0.1:4000/cb")).unwrap();
        parse(&with("guide://signed-in")).unwrap();
        assert_eq!(
            refusal(&with("http://example.com/cb")),
            "http://example.com/cb cannot use the HTTP protocol."
        );
        parse(&with("https://example.com/cb#here")).unwrap_err();
        parse(&with("/cb")).unwrap_err();
    }

    #[test]
    fn a_scope_must_exist() {
        let error = parse(&json!({"AllowedOAuthScopes": ["openid", "guide/read"]})).unwrap_err();
        assert_eq!(error.code, "ScopeDoesNotExistException");
        assert_eq!(error.message, "Invalid scope requested: guide/read");
    }

    #[test]
    fn oauth_needs_flows_scopes_and_a_callback() {
        parse(&json!({"AllowedOAuthFlowsUserPoolClient": true})).unwrap_err();
        parse(&json!({
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
        }))
        .unwrap_err();
        let client = parse(&json!({
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "CallbackURLs": ["https://example.com/cb"],
        }))
        .unwrap();
        assert!(client.permits(Flow::Code) && !client.permits(Flow::Implicit));
    }

    #[test]
    fn attributes_and_providers_must_exist() {
        parse(&json!({"ReadAttributes": ["email", "email_verified"]})).unwrap();
        parse(&json!({"ReadAttributes": ["shoe_size"]})).unwrap_err();
        parse(&json!({"WriteAttributes": ["email_verified"]})).unwrap_err();
        parse(&json!({"SupportedIdentityProviders": ["COGNITO"]})).unwrap();
        parse(&json!({"SupportedIdentityProviders": ["Google"]})).unwrap_err();
    }

    #[test]
    fn rotation_excludes_the_refresh_flow() {
        let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 60});
        parse(&json!({"RefreshTokenRotation": rotation})).unwrap_err();
        let client = parse(&json!({
            "RefreshTokenRotation": rotation,
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        }))
        .unwrap();
        assert!(client.lifetimes.rotates());
        assert_eq!(client.lifetimes.rotation_grace_seconds(), 60);
    }

    #[test]
    fn rotation_is_not_in_the_lite_plan() {
        for (plan, allowed) in [("LITE", false), ("ESSENTIALS", true), ("PLUS", true)] {
            let input = json!({"PoolName": "guide", "UserPoolTier": plan});
            let pool = Pool::create("eu-west-1", &input, Timestamp::UNIX_EPOCH).unwrap();
            let client = json!({
                "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
                "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
            });
            let parsed = ClientSettings::parse(client.as_object().unwrap(), &pool);
            assert_eq!(parsed.is_ok(), allowed, "{plan}");
        }
    }
}
