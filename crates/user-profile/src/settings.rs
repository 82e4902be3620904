//! Whose tokens are accepted and where profiles are read.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use models::ids::ClientId;
use models::secure_url::{SecureUrl, SecureUrlError};

/// Whose tokens are accepted and where profiles are read, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub(crate) issuer: String,
    pub(crate) client_id: ClientId,
    pub(crate) scopes: Vec<String>,
    pub(crate) keys: Uri,
    pub(crate) user_info: Uri,
}

/// Where attributes are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileSource {
    /// The [userInfo endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html)
    /// of the user pool's domain.
    UserInfo,
}

impl FromStr for ProfileSource {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        match text {
            "userinfo" => Ok(Self::UserInfo),
            _ => Err(SettingsError::Source(text.to_owned())),
        }
    }
}

impl fmt::Display for ProfileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserInfo => f.write_str("userinfo"),
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
    /// A path cannot be appended to the issuer.
    #[error("`{0}` cannot be an issuer: it must have neither a query nor a fragment")]
    IssuerNotABase(String),
    /// A path cannot be appended to the sign-in URL.
    #[error("`{0}` cannot be a sign-in URL: it must have neither a query nor a fragment")]
    SignInNotABase(String),
    /// No such profile source.
    #[error("`{0}` is not a profile source: expected `userinfo`")]
    Source(String),
}

impl Settings {
    /// Checks settings. `issuer` is compared with a token's `iss` letter by letter; `scopes` are
    /// those that a token must carry, separated by spaces.
    pub fn new(
        client_id: ClientId,
        issuer: &str,
        sign_in_url: &str,
        scopes: &str,
        source: ProfileSource,
    ) -> Result<Self, SettingsError> {
        let url = issuer.parse().map_err(SettingsError::Issuer)?;
        let keys = below(&url, ".well-known/jwks.json")
            .ok_or_else(|| SettingsError::IssuerNotABase(issuer.to_owned()))?;
        let url = sign_in_url.parse().map_err(SettingsError::SignIn)?;
        let user_info = match source {
            ProfileSource::UserInfo => below(&url, "oauth2/userInfo"),
        }
        .ok_or_else(|| SettingsError::SignInNotABase(sign_in_url.to_owned()))?;
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id,
            scopes: scopes.split_whitespace().map(str::to_owned).collect(),
            keys,
            user_info,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";

    fn settings(issuer: &str, sign_in: &str) -> Result<Settings, SettingsError> {
        let client_id = "client".parse().unwrap();
        Settings::new(
            client_id,
            issuer,
            sign_in,
            "openid  email",
            ProfileSource::UserInfo,
        )
    }

    #[test]
    fn endpoints_are_below_the_bases() {
        for sign_in in ["https://me.example.com", "https://me.example.com/"] {
            let settings = settings(ISSUER, sign_in).unwrap();
            assert_eq!(settings.keys, *format!("{ISSUER}/.well-known/jwks.json"));
            assert_eq!(
                settings.user_info,
                *"https://me.example.com/oauth2/userInfo"
            );
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
    }
}
