//! Signed tokens (RFC 7519) with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::cognito::keys::{KeyError, SigningKey};

/// A token in its compact form.
pub(crate) fn sign(claims: &Value, key: &SigningKey) -> Result<String, KeyError> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "kid": key.kid(), "alg": "RS256" });
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(message.as_bytes())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A token taken apart, its signature not yet checked.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    header: Value,
    claims: Value,
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        Some(Self {
            header: serde_json::from_slice(&decode(header)?).ok()?,
            claims: serde_json::from_slice(&decode(claims)?).ok()?,
            message,
            signature: decode(signature)?,
        })
    }

    /// Who claims to have issued it: good for finding the key and nothing else.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.claims["iss"].as_str()
    }

    /// The claims, if this key signed them.
    pub(crate) fn verify(self, key: &SigningKey) -> Option<Value> {
        let ours = self.header["alg"] == "RS256" && self.header["kid"] == key.kid();
        (ours && key.verifies(self.message.as_bytes(), &self.signature)).then_some(self.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::keys::{PoolKeys, Purpose};

    #[tokio::test]
    async fn a_token_verifies_with_its_own_key_only() {
        let keys = PoolKeys::default();
        let access = keys.get(Purpose::Access).await.unwrap();
        let id = keys.get(Purpose::Id).await.unwrap();
        let token = sign(&json!({"iss": "me", "sub": "you"}), &access).unwrap();

        let parsed = || Unverified::parse(&token).unwrap();
        assert_eq!(parsed().issuer(), Some("me"));
        assert_eq!(parsed().verify(&access).unwrap()["sub"], "you");
        assert_eq!(parsed().verify(&id), None);

        let mut forged: Vec<_> = token.split('.').collect();
        let claims = URL_SAFE_NO_PAD.encode(r#"{"iss":"me","sub":"other"}"#);
        forged[1] = &claims;
        let forged = forged.join(".");
        assert_eq!(Unverified::parse(&forged).unwrap().verify(&access), None);
        assert!(Unverified::parse("not a token").is_none());
    }
}
