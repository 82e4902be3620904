//! A published key set and its RSA keys
//! ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518, 6.3.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1)).

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::Value;

/// Why a key set is of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// Not a key set.
    #[error("the answer is not a JSON Web Key Set")]
    Malformed(#[source] serde_json::Error),
    /// A key set without a usable key for RS256 signatures.
    #[error("the key set has no usable RSA signing key")]
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
    /// Reads a key set, leaving out the keys that cannot be used: of other kinds, without a member
    /// that they need, or with one out of range
    /// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    pub(crate) fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        let set: Set = serde_json::from_slice(json).map_err(KeySetError::Malformed)?;
        // A derived reader would take a list as well.
        let objects = set.keys.into_iter().filter(Value::is_object);
        let readable = objects.filter_map(|key| Jwk::deserialize(key).ok());
        let keys: HashMap<_, _> = readable.filter_map(Jwk::signing_key).collect();
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

/// A key set whose members nobody has looked at: one that cannot be read must not hide the others.
#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    n: String,
    e: String,
}

impl Jwk {
    fn signing_key(self) -> Option<(String, Arc<PublicKey>)> {
        let unless_other = |value: &Option<String>, expected: &str| {
            value.as_deref().is_none_or(|value| value == expected)
        };
        let verifies = |operations: &Vec<String>| operations.iter().any(|it| it == "verify");
        if self.kty != "RSA"
            || !unless_other(&self.alg, "RS256")
            || !unless_other(&self.usage, "sig")
            || !self.key_ops.as_ref().is_none_or(verifies)
        {
            return None;
        }
        let components = RsaPublicKeyComponents {
            n: BASE64_URL_SAFE_NO_PAD.decode(self.n).ok()?,
            e: BASE64_URL_SAFE_NO_PAD.decode(self.e).ok()?,
        };
        let fits =
            is_odd_with(MODULUS_BITS, &components.n) && is_odd_with(EXPONENT_BITS, &components.e);
        fits.then(|| (self.kid, Arc::new(PublicKey { components })))
    }
}

/// Bits of a modulus that *ring* verifies with; fewer are too weak
/// ([RFC 7518, 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
const MODULUS_BITS: RangeInclusive<usize> = 2_048..=8_192;
/// Bits of a public exponent that *ring* verifies with. The least odd one is 3: with 1, anybody
/// could sign.
const EXPONENT_BITS: RangeInclusive<usize> = 2..=33;

/// Whether a big-endian number without leading zeros is odd and has so many bits.
fn is_odd_with(bits: RangeInclusive<usize>, number: &[u8]) -> bool {
    let (Some(first), Some(last)) = (number.first(), number.last()) else {
        return false;
    };
    let unused = usize::try_from(first.leading_zeros()).unwrap_or(8);
    unused < 8 && last % 2 == 1 && bits.contains(&(number.len() * 8 - unused))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_token;

    /// Members of a set that verify no RS256 signature, each made from a good key.
    fn unusable() -> Vec<Value> {
        let good = || test_token::jwks(&["a"])["keys"][0].clone();
        let without = |name: &str| {
            let mut key = good();
            key.as_object_mut().unwrap().remove(name);
            key
        };
        let with = |name: &str, value: Value| {
            let mut key = good();
            key[name] = value;
            key
        };
        let number = |bytes: &[u8]| json!(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let odd = |length: usize| number(&vec![0xff; length]);
        let padded = format!("{}==", good()["n"].as_str().unwrap());
        let mut even = vec![0xff; 256];
        even[255] = 0xfe;
        let mut leading_zero = vec![0xff; 257];
        leading_zero[0] = 0;
        let mut keys = vec![
            json!(null),
            json!(7),
            json!("a"),
            json!([good()]),
            json!(["a", "RSA", "RS256", "sig", null, good()["n"], good()["e"]]),
            json!({}),
            json!({ "kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
            json!({ "kid": "a", "kty": "oct", "k": "AA" }),
            json!({ "kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
            json!({ "kid": "a", "kty": "RSA2", "n": "AQAB", "e": "AQAB" }),
            with("n", json!(padded)),
            with("n", json!("++//")),
            with("n", json!("")),
            with("n", odd(64)),
            with("n", odd(128)),
            with("n", odd(255)),
            with("n", odd(1_025)),
            with("n", odd(100_000)),
            with("n", number(&even)),
            with("n", number(&leading_zero)),
            with("e", json!("")),
            with("e", number(&[0])),
            with("e", number(&[1])),
            with("e", number(&[2])),
            with("e", number(&[0, 3])),
            with("e", odd(5)),
            with("e", odd(40)),
            with("alg", json!("RS512")),
            with("alg", json!("none")),
            with("use", json!("enc")),
            with("key_ops", json!(["sign"])),
            with("key_ops", json!([])),
        ];
        for name in ["kid", "kty", "n", "e"] {
            keys.push(without(name));
        }
        for name in ["kid", "kty", "n", "e", "alg", "use", "key_ops"] {
            for value in [json!(7), json!([]), json!({}), json!(true)] {
                keys.push(with(name, value));
            }
        }
        keys
    }

    /// RFC 7517, section 5: what a reader cannot use is skipped.
    #[test]
    fn an_unusable_key_does_not_disable_the_set() {
        let signed = test_token::sign("good", &test_token::claims());
        let (message, signature) = signed.rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        let good = test_token::jwks(&["good"])["keys"][0].clone();
        for key in unusable() {
            let alone = json!({ "keys": [key] }).to_string();
            assert!(
                matches!(KeySet::parse(alone.as_bytes()), Err(KeySetError::Empty)),
                "{alone}"
            );
            for keys in [json!([key, good]), json!([good, key])] {
                let set = json!({ "keys": keys }).to_string();
                let set = KeySet::parse(set.as_bytes()).unwrap();
                assert_eq!(set.keys.keys().collect::<Vec<_>>(), ["good"], "{key}");
                let found = set.get("good").unwrap();
                assert!(found.has_signed(message.as_bytes(), &signature));
            }
        }
    }

    #[test]
    fn what_a_key_may_say_besides_is_no_obstacle() {
        let mut set = test_token::jwks(&["a", "b", "c"]);
        set["keys"][0]["key_ops"] = json!(["verify"]);
        set["keys"][1].as_object_mut().unwrap().remove("alg");
        set["keys"][1]["x5t"] = json!(7);
        set["keys"][2]["use"] = Value::Null;
        let keys = KeySet::parse(set.to_string().as_bytes()).unwrap();
        assert_eq!(keys.keys.len(), 3);
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
