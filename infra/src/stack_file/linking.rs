//! How Alexa links accounts.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::POOLS;
use super::resource_servers::{ScopeName, ServerIdentifier};
use super::value::{Distinct, ValueError, words};

/// Account linking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Linking {
    /// Scopes that the skill asks for and that the app client allows: Cognito's, and those of
    /// `identity.resource-servers`, such as `taxi/order`. Login with Amazon has `profile`, `profile:user_id`
    /// for the id alone, and `postal_code`.
    #[schemars(extend("x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html"))]
    pub scopes: Distinct<Scope>,
    /// The grants of the app client: `code`, which Alexa uses, and `implicit` if something else needs it.
    #[schemars(extend("x-applies-to" = POOLS))]
    pub grants: Distinct<Grant>,
    /// If people may enable the skill first and link later.
    pub optional: bool,
    /// How Alexa presents the client secret.
    pub client_authentication: ClientAuthentication,
    /// If Alexa proves with PKCE that who redeems a code is who asked for it. Amazon publishes no field for it: the one
    /// that is written is known from one public project. What was written is read back, and a deployment fails if it
    /// was not kept. `false` leaves it to the developer console.
    pub pkce: bool,
    /// The service that the skill reads the profile from.
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
    /// A scope of a resource server: its identifier, `/`, and the scope's name.
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

    /// The identifier of its resource server and its name there; `None` if it is Cognito's or Amazon's own.
    pub fn of_server(&self) -> Option<(&str, &str)> {
        match self {
            Self::Custom(scope) => scope.rsplit_once('/'),
            _ => None,
        }
    }

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
        let is_custom = |(server, name): (&str, &str)| {
            server.parse::<ServerIdentifier>().is_ok() && name.parse::<ScopeName>().is_ok()
        };
        if text.len() <= LONGEST_SCOPE && text.rsplit_once('/').is_some_and(is_custom) {
            return Ok(Self::Custom(text.to_owned()));
        }
        Err(ValueError::new(
            text,
            "a scope",
            "use openid, email, phone, profile or aws.cognito.signin.user.admin, or one of your own such \
             as `taxi/order`, and with Login with Amazon profile, profile:user_id or postal_code",
        ))
    }
}

/// Most characters of a scope that a client is allowed
/// ([`AllowedOAuthScopes`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html)).
const LONGEST_SCOPE: usize = 256;

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

super::value::as_text! { Scope, {
    "type": "string",
    "anyOf": [
        { "enum": Scope::STANDARD.map(|scope| scope.to_string()) },
        { "pattern": "^[!#-\\[\\]-~]+/[!#-.0-\\[\\]-~]+$", "maxLength": LONGEST_SCOPE }
    ]
} }

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
    /// The service that the skill reads the profile from.
    ProfileSource {
        /// The userInfo endpoint of the user pool's domain, which needs the scope `openid`.
        Userinfo = "userinfo",
        /// Cognito's `GetUser`, which needs the scope `aws.cognito.signin.user.admin`.
        GetUser = "get-user",
        /// Login with Amazon, for that provider and no other.
        LoginWithAmazon = "login-with-amazon",
    }
}
