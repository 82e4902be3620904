//! Who signs people in, and how.

use models::ids::UserPoolId;
use serde::Deserialize;

use super::attributes::Attributes;
use super::domain::Domain;
use super::email::Email;
use super::password::Password;
use super::value::{Distinct, Duration, words};
use super::web_client::WebClient;

/// Who signs people in. Everything but the provider is about the user pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Identity {
    /// Who signs people in.
    pub provider: Provider,
    /// What people sign in with.
    pub sign_in: Distinct<SignIn>,
    /// How people prove who they are, first.
    pub first_factors: Distinct<FirstFactor>,
    /// What a password must have.
    pub password: Password,
    /// Whether a second factor is asked for.
    pub mfa: Mfa,
    /// Which second factors there are.
    pub mfa_factors: Distinct<MfaFactor>,
    /// How people get in again who forgot their password.
    pub recovery: Distinct<Recovery>,
    /// What is kept about people.
    pub attributes: Attributes,
    /// Whether people may create their own accounts.
    pub self_sign_up: bool,
    /// Cognito's feature plan.
    pub plan: Plan,
    /// Which sign-in pages are shown.
    pub pages: Pages,
    /// Who sends e-mail in the place of Cognito itself.
    pub email: Option<Email>,
    /// A web page that signs people in to the same pool.
    pub web_client: Option<WebClient>,
    /// A user pool that exists already, of which nothing but app clients and a domain is managed.
    pub user_pool_id: Option<UserPoolId>,
    /// Which of its two names the pool signs tokens with.
    pub issuer: Issuer,
    /// Lifetimes of tokens.
    pub tokens: Tokens,
    /// The host of the sign-in pages.
    pub domain: Domain,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            provider: Provider::Cognito,
            sign_in: Distinct::of(vec![SignIn::Email]),
            first_factors: Distinct::of(vec![FirstFactor::Password]),
            password: Password::default(),
            mfa: Mfa::Off,
            mfa_factors: Distinct::of(Vec::new()),
            recovery: Distinct::of(vec![Recovery::Email]),
            attributes: Attributes::default(),
            self_sign_up: true,
            plan: Plan::Essentials,
            pages: Pages::ManagedLogin,
            email: None,
            web_client: None,
            user_pool_id: None,
            issuer: Issuer::Original,
            tokens: Tokens::default(),
            domain: Domain::default(),
        }
    }
}

impl Identity {
    /// Whether people have their accounts in a user pool.
    pub fn has_a_pool(&self) -> bool {
        self.provider == Provider::Cognito
    }

    /// Whether that pool is the stage's own, made and looked after.
    pub fn makes_a_pool(&self) -> bool {
        self.has_a_pool() && self.user_pool_id.is_none()
    }

    /// The same where the pool exists already and is known to be like this.
    #[must_use]
    pub fn as_the_pool_is(&self, sign_in: Vec<SignIn>, self_sign_up: bool) -> Self {
        Self {
            sign_in: Distinct::of(sign_in),
            self_sign_up,
            ..self.clone()
        }
    }

    /// Whether people have a verified e-mail address in the pool.
    pub fn verifies_email(&self) -> bool {
        self.sign_in.contains(&SignIn::Email) || self.sign_in.contains(&SignIn::Username)
    }

    /// Whether people have a verified phone number in the pool.
    pub fn verifies_phone(&self) -> bool {
        self.sign_in.contains(&SignIn::Phone)
    }

    /// Whether the pool ever sends a text message, and so needs a role for it.
    pub fn sends_text_messages(&self) -> bool {
        // One that exists already has its own, if it does.
        self.makes_a_pool()
            && (self.verifies_phone()
                || self.recovery.contains(&Recovery::Phone)
                || self.first_factors.contains(&FirstFactor::SmsOtp)
                || self.mfa_factors.contains(&MfaFactor::Sms))
    }
}

/// Lifetimes of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Tokens {
    /// Of an access token, and of the ID token beside it.
    pub access: Duration,
    /// Of a refresh token, counted from sign-in and never extended.
    pub refresh: Duration,
    /// Whether a refresh replaces the refresh token.
    pub rotation: bool,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access: Duration::from_secs(3600),
            refresh: Duration::from_secs(3650 * 86400),
            rotation: false,
        }
    }
}

words! {
    /// Who signs people in.
    Provider {
        /// An Amazon Cognito user pool.
        Cognito = "cognito",
        /// Amazon itself.
        LoginWithAmazon = "login-with-amazon",
    }
}

words! {
    /// What people sign in with.
    SignIn {
        /// Their e-mail address.
        Email = "email",
        /// Their phone number.
        Phone = "phone",
        /// A user name of their choice, or the e-mail address behind it.
        Username = "username",
    }
}

words! {
    /// How people prove who they are, first.
    FirstFactor {
        /// A password.
        Password = "password",
        /// A one-time code by e-mail.
        EmailOtp = "email-otp",
        /// A one-time code by text message.
        SmsOtp = "sms-otp",
    }
}

words! {
    /// Whether a second factor is asked for.
    Mfa {
        /// Never.
        Off = "off",
        /// From people who set one up.
        Optional = "optional",
        /// From everyone.
        Required = "required",
    }
}

words! {
    /// A second factor.
    MfaFactor {
        /// A code by text message.
        Sms = "sms",
        /// A code from an authenticator app.
        Totp = "totp",
        /// A code by e-mail.
        Email = "email",
    }
}

words! {
    /// How people get in again who forgot their password.
    Recovery {
        /// A code to the verified e-mail address.
        Email = "email",
        /// A code to the verified phone number.
        Phone = "phone",
        /// An administrator has to help.
        AdminOnly = "admin-only",
    }
}

words! {
    /// Cognito's feature plan ([prices](https://aws.amazon.com/cognito/pricing/)).
    Plan {
        /// Passwords and classic pages.
        Lite = "lite",
        /// Managed login and one-time codes.
        Essentials = "essentials",
        /// Threat protection.
        Plus = "plus",
    }
}

words! {
    /// What a pool calls itself in the tokens that it signs
    /// ([issuers](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html)).
    Issuer {
        /// By the host of its region's API.
        Original = "original",
        /// By a host that is only for issuers, whose keys are in several regions.
        Updated = "updated",
    }
}

words! {
    /// Which sign-in pages are shown.
    Pages {
        /// Managed login.
        ManagedLogin = "managed-login",
        /// The classic hosted pages.
        Classic = "classic",
    }
}
