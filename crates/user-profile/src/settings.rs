//! Whose tokens are accepted and where profiles are read.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use models::ids::ClientId;
use models::request::AccessToken;
use models::secure_url::{SecureUrl, SecureUrlError};

/// The scope without which Cognito's userInfo endpoint refuses a token
/// ([userInfo](https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html)).
const OPENID: &str = "openid";
/// The scope without which `GetUser` refuses a token
/// ([GetUser](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html)).
const SELF_SERVICE: &str = "aws.cognito.signin.user.admin";

/// Whose tokens are accepted and where profiles are read, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings(pub(crate) Provider);

/// Who signs people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Provider {
    UserPool(UserPool),
    LoginWithAmazon(Amazon),
}

/// A user pool and its app client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserPool {
    pub(crate) issuer: String,
    pub(crate) client_id: ClientId,
    pub(crate) scopes: Vec<String>,
    pub(crate) keys: Uri,
    pub(crate) attributes: Attributes,
}

/// Where a user pool's attributes are read, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attributes {
    UserInfo(Uri),
    #[cfg(feature = "get-user")]
    GetUser {
        endpoint: SecureUrl,
        region: String,
    },
}

/// Login with Amazon and a client of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amazon {
    pub(crate) client_id: ClientId,
    pub(crate) profile: Uri,
    token_info: SecureUrl,
}

impl Amazon {
    /// Where to ask whose a token is. The token is part of the URL, because Amazon takes it
    /// nowhere else.
    pub(crate) fn token_info(&self, token: &AccessToken) -> Option<Uri> {
        let mut url = self.token_info.as_url().clone();
        url.query_pairs_mut()
            .append_pair("access_token", token.expose());
        url.as_str().parse().ok()
    }
}

/// Where attributes are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileSource {
    /// The [userInfo endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html)
    /// of the user pool's domain.
    UserInfo,
    /// [`GetUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html)
    /// of the user pool's region, in a build with the feature `get-user`. The token needs the
    /// scope `aws.cognito.signin.user.admin`.
    GetUser,
    /// [Login with Amazon](https://developer.amazon.com/docs/login-with-amazon/customer-profile.html),
    /// which is also who signs people in: there is no user pool then.
    LoginWithAmazon,
}

impl FromStr for ProfileSource {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        match text {
            "userinfo" => Ok(Self::UserInfo),
            "get-user" => Ok(Self::GetUser),
            "login-with-amazon" => Ok(Self::LoginWithAmazon),
            _ => Err(SettingsError::Source(text.to_owned())),
        }
    }
}

impl fmt::Display for ProfileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserInfo => f.write_str("userinfo"),
            Self::GetUser => f.write_str("get-user"),
            Self::LoginWithAmazon => f.write_str("login-with-amazon"),
        }
    }
}

/// Why settings are of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The issuer is not a URL to fetch keys from.
    #[error("the issuer cannot be used")]
    Issuer(#[source] SecureUrlError),
    /// The sign-in URL is not one to send a token to.
    #[error("the sign-in URL cannot be used")]
    SignIn(#[source] SecureUrlError),
    /// The URL of Cognito's API is not one to send a token to.
    #[error("the URL of Cognito cannot be used")]
    Cognito(#[source] SecureUrlError),
    /// A path cannot be appended to the issuer.
    #[error("`{0}` cannot be an issuer: it must have neither a query nor a fragment")]
    IssuerNotABase(String),
    /// A path cannot be appended to the sign-in URL.
    #[error("`{0}` cannot be a sign-in URL: it must have neither a query nor a fragment")]
    SignInNotABase(String),
    /// The URL of Login with Amazon is not one to send a token to.
    #[error("the URL of Login with Amazon cannot be used")]
    Amazon(#[source] SecureUrlError),
    /// A path cannot be appended to the URL of Login with Amazon.
    #[error(
        "`{0}` cannot be the URL of Login with Amazon: it must have neither a query nor a fragment"
    )]
    AmazonNotABase(String),
    /// No such profile source.
    #[error(
        "`{0}` is not a profile source: expected `userinfo`, `get-user` or `login-with-amazon`"
    )]
    Source(String),
    /// A profile source that this build leaves out.
    #[error("this build cannot read `{0}`: build it with `--features {0}`")]
    NotBuilt(ProfileSource),
    /// The issuer does not say where the user pool is.
    #[error("`{0}` does not end in a user pool id, so there is no region to ask")]
    NotAPool(String),
}

