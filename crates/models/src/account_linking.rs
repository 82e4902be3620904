//! Account linking as the Skill Management API takes and gives it.
//!
//! Account linking is not part of a skill package: it is put on its own, wrapped in
//! `accountLinkingRequest`, with the client secret in it. What is read back is wrapped in
//! `accountLinkingResponse` and never holds the secret
//! ([operations](https://developer.amazon.com/docs/smapi/account-linking-operations.html),
//! [schemas](https://developer.amazon.com/docs/smapi/account-linking-schemas.html)).
//!
//! [`AccountLinking`] is the part without the secret: it may be rendered, compared and shown.
//! [`AccountLinkingRequest`] adds the secret and turns into text only through
//! [`AccountLinkingRequest::to_wire`].

mod comparison;
mod lists;
mod response;

pub use comparison::{Comparison, Difference};
pub use lists::{Domains, ListError, MAX_ENTRIES, Scopes};
pub use response::AccountLinkingResponse;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ids::ClientId;
use crate::secure_url::SecureUrl;

/// How the skill links accounts, without the client secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountLinking {
    /// Which OAuth grant is used.
    #[serde(rename = "type")]
    pub grant: AccountLinkingType,
    /// Where the person signs in.
    pub authorization_url: SecureUrl,
    /// Other domains that the sign-in page fetches content from.
    #[serde(default, skip_serializing_if = "Domains::is_empty")]
    pub domains: Domains,
    /// The OAuth client that the authorization server knows Alexa by.
    pub client_id: ClientId,
    /// What Alexa asks for.
    #[serde(default, skip_serializing_if = "Scopes::is_empty")]
    pub scopes: Scopes,
    /// Where Alexa exchanges codes and refreshes access tokens. Needed for `AUTH_CODE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_url: Option<SecureUrl>,
    /// How Alexa presents the client secret there. Needed for `AUTH_CODE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_scheme: Option<AccessTokenScheme>,
    /// Lifetime of an access token in seconds, where the answer has no `expires_in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_token_expiration_in_seconds: Option<u32>,
    /// Where a code for reciprocal authorization is exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reciprocal_access_token_url: Option<SecureUrl>,
    /// The app's own URLs for app-to-app linking; not the ones that Alexa redirects to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_urls: Vec<String>,
    /// The app's own authorization URLs for app-to-app linking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_urls_by_platform: Vec<PlatformAuthorizationUrl>,
    /// Whether the skill can be enabled without linking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_on_enablement: Option<bool>,
    /// Whether linking can be started by voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_forward_account_linking: Option<VoiceForward>,
    /// PKCE (RFC 7636). The published schema has no such field, so it is sent only where asked
    /// for, and to a [`Comparison`] the service has it only if its answer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce_configuration: Option<PkceConfiguration>,
}

/// The OAuth grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountLinkingType {
    /// Authorization code grant ([RFC 6749, 4.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1)).
    AuthCode,
    /// Implicit grant ([RFC 6749, 4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2)).
    Implicit,
}

/// How Alexa presents the client secret at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessTokenScheme {
    /// In the `Authorization` header.
    HttpBasic,
    /// In the form.
    RequestBodyCredentials,
}

/// Whether linking can be started by voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VoiceForward {
    /// It can.
    Enabled,
    /// It cannot.
    Disabled,
}

/// An app's authorization URL on one mobile platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformAuthorizationUrl {
    /// The platform.
    pub platform_type: PlatformType,
    /// The app's link.
    pub platform_authorization_url: String,
}

/// A mobile platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlatformType {
    /// Apple's.
    #[serde(rename = "iOS")]
    Ios,
    /// Google's.
    Android,
}

/// Proof key for code exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PkceConfiguration {
    /// Whether Alexa sends a code challenge.
    pub status: PkceStatus,
    /// How the challenge is made from the verifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<CodeChallengeMethod>,
}

