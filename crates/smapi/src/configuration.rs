//! Endpoints and credentials from environment variables, under the names that ask-cli uses.

use models::ids::{ClientId, IdError, VendorId};
use models::secure_url::{SecureUrl, SecureUrlError};
use secrecy::SecretString;

use crate::{Credentials, Endpoints};

/// Names of environment variables, as ask-cli has them
/// ([ask-cli](https://developer.amazon.com/docs/smapi/ask-cli-intro.html)).
pub mod variables {
    /// Base URL of SMAPI.
    pub const SMAPI_BASE_URL: &str = "ASK_SMAPI_SERVER_BASE_URL";
    /// Base URL of Login with Amazon's token service.
    pub const LWA_TOKEN_HOST: &str = "ASK_LWA_TOKEN_HOST";
    /// Base URL of Login with Amazon's consent page.
    pub const LWA_AUTHORIZE_HOST: &str = "ASK_LWA_AUTHORIZE_HOST";
    /// A refresh token, issued to the client of the next two variables.
    pub const REFRESH_TOKEN: &str = "ASK_REFRESH_TOKEN";
    /// Id of the user's own Login with Amazon client.
    pub const LWA_CLIENT_ID: &str = "ASK_LWA_CLIENT_ID";
    /// Secret of the user's own Login with Amazon client.
    pub const LWA_CLIENT_CONFIRMATION: &str = "ASK_LWA_CLIENT_CONFIRMATION";
    /// An access token, used as it is.
    pub const ACCESS_TOKEN: &str = "ASK_ACCESS_TOKEN";
    /// The Amazon developer account to work in.
    pub const VENDOR_ID: &str = "ASK_VENDOR_ID";
}

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Amazon's endpoints, or those that the environment names instead.
    pub endpoints: Endpoints,
    /// Who calls, if the environment says so.
    pub credentials: Option<Credentials>,
    /// The developer account, if the environment says so.
    pub vendor_id: Option<VendorId>,
}

/// What is wrong with the environment. Values that may be secret are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A base URL that credentials must not be sent to.
    #[error("{variable}: {source}")]
    Endpoint {
        /// The variable.
        variable: &'static str,
        /// What is wrong with its value.
        source: SecureUrlError,
    },
    /// An id that is none.
    #[error("{variable}: {source}")]
    Id {
        /// The variable.
        variable: &'static str,
        /// What is wrong with its value.
        source: IdError,
    },
    /// A refresh token without the client it was issued to.
    #[error(
        "{} is set without {missing}: a refresh token works only together with the Login with \
         Amazon client that it was issued to",
        variables::REFRESH_TOKEN
    )]
    RefreshTokenWithoutClient {
        /// The variable that is not set.
        missing: &'static str,
    },
}

impl ConfigurationError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Endpoint { .. } => "ENDPOINT_INVALID",
            Self::Id { .. } | Self::RefreshTokenWithoutClient { .. } => "CREDENTIALS_INVALID",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Endpoint { .. } => "unset the variable to use Amazon's endpoint",
            Self::Id { .. } => "correct the variable, or unset it",
            Self::RefreshTokenWithoutClient { .. } => {
                "set ASK_LWA_CLIENT_ID and ASK_LWA_CLIENT_CONFIRMATION to the client of your own \
                 security profile; `cargo xtask login` makes a refresh token for it"
            }
        }
    }
}