impl Settings {
    /// Whether whoever signs people in is on this machine, as on a local stage.
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Provider::UserPool(pool) => {
                (pool.issuer.parse::<SecureUrl>()).is_ok_and(|issuer| issuer.is_loopback())
            }
            Provider::LoginWithAmazon(amazon) => amazon.token_info.is_loopback(),
        }
    }

    /// Checks the settings of a user pool whose attributes are read at its userInfo endpoint.
    /// `issuer` is compared with a token's `iss` letter by letter; `scopes` are those that a token
    /// must carry, separated by spaces; `openid`, which the endpoint demands, need not be among
    /// them.
    pub fn user_info(
        client_id: ClientId,
        issuer: &str,
        sign_in_url: &str,
        scopes: &str,
    ) -> Result<Self, SettingsError> {
        let url = sign_in_url.parse().map_err(SettingsError::SignIn)?;
        let attributes = below(&url, "oauth2/userInfo")
            .map(Attributes::UserInfo)
            .ok_or_else(|| SettingsError::SignInNotABase(sign_in_url.to_owned()))?;
        Self::user_pool(client_id, issuer, (scopes, OPENID), attributes)
    }

    /// Checks the settings of a user pool whose attributes are read with `GetUser` of the API at
    /// `cognito_url`; see [`user_info`](Self::user_info). What `GetUser` demands is
    /// `aws.cognito.signin.user.admin`.
    pub fn get_user(
        client_id: ClientId,
        issuer: &str,
        cognito_url: &str,
        scopes: &str,
    ) -> Result<Self, SettingsError> {
        let attributes = get_user(issuer, cognito_url)?;
        Self::user_pool(client_id, issuer, (scopes, SELF_SERVICE), attributes)
    }

    /// Checks the settings of Login with Amazon. `client_id` is that of the security profile,
    /// `api_url` the base URL of tokeninfo and of the profile.
    pub fn login_with_amazon(client_id: ClientId, api_url: &str) -> Result<Self, SettingsError> {
        let base: SecureUrl = api_url.parse().map_err(SettingsError::Amazon)?;
        let not_a_base = || SettingsError::AmazonNotABase(api_url.to_owned());
        let profile = below(&base, "user/profile").ok_or_else(not_a_base)?;
        Ok(Self(Provider::LoginWithAmazon(Amazon {
            client_id,
            profile,
            token_info: base.below(["auth", "o2", "tokeninfo"]),
        })))
    }

    fn user_pool(
        client_id: ClientId,
        issuer: &str,
        (scopes, demanded): (&str, &str),
        attributes: Attributes,
    ) -> Result<Self, SettingsError> {
        let url = issuer.parse().map_err(SettingsError::Issuer)?;
        let keys = below(&url, ".well-known/jwks.json")
            .ok_or_else(|| SettingsError::IssuerNotABase(issuer.to_owned()))?;
        // What the source demands is looked for in the token: its refusal would say less.
        let mut scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        if !scopes.iter().any(|scope| scope == demanded) {
            scopes.push(demanded.to_owned());
        }
        Ok(Self(Provider::UserPool(UserPool {
            issuer: issuer.to_owned(),
            client_id,
            scopes,
            keys,
            attributes,
        })))
    }
}

/// The URL of something below a base URL that a token, or trust in keys, may be sent to.
fn below(base: &SecureUrl, path: &str) -> Option<Uri> {
    if base.query().is_some() || base.fragment().is_some() {
        return None;
    }
    let base = base.as_str().trim_end_matches('/');
    format!("{base}/{path}").parse().ok()
}

/// The API, in the region that the id of the user pool begins with, which is the end of the issuer.
/// The rest of the issuer says nothing about the API: one of its two forms is at another host.
#[cfg(feature = "get-user")]
fn get_user(issuer: &str, cognito_url: &str) -> Result<Attributes, SettingsError> {
    let not_a_pool = || SettingsError::NotAPool(issuer.to_owned());
    let (_, pool) = issuer.rsplit_once('/').ok_or_else(not_a_pool)?;
    let pool: models::ids::UserPoolId = pool.parse().map_err(|_| not_a_pool())?;
    Ok(Attributes::GetUser {
        endpoint: cognito_url.parse().map_err(SettingsError::Cognito)?,
        region: pool.region().to_owned(),
    })
}

