//! Tokens that come with a request.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// A bearer token: whoever has it is the user. Hidden in `Debug`, wiped when dropped.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// The token as a secret.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// The token itself, for the one header that carries it and for its verification.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for AccessToken {
    fn from(token: String) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(hidden)")
    }
}

/// Writes the token out: a request that is parsed and serialised has to stay what it was.
impl Serialize for AccessToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}
