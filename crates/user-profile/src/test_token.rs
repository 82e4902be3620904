//! Keys and tokens for tests. The keys are made when they are first needed and exist nowhere
//! else.

#![allow(
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "shared by the unit tests and the integration tests, which use parts of it"
)]

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rsa::PrivateKey;
use rsa::sha2::Sha256;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test12345";
pub const CLIENT_ID: &str = "client1";
/// 2026-11-20T09:30:00Z
pub const NOW: i64 = 1_795_167_000;

/// The key of a name: always the same within one run.
pub fn key(name: &str) -> PrivateKey {
    static KEYS: OnceLock<Mutex<HashMap<String, PrivateKey>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap();
    keys.entry(name.to_owned())
        .or_insert_with(|| PrivateKey::new(&mut getrandom::SysRng, 2048).unwrap())
        .clone()
}

/// Claims of a good access token that is issued now and lives for an hour.
pub fn claims() -> Value {
    json!({
        "sub": "subject-1",
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "token_use": "access",
        "scope": "openid email profile",
        "auth_time": NOW,
        "iat": NOW,
        "exp": NOW + 3600,
        "jti": "00000000-0000-4000-8000-000000000000",
        "username": "8a2f4c1e-70b1-42d3-9e55-0c1d2e3f4a5b",
        "version": 2
    })
}

/// Signs with the key of a name, which is also its `kid`.
pub fn sign(kid: &str, claims: &Value) -> String {
    sign_as(kid, kid, claims)
}

/// Signs with the key of one name and claims another `kid`.
pub fn sign_as(key: &str, kid: &str, claims: &Value) -> String {
    sign_with(&json!({ "alg": "RS256", "kid": kid }), key, claims)
}

/// Signs under any header.
pub fn sign_with(header: &Value, name: &str, claims: &Value) -> String {
    sign_bytes(header.to_string(), name, claims.to_string())
}

/// Signs bytes that need not be JSON.
pub fn sign_bytes(header: impl AsRef<[u8]>, name: &str, claims: impl AsRef<[u8]>) -> String {
    sign_text(&format!("{}.{}", encode(header), encode(claims)), name)
}

/// Signs the first two parts of a token as they are.
pub fn sign_text(signed: &str, name: &str) -> String {
    let signature = key(name)
        .pkcs1v15_sign::<Sha256>(signed.as_bytes())
        .unwrap();
    format!("{signed}.{}", encode(signature))
}

/// Base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The public halves of some keys, as a pool publishes them.
pub fn jwks(kids: &[&str]) -> Value {
    let keys: Vec<Value> = kids.iter().map(|kid| jwk(kid)).collect();
    json!({ "keys": keys })
}

fn jwk(kid: &str) -> Value {
    let key = key(kid);
    json!({
        "kid": kid,
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "n": BASE64_URL_SAFE_NO_PAD.encode(key.n_bytes()),
        "e": BASE64_URL_SAFE_NO_PAD.encode(key.e_bytes()),
    })
}
