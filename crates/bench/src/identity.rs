//! Who signs in during a measurement: a user pool's key, an access token and a profile.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rsa::PrivateKey;
use rsa::sha2::Sha256;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// The pool in the issuer's URL; `GetUser` reads the region from it.
pub(super) const POOL: &str = "eu-west-1_AbCdEf123";
/// The app client that the token is for.
pub(super) const CLIENT: &str = "1example23456789";
/// What a linked answer has to say.
pub(super) const GIVEN_NAME: &str = "Ada";

/// The address that the table has for the linked person.
pub(super) const ADDRESS: &str = "12 Harbour Street";

const KEY_ID: &str = "Wz2XkHnbsUjtQq3f7t8rT0sGJ1wKvEJ6fLyzZ0u1S4c=";
const SUBJECT: &str = "5a1f7a2e-8f0b-4a51-9f7b-0c6f2f3d9b11";

/// A signing key as Cognito has them: RSA of 2048 bits.
pub(super) struct Issuer {
    key: PrivateKey,
}

impl Issuer {
    pub(super) fn new() -> Result<Self> {
        let key = PrivateKey::new(&mut getrandom::SysRng, 2048).context("no signing key")?;
        Ok(Self { key })
    }

    /// The key set. Cognito publishes two keys, of which the other signs ID tokens.
    pub(super) fn key_set(&self) -> Value {
        let key = |id: &str| {
            json!({
                "alg": "RS256",
                "e": BASE64.encode(self.key.e_bytes()),
                "kid": id,
                "kty": "RSA",
                "n": BASE64.encode(self.key.n_bytes()),
                "use": "sig",
            })
        };
        json!({ "keys": [key("k7Wb0lN0q2h8Y1d4e5mVgRzXo9cJ3pTsUuFiA6yQxGE="), key(KEY_ID)] })
    }

    /// An access token with the claims that Cognito puts into one.
    pub(super) fn access_token(&self, issuer: &str) -> Result<String> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let header = json!({ "kid": KEY_ID, "alg": "RS256" });
        let claims = json!({
            "sub": SUBJECT,
            "iss": issuer,
            "version": 2,
            "client_id": CLIENT,
            "origin_jti": "0b1f5f4e-6d2c-4b43-9a0e-6a1c8d5e7f21",
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin openid profile email",
            "auth_time": now,
            "exp": now + 3_600,
            "iat": now,
            "jti": "c3b2a190-7f6e-4d5c-8b4a-392817065544",
            "username": SUBJECT,
        });
        let part = |value: &Value| BASE64.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.pkcs1v15_sign::<Sha256>(signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

/// What the userInfo endpoint answers.
pub(super) fn user_info() -> Value {
    json!({
        "sub": SUBJECT,
        "email_verified": "true",
        "given_name": GIVEN_NAME,
        "family_name": "Lovelace",
        "email": "ada@example.com",
        "username": SUBJECT,
    })
}

/// What `GetUser` answers.
pub(super) fn get_user() -> Value {
    let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    json!({
        "Username": SUBJECT,
        "UserAttributes": [
            attribute("email", "ada@example.com"),
            attribute("email_verified", "true"),
            attribute("given_name", GIVEN_NAME),
            attribute("family_name", "Lovelace"),
            attribute("sub", SUBJECT),
        ],
    })
}

/// The answer of `GetItem`.
pub(super) fn item() -> Value {
    json!({ "Item": { "person": { "S": SUBJECT }, "address": { "S": ADDRESS } } })
}
