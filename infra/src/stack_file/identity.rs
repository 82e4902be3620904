//! Who signs people in, and how.

use models::ids::UserPoolId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::declaration::{Accounts, Later, OWN_POOL, POOLS};
use super::domain::Domain;
use super::email::Email;
use super::password::Password;
use super::problem::Locator;
use super::resource_servers::ResourceServers;
use super::value::{Distinct, Duration, words};
use super::web_client::WebClient;

/// Who signs people in. Everything but the provider is about the user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Identity {
    /// Who signs people in. With `login-with-amazon` there is no user pool, and `[linking]` has
    /// `scopes = ["profile"]` and `profile-source = "login-with-amazon"`.
    #[schemars(extend("x-later" = Later::Guarded("user-pool".to_owned())))]
    pub provider: Provider,
    /// Names that people sign in with: any of `email` and `phone`, or `username` alone.
    #[schemars(extend("x-applies-to" = OWN_POOL, "x-later" = Later::Never))]
    pub sign_in: Distinct<SignIn>,
    /// How people prove who they are, first: `password` always, and one-time codes in addition.
    #[schemars(extend("x-applies-to" = POOLS))]
    pub first_factors: Distinct<FirstFactor>,
    /// Rules of new passwords. Passwords that exist stay valid.
    #[schemars(extend(
        "x-applies-to" = OWN_POOL,
        "x-source" = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html"
    ))]
    pub password: Password,
    /// If a second factor is asked for.
    #[schemars(extend("x-applies-to" = OWN_POOL))]
    pub mfa: Mfa,
    /// Second factors that people can have.
    #[schemars(extend("x-applies-to" = OWN_POOL))]
    pub mfa_factors: Distinct<MfaFactor>,
    /// Where a code goes when a password is forgotten: `email`, `phone` or both in order of preference, or `admin-only`
    /// alone. Not the channel that the second factor comes by. By default `["phone"]` where people sign in with nothing
    /// else.
    #[schemars(extend("x-applies-to" = OWN_POOL))]
    pub recovery: Distinct<Recovery>,
    /// Attributes of people beside their name and what they sign in with.
    #[schemars(extend(
        "x-applies-to" = OWN_POOL,
        "x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html"
    ))]
    pub attributes: Attributes,
    /// If people may create their own accounts.
    #[schemars(extend("x-applies-to" = OWN_POOL))]
    pub self_sign_up: bool,
    /// Cognito's feature plan ([prices](https://aws.amazon.com/cognito/pricing/)).
    #[schemars(extend("x-applies-to" = OWN_POOL))]
    pub plan: Plan,
    /// The sign-in pages that people see.
    #[schemars(extend("x-applies-to" = POOLS))]
    pub pages: Pages,
    /// Amazon SES as the sender of e-mail: Cognito by itself sends 50 messages a day.
    #[schemars(extend(
        "x-applies-to" = OWN_POOL,
        "x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html",
        "examples" = [{
            "from": "Taxi Desk <no-reply@example.com>",
            "ses-identity": "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
        }]
    ))]
    pub email: Option<Email>,
    /// A second, public app client for a web page on the same pool, which uses PKCE and has no secret
    /// ([what a page can do with it](identity.md#a-web-page-on-the-same-pool)).
    #[schemars(extend(
        "x-applies-to" = POOLS,
        "x-later" = Later::Guarded("app-client".to_owned()),
        "x-source" = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html",
        "examples" = [{ "callback-urls": ["https://www.example.com/signed-in"] }]
    ))]
    pub web_client: Option<WebClient>,
    /// Scopes of your own, by the identifier of the API that they are for: `taxi = { order = "Order taxis in your
    /// name" }` gives the scope `taxi/order`, which `linking.scopes` and `web-client.scopes` can name. A pool that
    /// exists already has to have them ([more](identity.md#scopes-of-your-own)).
    #[schemars(extend(
        "x-applies-to" = POOLS,
        "x-later" = Later::Guarded("scopes".to_owned()),
        "x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html",
        "examples" = [{ "taxi": { "order": "Order taxis in your name" } }]
    ))]
    pub resource_servers: ResourceServers,
    /// A user pool that exists already: app clients and a domain are made in it, and nothing else of it is touched
    /// ([more](identity.md#a-user-pool-that-exists-already)).
    #[schemars(
        with = "Option<String>",
        regex(pattern = r"^[a-z0-9-]+_[0-9A-Za-z]+$"),
        extend(
            "x-applies-to" = POOLS,
            "x-later" = Later::Guarded("user-pool".to_owned()),
            "x-allowed" = "write the id of a user pool",
            "examples" = ["eu-west-1_AbCdEf123"]
        )
    )]
    pub user_pool_id: Option<UserPoolId>,
    /// The host by which the pool calls itself in tokens
    /// ([when to change it, and what that costs](identity.md#two-names-for-one-pool)).
    #[schemars(extend("x-applies-to" = OWN_POOL, "x-later" = Later::Guarded("issuer".to_owned())))]
    pub issuer: Issuer,
    /// Lifetimes of tokens.
    #[schemars(extend("x-applies-to" = POOLS))]
    pub tokens: Tokens,
    /// The host of the sign-in pages.
    #[schemars(extend("x-applies-to" = POOLS))]
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
            resource_servers: ResourceServers::default(),
            user_pool_id: None,
            issuer: Issuer::Original,
            tokens: Tokens::default(),
            domain: Domain::default(),
        }
    }
}