impl Configuration {
    /// Reads the configuration through a lookup of variables by name.
    ///
    /// An empty variable counts as unset. A refresh token with its client goes before an access
    /// token, because it does not expire during a rollout.
    pub fn read(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, ConfigurationError> {
        let get = |variable| lookup(variable).filter(|value| !value.trim().is_empty());
        let amazon = Endpoints::amazon();
        let endpoint = |variable, default: SecureUrl| match get(variable) {
            Some(text) => text
                .trim()
                .parse()
                .map_err(|source| ConfigurationError::Endpoint { variable, source }),
            None => Ok(default),
        };
        let vendor_id = get(variables::VENDOR_ID)
            .map(|text| text.trim().parse())
            .transpose()
            .map_err(|source| ConfigurationError::Id {
                variable: variables::VENDOR_ID,
                source,
            })?;
        Ok(Self {
            endpoints: Endpoints {
                smapi: endpoint(variables::SMAPI_BASE_URL, amazon.smapi)?,
                lwa: endpoint(variables::LWA_TOKEN_HOST, amazon.lwa)?,
                lwa_consent: endpoint(variables::LWA_AUTHORIZE_HOST, amazon.lwa_consent)?,
            },
            credentials: credentials(get)?,
            vendor_id,
        })
    }
}

fn credentials(
    get: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<Credentials>, ConfigurationError> {
    let secret = |variable| get(variable).map(|text| SecretString::from(text.trim()));
    let access_token = secret(variables::ACCESS_TOKEN).map(Credentials::AccessToken);
    let Some(refresh_token) = secret(variables::REFRESH_TOKEN) else {
        return Ok(access_token);
    };
    let client_id = get(variables::LWA_CLIENT_ID);
    let client_secret = secret(variables::LWA_CLIENT_CONFIRMATION);
    let (client_id, client_secret) = match (client_id, client_secret) {
        (Some(id), Some(secret)) => (id, secret),
        // The refresh token may be ask-cli's own; the access token still works.
        (_, _) if access_token.is_some() => return Ok(access_token),
        (None, _) => {
            return Err(ConfigurationError::RefreshTokenWithoutClient {
                missing: variables::LWA_CLIENT_ID,
            });
        }
        (Some(_), None) => {
            return Err(ConfigurationError::RefreshTokenWithoutClient {
                missing: variables::LWA_CLIENT_CONFIRMATION,
            });
        }
    };
    let client_id: ClientId =
        client_id
            .trim()
            .parse()
            .map_err(|source| ConfigurationError::Id {
                variable: variables::LWA_CLIENT_ID,
                source,
            })?;
    Ok(Some(Credentials::RefreshToken {
        refresh_token,
        client_id,
        client_secret,
    }))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        Configuration::read(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_means_amazon_and_nobody() {
        let configuration = read(&[("ASK_ACCESS_TOKEN", "")]).unwrap();
        assert_eq!(configuration.endpoints, Endpoints::amazon());
        assert!(configuration.credentials.is_none());
        assert!(configuration.vendor_id.is_none());
    }

    #[test]
    fn a_refresh_token_with_its_client_goes_first() {
        let configuration = read(&[
            ("ASK_ACCESS_TOKEN", "Atza|a"),
            ("ASK_REFRESH_TOKEN", "Atzr|r\n"),
            ("ASK_LWA_CLIENT_ID", "amzn1.application-oa2-client.1"),
            ("ASK_LWA_CLIENT_CONFIRMATION", "c"),
            ("ASK_VENDOR_ID", "M1"),
        ])
        .unwrap();
        let Some(Credentials::RefreshToken { refresh_token, .. }) = configuration.credentials
        else {
            panic!("{configuration:?}");
        };
        assert_eq!(refresh_token.expose_secret(), "Atzr|r");
        assert_eq!(configuration.vendor_id, Some("M1".parse().unwrap()));
    }

    #[test]
    fn a_refresh_token_alone_is_refused_unless_there_is_an_access_token() {
        let error = read(&[("ASK_REFRESH_TOKEN", "Atzr|r")]).unwrap_err();
        assert!(error.to_string().contains("without ASK_LWA_CLIENT_ID"));
        assert!(!format!("{error:?}").contains("Atzr"));
        let error = read(&[("ASK_REFRESH_TOKEN", "Atzr|r"), ("ASK_LWA_CLIENT_ID", "a")]);
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("without ASK_LWA_CLIENT_CONFIRMATION")
        );
        let both = [("ASK_REFRESH_TOKEN", "Atzr|r"), ("ASK_ACCESS_TOKEN", "a")];
        assert!(matches!(
            read(&both).unwrap().credentials,
            Some(Credentials::AccessToken(_))
        ));
    }

    #[test]
    fn an_endpoint_is_https_or_this_machine() {
        let local = read(&[("ASK_SMAPI_SERVER_BASE_URL", "http://127.0.0.1:8080")]).unwrap();
        assert!(local.endpoints.is_overridden());
        let error = read(&[("ASK_LWA_TOKEN_HOST", "http://example.com")]).unwrap_err();
        assert_eq!(error.code(), "ENDPOINT_INVALID");
        assert!(error.to_string().starts_with("ASK_LWA_TOKEN_HOST: "));
    }
}
