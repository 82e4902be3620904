//! A published key set and its RSA keys
//! ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518, 6.3.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1)).

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

/// Why a key set is of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// Not a key set.
    #[error("the answer is not a JSON Web Key Set")]
    Malformed(#[source] serde_json::Error),
    /// A key set without a key for RS256 signatures.
    #[error("the key set has no RSA signing key")]
    Empty,
}

/// One RSA key that verifies signatures.
#[derive(Debug)]
pub(crate) struct PublicKey {
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl PublicKey {
    /// Whether this key's other half has made an RS256 signature.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.components
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok()
    }
}

/// Signing keys by `kid`.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    keys: HashMap<String, Arc<PublicKey>>,
}

impl KeySet {
    /// Reads a key set, leaving out keys of other kinds, as the RFC asks.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        let set: Set = serde_json::from_slice(json).map_err(KeySetError::Malformed)?;
        let keys: HashMap<_, _> = set.keys.into_iter().filter_map(Jwk::signing_key).collect();
        if keys.is_empty() {
            return Err(KeySetError::Empty);
        }
        Ok(Self { keys })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn get(&self, key_id: &str) -> Option<Arc<PublicKey>> {
        self.keys.get(key_id).cloned()
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: Option<String>,
    kty: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn signing_key(self) -> Option<(String, Arc<PublicKey>)> {
        let unless_other = |value: &Option<String>, expected: &str| {
            value.as_deref().is_none_or(|value| value == expected)
        };
        if self.kty != "RSA"
            || !unless_other(&self.alg, "RS256")
            || !unless_other(&self.usage, "sig")
        {
            return None;
        }
        let decode = |text: Option<String>| BASE64_URL_SAFE_NO_PAD.decode(text?).ok();
        let components = RsaPublicKeyComponents {
            n: decode(self.n)?,
            e: decode(self.e)?,
        };
        Some((self.kid?, Arc::new(PublicKey { components })))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_token;

    #[test]
    fn keys_of_other_kinds_are_left_out() {
        let mut set = test_token::jwks(&["a", "b", "c", "d"]);
        set["keys"][1]["use"] = json!("enc");
        set["keys"][2]["alg"] = json!("RS512");
        set["keys"][3] = json!({ "kid": "d", "kty": "EC", "crv": "P-256", "x": "", "y": "" });
        let keys = KeySet::parse(set.to_string().as_bytes()).unwrap();
        assert_eq!(keys.keys.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_set_without_a_usable_key_is_refused() {
        assert!(matches!(
            KeySet::parse(b"{\"keys\": []}"),
            Err(KeySetError::Empty)
        ));
        assert!(matches!(
            KeySet::parse(b"<html>"),
            Err(KeySetError::Malformed(_))
        ));
    }
}