impl PkceConfiguration {
    /// PKCE with SHA-256, the one method that OAuth servers are asked to support.
    pub const S256: Self = Self {
        status: PkceStatus::Enabled,
        code_challenge_method: Some(CodeChallengeMethod::S256),
    };
}

/// Whether PKCE is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PkceStatus {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
}

/// How a code challenge is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeChallengeMethod {
    /// SHA-256 of the verifier.
    S256,
}

/// Why account linking cannot be put as it is.
#[derive(Debug, thiserror::Error)]
pub enum AccountLinkingError {
    /// The document lacks the member that everything else belongs in.
    #[error("account linking must be wrapped: {{\"{REQUEST}\": {{...}}}}")]
    Unwrapped,
    /// A client secret in a document that is kept in files.
    #[error("`clientSecret` does not belong in the document; it is added when it is sent")]
    SecretInDocument,
    /// A field that is wrong, unknown or missing.
    #[error("account linking is not valid: {0}")]
    Invalid(#[from] serde_json::Error),
    /// The authorization code grant lacks something that Alexa refuses to work without.
    #[error("account linking of type AUTH_CODE needs `{0}`")]
    MissingForAuthCode(&'static str),
}

/// The member that a request is wrapped in.
const REQUEST: &str = "accountLinkingRequest";

impl AccountLinking {
    /// Reads a document wrapped in `accountLinkingRequest`, as ask-cli takes it, without secret.
    pub fn from_document(document: &Value) -> Result<Self, AccountLinkingError> {
        let Some(linking) = document.get(REQUEST) else {
            return Err(AccountLinkingError::Unwrapped);
        };
        if linking.get("clientSecret").is_some() {
            return Err(AccountLinkingError::SecretInDocument);
        }
        Ok(Self::deserialize(linking)?)
    }

    /// The document wrapped in `accountLinkingRequest`, without secret.
    pub fn to_document(&self) -> Value {
        json!({ REQUEST: self })
    }
}

/// Account linking with its client secret: the body of the PUT.
#[derive(Debug, Clone)]
pub struct AccountLinkingRequest {
    linking: AccountLinking,
    client_secret: Option<SecretString>,
    beside: Map<String, Value>,
}

impl AccountLinkingRequest {
    /// Joins account linking and client secret, and checks what Alexa demands of the grant.
    pub fn new(
        linking: AccountLinking,
        client_secret: Option<SecretString>,
    ) -> Result<Self, AccountLinkingError> {
        if linking.grant == AccountLinkingType::AuthCode {
            let missing = [
                ("accessTokenUrl", linking.access_token_url.is_none()),
                ("accessTokenScheme", linking.access_token_scheme.is_none()),
                ("clientSecret", client_secret.is_none()),
            ];
            if let Some((field, _)) = missing.into_iter().find(|(_, missing)| *missing) {
                return Err(AccountLinkingError::MissingForAuthCode(field));
            }
        }
        Ok(Self {
            linking,
            client_secret,
            beside: Map::new(),
        })
    }

    /// The same with fields that it does not decide, such as those of
    /// [`AccountLinking::left_alone`]; what it decides stays as it is.
    #[must_use]
    pub fn beside(mut self, fields: Map<String, Value>) -> Self {
        self.beside = fields;
        self
    }

    /// The part that is not secret.
    pub fn linking(&self) -> &AccountLinking {
        &self.linking
    }

    /// The secret.
    pub fn client_secret(&self) -> Option<&SecretString> {
        self.client_secret.as_ref()
    }

    /// The JSON text that is sent. It holds the client secret in clear text and is a secret
    /// itself; this is the only way to get it.
    pub fn to_wire(&self) -> SecretString {
        let mut document = self.linking.to_document();
        if let Some(members) = document[REQUEST].as_object_mut() {
            for (name, value) in &self.beside {
                members.entry(name).or_insert_with(|| value.clone());
            }
        }
        if let Some(secret) = &self.client_secret {
            document[REQUEST]["clientSecret"] = secret.expose_secret().into();
        }
        document.to_string().into()
    }
}

#[cfg(test)]
mod tests;
