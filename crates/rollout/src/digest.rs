//! Digests by which two things are known to be the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a JSON value in which the order of keys means nothing.
pub fn of_json(value: &Value) -> String {
    of_bytes(sorted(value).to_string().as_bytes())
}

/// A salted digest of a secret, to tell whether it has changed.
pub fn of_secret(salt: &str, secret: &SecretString) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt.as_bytes());
    hasher.update([0]);
    hasher.update(secret.expose_secret().as_bytes());
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            Value::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| (name.clone(), sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_means_nothing_and_that_of_items_does() {
        assert_eq!(
            of_json(&json!({"a": 1, "b": [1, 2]})),
            of_json(&json!({"b": [1, 2], "a": 1}))
        );
        assert_ne!(of_json(&json!([1, 2])), of_json(&json!([2, 1])));
    }

    #[test]
    fn a_known_digest() {
        assert_eq!(
            of_bytes(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_secret_s_digest_depends_on_the_salt() {
        let secret = SecretString::from("secret");
        assert_ne!(of_secret("a", &secret), of_secret("b", &secret));
    }
}