impl Identity {
    /// Fills in the default that depends on what else is written: where people have no e-mail address, the code for a
    /// new password goes to their phone.
    pub(super) fn fill_in(&mut self, written: &Locator<'_>) {
        if self.sign_in[..] == [SignIn::Phone] && !written.has("identity.recovery") {
            self.recovery = Distinct::of(vec![Recovery::Phone]);
        }
    }

    /// Whose accounts people sign in with.
    pub fn accounts(&self) -> Accounts {
        match (self.provider, &self.user_pool_id) {
            (Provider::LoginWithAmazon, _) => Accounts::LoginWithAmazon,
            (Provider::Cognito, Some(_)) => Accounts::ExistingPool,
            (Provider::Cognito, None) => Accounts::OwnPool,
        }
    }

    /// Whether people have their accounts in a user pool.
    pub fn has_a_pool(&self) -> bool {
        self.provider == Provider::Cognito
    }

    /// Whether that pool is the stage's own, made and looked after.
    pub fn makes_a_pool(&self) -> bool {
        self.accounts() == Accounts::OwnPool
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Tokens {
    /// How long an access token is valid, and the ID token beside it: 6m to 24h. Alexa refuses less, Cognito more.
    pub access: Duration,
    /// How long a refresh token is valid: 1h to 3650d, counted from sign-in. Nothing extends it; when it ends, its user
    /// is unlinked.
    #[schemars(extend("x-later" = Later::Guarded("link-lifetime".to_owned())))]
    pub refresh: Duration,
    /// If every refresh replaces the refresh token. The old one still works for 60 seconds. Not in the plan `lite`.
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
    /// If a second factor is asked for.
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
        /// A code by e-mail, which needs `identity.email`.
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
        /// Threat protection in addition.
        Plus = "plus",
    }
}

words! {
    /// What a pool calls itself in the tokens that it signs
    /// ([issuers](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html)).
    Issuer {
        /// The host of its region's API.
        Original = "original",
        /// A host that is only for issuers, whose keys are in several regions.
        Updated = "updated",
    }
}

words! {
    /// Which sign-in pages are shown.
    Pages {
        /// Managed login, which the plan `lite` has not.
        ManagedLogin = "managed-login",
        /// The classic pages, which are in English.
        Classic = "classic",
    }
}
