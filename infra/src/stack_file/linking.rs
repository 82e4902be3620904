//! How Alexa links accounts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::value::{Distinct, ValueError, words};

/// Account linking.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Linking {
    /// What the skill asks for, and what the app client allows.
    pub scopes: Distinct<Scope>,
    /// The grants of the app client; Alexa uses the code grant.
    pub grants: Distinct<Grant>,
    /// Whether the skill can be enabled first and linked later.
    pub optional: bool,
    /// How Alexa presents the client secret.
    pub client_authentication: ClientAuthentication,
    /// Whether Alexa proves with PKCE that who redeems a code is who asked for it; if not, the
    /// developer console decides.
    pub pkce: bool,
    /// Where the skill looks up the profile.
    pub profile_source: ProfileSource,
}

impl Default for Linking {
    fn default() -> Self {
        Self {
            scopes: Distinct::of(vec![Scope::Openid, Scope::Email, Scope::Profile]),
            grants: Distinct::of(vec![Grant::Code]),
            optional: true,
            client_authentication: ClientAuthentication::Basic,
            pkce: false,
            profile_source: ProfileSource::Userinfo,
        }
    }
}

/// An OAuth scope
/// ([Cognito's](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// An ID token and the userInfo endpoint.
    Openid,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// All other attributes; with Login with Amazon, id, name and e-mail address.
    Profile,
    /// The id alone, for which Login with Amazon asks nobody
    /// ([Amazon's](https://developer.amazon.com/docs/login-with-amazon/customer-profile.html)).
    ProfileUserId,
    /// The postal code that Login with Amazon knows.
    PostalCode,
    /// `GetUser` and the other operations that a user may call on their own account.
    UserAdmin,
    /// A scope of a resource server: `server/scope`.
    Custom(String),
}

impl Scope {
    const STANDARD: [Self; 7] = [
        Self::Openid,
        Self::Email,
        Self::Phone,
        Self::Profile,
        Self::UserAdmin,
        Self::ProfileUserId,
        Self::PostalCode,
    ];

    /// Whether a user pool can grant it.
    pub(super) fn is_of_a_pool(&self) -> bool {
        !matches!(self, Self::ProfileUserId | Self::PostalCode)
    }

    /// Whether Login with Amazon can grant it.
    pub(super) fn is_of_amazon(&self) -> bool {
        matches!(self, Self::Profile | Self::ProfileUserId | Self::PostalCode)
    }

    /// The scope as OAuth writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Openid => "openid",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Profile => "profile",
            Self::ProfileUserId => "profile:user_id",
            Self::PostalCode => "postal_code",
            Self::UserAdmin => "aws.cognito.signin.user.admin",
            Self::Custom(scope) => scope,
        }
    }
}

impl FromStr for Scope {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(scope) = Self::STANDARD.iter().find(|scope| scope.as_str() == text) {
            return Ok(scope.clone());
        }
        match text.split_once('/') {
            Some((server, scope)) if is_scope_token(server) && is_scope_token(scope) => {
                Ok(Self::Custom(text.to_owned()))
            }
            _ => Err(ValueError::new(
                text,
                "a scope",
                "use openid, email, phone, profile or aws.cognito.signin.user.admin, and with Login \
                 with Amazon profile, profile:user_id or postal_code",
            )),
        }
    }
}

/// Whether `text` can be part of a scope
/// ([RFC 6749, 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
fn is_scope_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/'))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

words! {
    /// An OAuth grant.
    Grant {
        /// Authorization code.
        Code = "code",
        /// Implicit.
        Implicit = "implicit",
    }
}

words! {
    /// How Alexa presents the client secret at the token endpoint.
    ClientAuthentication {
        /// In the `Authorization` header.
        Basic = "basic",
        /// In the form.
        Body = "body",
    }
}

words! {
    /// Where the skill looks up the profile.
    ProfileSource {
        /// The userInfo endpoint of the user pool's domain.
        Userinfo = "userinfo",
        /// Cognito's `GetUser`.
        GetUser = "get-user",
        /// Login with Amazon.
        LoginWithAmazon = "login-with-amazon",
    }
}
