//! The refresh tokens that `cargo xtask login` keeps: a document with a login for each profile.
//!
//! A refresh token works together with its client only, whose secret therefore stands beside it.
//! Reading and writing the file, for its owner alone, is up to the caller.

use std::collections::BTreeMap;

use models::ids::{ClientId, VendorId};
use models::secure_url::SecureUrl;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Credentials, Endpoints};

/// What was signed in to, by profile.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Logins {
    #[serde(default)]
    logins: BTreeMap<String, Login>,
}

/// One developer, signed in with a security profile.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    /// The token service that issued the token, and the only one that it is sent to.
    pub token_host: SecureUrl,
    /// The client of the security profile.
    pub client_id: ClientId,
    /// Its secret.
    #[serde(serialize_with = "exposed")]
    pub client_secret: SecretString,
    /// The refresh token.
    #[serde(serialize_with = "exposed")]
    pub refresh_token: SecretString,
    /// The developer's vendor, where it was the only one or was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<VendorId>,
}

/// Why a document of logins is of no use.
#[derive(Debug, thiserror::Error)]
#[error("the stored logins cannot be read: line {line}, column {column}")]
pub struct LoginError {
    line: usize,
    column: usize,
}

/// The one place where a secret turns into text, for the file that only its owner may read.
fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl Logins {
    /// Reads a document. An error does not repeat what stands in it.
    pub fn parse(text: &str) -> Result<Self, LoginError> {
        serde_json::from_str(text).map_err(|error| LoginError {
            line: error.line(),
            column: error.column(),
        })
    }

    /// The document, with its secrets in clear.
    pub fn to_document(&self) -> SecretString {
        // Strings, ids and URLs: there is nothing in it that JSON cannot say.
        serde_json::to_string_pretty(self)
            .unwrap_or_default()
            .into()
    }

    /// Adds a login, in place of an earlier one of that profile.
    pub fn set(&mut self, profile: &str, login: Login) {
        self.logins.insert(profile.to_owned(), login);
    }

    /// The login of a profile, if it was made at these endpoints: a token is never sent anywhere
    /// but to who issued it.
    pub fn find(&self, profile: &str, endpoints: &Endpoints) -> Option<&Login> {
        let login = self.logins.get(profile)?;
        (login.token_host == endpoints.lwa).then_some(login)
    }
}

impl Login {
    /// What to call SMAPI with.
    pub fn credentials(&self) -> Credentials {
        Credentials::RefreshToken {
            refresh_token: self.refresh_token.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Login {
        Login {
            token_host: Endpoints::amazon().lwa,
            client_id: "amzn1.application-oa2-client.mine".parse().unwrap(),
            client_secret: "confirmation".into(),
            refresh_token: "Atzr|mine".into(),
            vendor_id: Some("M1EXAMPLE".parse().unwrap()),
        }
    }

    #[test]
    fn a_login_is_found_again_and_only_where_it_was_made() {
        let mut logins = Logins::default();
        logins.set("default", login());
        logins.set("work", login());
        let read = Logins::parse(logins.to_document().expose_secret()).unwrap();
        let found = read.find("default", &Endpoints::amazon()).unwrap();
        assert_eq!(found.refresh_token.expose_secret(), "Atzr|mine");
        assert!(read.find("other", &Endpoints::amazon()).is_none());
        let elsewhere = Endpoints {
            lwa: "http://127.0.0.1:1".parse().unwrap(),
            ..Endpoints::amazon()
        };
        assert!(read.find("default", &elsewhere).is_none());
    }

    #[test]
    fn neither_debug_nor_an_error_shows_a_secret() {
        let mut logins = Logins::default();
        logins.set("default", login());
        let shown = format!("{logins:?}");
        assert!(!shown.contains("Atzr|") && !shown.contains("confirmation"));
        let damaged = r#"{"logins": {"default": {"refreshToken": 1, "x": "Atzr|mine"}}}"#;
        let error = Logins::parse(damaged).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("Atzr"));
    }
}
