//! The access token that ask-cli caches in `~/.ask/cli_config`.
//!
//! ask-cli's refresh token belongs to ask-cli's own client, which only ask-cli may use. The
//! access token may be borrowed while it is valid; ask-cli itself renews it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use models::ids::VendorId;
use secrecy::SecretString;
use serde::Deserialize;

use crate::Credentials;

/// What one profile of ask-cli holds.
#[derive(Debug, Clone)]
pub struct AskCliProfile {
    /// The cached access token.
    pub credentials: Credentials,
    /// The developer account that the profile works in.
    pub vendor_id: Option<VendorId>,
}

/// Why a profile is of no use.
#[derive(Debug, thiserror::Error)]
pub enum AskCliError {
    /// Not what ask-cli writes.
    #[error("ask-cli's configuration cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No profile of that name.
    #[error("ask-cli has no profile `{profile}`; it has: {known}")]
    NoProfile {
        /// The name asked for.
        profile: String,
        /// The names there are.
        known: String,
    },
    /// A profile that never signed in.
    #[error("ask-cli's profile `{0}` has no access token")]
    NoToken(String),
    /// The access token is too old.
    #[error("the access token of ask-cli's profile `{profile}` expired at {expired_at}")]
    Expired {
        /// The profile.
        profile: String,
        /// When it expired.
        expired_at: Timestamp,
    },
}

impl AskCliError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "ACCESS_TOKEN_EXPIRED",
            Self::Malformed(_) | Self::NoProfile { .. } | Self::NoToken(_) => "CREDENTIALS_INVALID",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Malformed(_) => "run `ask configure` again".to_owned(),
            Self::NoProfile { profile, .. } | Self::NoToken(profile) => {
                format!("run `ask configure --profile {profile}`")
            }
            Self::Expired { profile, .. } => format!(
                "run `ask smapi get-vendor-list --profile {profile}`, which renews it, and try \
                 again"
            ),
        }
    }
}

#[derive(Deserialize)]
struct CliConfig {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

#[derive(Deserialize)]
struct Profile {
    token: Option<Token>,
    vendor_id: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: Option<SecretString>,
    expires_at: Option<Timestamp>,
}

impl AskCliProfile {
    /// Finds a profile in the text of `cli_config`.
    pub fn read(text: &str, profile: &str, now: Timestamp) -> Result<Self, AskCliError> {
        let mut config: CliConfig = serde_json::from_str(text)?;
        let Some(found) = config.profiles.remove(profile) else {
            let known: Vec<_> = config.profiles.into_keys().collect();
            return Err(AskCliError::NoProfile {
                profile: profile.to_owned(),
                known: known.join(", "),
            });
        };
        let Some(Token {
            access_token: Some(access_token),
            expires_at,
        }) = found.token
        else {
            return Err(AskCliError::NoToken(profile.to_owned()));
        };
        if let Some(expired_at) = expires_at.filter(|expires_at| *expires_at <= now) {
            return Err(AskCliError::Expired {
                profile: profile.to_owned(),
                expired_at,
            });
        }
        Ok(Self {
            credentials: Credentials::AccessToken(access_token),
            // ask-cli also writes a sentence here when the account has no vendor id yet.
            vendor_id: found.vendor_id.and_then(|text| text.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const CONFIG: &str = r#"{"profiles": {
        "default": {
            "token": {
                "access_token": "Atza|cached", "refresh_token": "Atzr|not-ours",
                "token_type": "bearer", "expires_in": 3600,
                "expires_at": "2026-01-02T03:04:05.678Z"
            },
            "vendor_id": "M2VENDOR", "aws_profile": "default"
        },
        "empty": {}
    }, "machine_id": "x"}"#;

    fn read(profile: &str, now: &str) -> Result<AskCliProfile, AskCliError> {
        AskCliProfile::read(CONFIG, profile, now.parse().unwrap())
    }

    #[test]
    fn a_valid_token_is_borrowed() {
        let profile = read("default", "2026-01-02T03:00:00Z").unwrap();
        let Credentials::AccessToken(token) = profile.credentials else {
            panic!("only the access token may be used");
        };
        assert_eq!(token.expose_secret(), "Atza|cached");
        assert_eq!(profile.vendor_id, Some("M2VENDOR".parse().unwrap()));
    }

    #[test]
    fn an_expired_token_is_for_ask_cli_to_renew() {
        let error = read("default", "2026-01-02T04:00:00Z").unwrap_err();
        assert_eq!(error.code(), "ACCESS_TOKEN_EXPIRED");
        assert!(
            error
                .hint()
                .contains("`ask smapi get-vendor-list --profile default`")
        );
        assert!(!format!("{error:?} {error}").contains("Atza"));
    }

    #[test]
    fn a_missing_profile_or_token_is_named() {
        let error = read("work", "2026-01-02T03:00:00Z")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "ask-cli has no profile `work`; it has: default, empty"
        );
        let error = read("empty", "2026-01-02T03:00:00Z").unwrap_err();
        assert!(error.hint().contains("ask configure --profile empty"));
    }
}