#[cfg(not(feature = "get-user"))]
fn get_user(_issuer: &str, _cognito_url: &str) -> Result<Attributes, SettingsError> {
    Err(SettingsError::NotBuilt(ProfileSource::GetUser))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";

    fn client_id() -> ClientId {
        "client".parse().unwrap()
    }

    fn settings(issuer: &str, sign_in: &str) -> Result<UserPool, SettingsError> {
        match Settings::user_info(client_id(), issuer, sign_in, "openid  email")?.0 {
            Provider::UserPool(pool) => Ok(pool),
            Provider::LoginWithAmazon(amazon) => panic!("{amazon:?}"),
        }
    }

    #[test]
    fn endpoints_are_below_the_bases() {
        for sign_in in ["https://me.example.com", "https://me.example.com/"] {
            let settings = settings(ISSUER, sign_in).unwrap();
            assert_eq!(settings.keys, *format!("{ISSUER}/.well-known/jwks.json"));
            let user_info = "https://me.example.com/oauth2/userInfo".parse().unwrap();
            assert_eq!(settings.attributes, Attributes::UserInfo(user_info));
            assert_eq!(settings.scopes, ["openid", "email"]);
        }
    }

    #[test]
    fn a_token_is_never_sent_in_the_clear_over_a_network() {
        assert!(settings(ISSUER, "http://127.0.0.1:8080").is_ok());
        assert!(matches!(
            settings(ISSUER, "http://me.example.com"),
            Err(SettingsError::SignIn(_))
        ));
        assert!(matches!(
            settings("http://issuer.example.com/pool", "https://me.example.com"),
            Err(SettingsError::Issuer(_))
        ));
        assert!(matches!(
            settings(ISSUER, "https://me.example.com?x=1"),
            Err(SettingsError::SignInNotABase(_))
        ));
        let amazon = |url| Settings::login_with_amazon(client_id(), url);
        assert!(amazon("http://[::1]:8080").is_ok());
        assert!(matches!(
            amazon("http://api.example.com"),
            Err(SettingsError::Amazon(_))
        ));
        assert!(matches!(
            amazon("https://api.example.com?x=1"),
            Err(SettingsError::AmazonNotABase(_))
        ));
    }

    #[test]
    fn a_local_stage_is_known_by_its_issuer() {
        let local = |issuer, sign_in| {
            let settings = Settings::user_info(client_id(), issuer, sign_in, "openid");
            settings.unwrap().is_loopback()
        };
        let (pool, page) = ("http://127.0.0.1:1/eu-west-1_A", "http://127.0.0.1:2");
        assert!(local(pool, page));
        assert!(local("http://[::1]:1/eu-west-1_A", page));
        assert!(!local(ISSUER, page));
        assert!(!local("https://127.0.0.1.example.com/p", page));
        let amazon = |url| Settings::login_with_amazon(client_id(), url).unwrap();
        assert!(amazon("http://localhost:1").is_loopback());
        assert!(!amazon("https://api.amazon.com").is_loopback());
    }

    #[test]
    fn get_user_is_asked_of_the_pools_region() {
        const API: &str = "https://cognito-idp.eu-west-1.amazonaws.com";
        let updated = ISSUER.replace("cognito-idp", "issuer-cognito-idp");
        for issuer in [ISSUER, &updated] {
            let expected = Attributes::GetUser {
                endpoint: API.parse().unwrap(),
                region: "eu-west-1".to_owned(),
            };
            let settings = Settings::get_user(client_id(), issuer, API, "");
            let Provider::UserPool(pool) = settings.unwrap().0 else {
                panic!("{issuer}");
            };
            assert_eq!(pool.attributes, expected);
            assert_eq!(pool.scopes, [SELF_SERVICE]);
            // The keys are those of the issuer as it was configured.
            assert_eq!(pool.keys, *format!("{issuer}/.well-known/jwks.json"));
        }
        let elsewhere = Settings::get_user(client_id(), "https://issuer.example.com/me", API, "");
        assert!(matches!(elsewhere, Err(SettingsError::NotAPool(_))));
        let open = Settings::get_user(client_id(), ISSUER, "http://api.example.com", "");
        assert!(matches!(open, Err(SettingsError::Cognito(_))));
    }

    #[test]
    fn the_userinfo_endpoint_takes_no_token_without_openid() {
        for (scopes, expected) in [
            ("email", vec!["email", "openid"]),
            ("openid email", vec!["openid", "email"]),
            ("", vec!["openid"]),
        ] {
            let settings =
                Settings::user_info(client_id(), ISSUER, "https://me.example.com", scopes);
            let Provider::UserPool(pool) = settings.unwrap().0 else {
                panic!("{scopes}");
            };
            assert_eq!(pool.scopes, expected);
        }
    }

    #[test]
    fn a_token_in_a_url_is_encoded() {
        let settings = Settings::login_with_amazon(client_id(), "https://api.example.com").unwrap();
        let Provider::LoginWithAmazon(amazon) = settings.0 else {
            panic!("{settings:?}");
        };
        let url = amazon
            .token_info(&"Atza|a+b/c=&x".to_owned().into())
            .unwrap();
        assert_eq!(
            url,
            "https://api.example.com/auth/o2/tokeninfo?access_token=Atza%7Ca%2Bb%2Fc%3D%26x"
        );
        assert_eq!(amazon.profile, "https://api.example.com/user/profile");
    }

    #[test]
    fn sources_are_named_as_in_the_stack_file() {
        for name in ["userinfo", "get-user", "login-with-amazon"] {
            assert_eq!(name.parse::<ProfileSource>().unwrap().to_string(), name);
        }
        assert!("ldap".parse::<ProfileSource>().is_err());
    }
}
