//! Tokens that come with a request.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::object::FromJson;

/// A bearer token: whoever has it is the user. Hidden in `Debug`, wiped when dropped.
#[derive(Clone)]
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

/// What is there and no text is a token all the same: one that no provider takes.
impl FromJson for AccessToken {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::Null => Err(json),
            Value::String(token) => Ok(token.into()),
            _ => Ok(String::new().into()),
        }
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
