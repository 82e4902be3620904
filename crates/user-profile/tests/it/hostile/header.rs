//! Tokens whose header asks for another algorithm, another key or more than a verifier knows.

use serde_json::{Value, json};

use super::{ALGORITHM, Field, Hostile, KEY, MALFORMED, SIGNATURE, header, hostile, twice};
use crate::test_token::{jwks, sign_bytes, sign_with};

pub(super) fn tokens(field: &Field) -> Vec<Hostile> {
    let mut tokens = algorithms(field);
    tokens.extend(extensions(field));
    tokens.extend(key_ids(field));
    tokens.extend(keys_of_the_attacker(field));
    tokens
}

/// Names of algorithms, under a signature that is right for RS256.
fn algorithms(field: &Field) -> Vec<Hostile> {
    let mut tokens = Vec::new();
    for name in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " ",
        "HS256",
        "HS384",
        "HS512",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES256K",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
        "RS1",
        "RSA1_5",
        "RSA-OAEP",
        "dir",
        "A128KW",
        "rs256",
        "Rs256",
        "RS256 ",
        " RS256",
        "RS256\0",
        "RS-256",
        "RS256,none",
        "\u{ff32}\u{ff33}256",
        "SHA256withRSA",
        "\u{202e}RS256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    ] {
        tokens.push(hostile(
            format!("algorithm {name:?}"),
            field.header("alg", json!(name)),
            ALGORITHM,
        ));
    }
    for value in [
        json!(null),
        json!(256),
        json!(true),
        json!(["RS256"]),
        json!({ "RS256": true }),
    ] {
        let about = format!("algorithm {value}");
        tokens.push(hostile(about, field.header("alg", value), MALFORMED));
    }
    let claims = field.claims().to_string();
    for (name, first) in [("none", true), ("none", false), ("RS256", false)] {
        let header = twice(&header(), "alg", &json!(name), first);
        let about = format!("two algorithms: {header}");
        let token = sign_bytes(header, "a", &claims);
        tokens.push(hostile(about, token, MALFORMED));
    }
    let escaped = header()
        .to_string()
        .replace('}', ",\"\\u0061lg\":\"none\"}");
    let token = sign_bytes(escaped, "a", &claims);
    tokens.push(hostile("two algorithms, one escaped", token, MALFORMED));
    let without = sign_with(&json!({ "kid": "a" }), "a", &field.claims());
    tokens.push(hostile("no algorithm", without, MALFORMED));
    tokens
}

/// Extensions that a verifier must understand
/// ([RFC 7515, 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)).
fn extensions(field: &Field) -> Vec<Hostile> {
    let values = [
        json!(["exp"]),
        json!(["alg"]),
        json!(["b64"]),
        json!(["http://example.invalid/UNDEFINED"]),
        json!([]),
        json!([""]),
        json!(null),
        json!("exp"),
        json!(7),
        json!(false),
        json!({ "exp": true }),
    ];
    let mut tokens: Vec<Hostile> = (values.into_iter())
        .map(|value| {
            let about = format!("crit {value}");
            hostile(about, field.header("crit", value), ALGORITHM)
        })
        .collect();
    let mut unencoded = header();
    unencoded["crit"] = json!(["b64"]);
    unencoded["b64"] = json!(false);
    let token = sign_with(&unencoded, "a", &field.claims());
    tokens.push(hostile("claims that are not encoded", token, ALGORITHM));
    let mut critical = header();
    critical["crit"] = json!([]);
    let header = twice(&critical, "crit", &json!(null), false);
    let token = sign_bytes(header, "a", field.claims().to_string());
    tokens.push(hostile("crit twice", token, MALFORMED));
    tokens
}

/// Names of keys that the pool does not have, under a signature of one that it has.
fn key_ids(field: &Field) -> Vec<Hostile> {
    let mut tokens = Vec::new();
    let long = "a".repeat(200_000);
    for kid in [
        "",
        " ",
        "A",
        "a ",
        " a",
        "a\0",
        "aa",
        "\u{430}",
        "*",
        "%61",
        "../a",
        "./a",
        "/dev/null",
        "a' OR '1'='1",
        "a\"}",
        "${jndi:ldap://example.invalid}",
        "a\r\nx: y",
        "__proto__",
        "http://127.0.0.1/",
        "keys/0",
        &long,
    ] {
        let about: String = format!("key {kid:?}").chars().take(60).collect();
        tokens.push(hostile(about, field.header("kid", json!(kid)), KEY));
    }
    let without = sign_with(&json!({ "alg": "RS256" }), "a", &field.claims());
    tokens.push(hostile("no key", without, KEY));
    tokens.push(hostile("key null", field.header("kid", json!(null)), KEY));
    for value in [json!(0), json!(false), json!(["a"]), json!({ "kid": "a" })] {
        let about = format!("key {value}");
        tokens.push(hostile(about, field.header("kid", value), MALFORMED));
    }
    for (kid, first) in [("mine", true), ("mine", false), ("a", false)] {
        let header = twice(&header(), "kid", &json!(kid), first);
        let about = format!("two keys: {header}");
        let token = sign_bytes(header, "a", field.claims().to_string());
        tokens.push(hostile(about, token, MALFORMED));
    }
    tokens
}

/// Tokens that bring a key, or say where to fetch one. None of it is used.
fn keys_of_the_attacker(field: &Field) -> Vec<Hostile> {
    let key = jwks(&["mine"])["keys"][0].clone();
    let mut renamed = key.clone();
    renamed["kid"] = json!("a");
    let url = field.attacker.keys_url();
    let members: [(&str, Value); 8] = [
        ("jwk", key.clone()),
        ("jwk", renamed),
        ("jwk", json!({ "keys": [key] })),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!([key["n"]])),
        ("x5t", json!("AAAA")),
        ("keys", json!([key])),
    ];
    let mut tokens = Vec::new();
    for (kid, expected) in [("a", SIGNATURE), ("mine", KEY), (url.as_str(), KEY)] {
        for (name, value) in &members {
            let header = json!({ "alg": "RS256", "kid": kid, *name: value });
            let about = format!("{name} under the key {kid}");
            let token = sign_with(&header, "mine", &field.claims());
            tokens.push(hostile(about, token, expected));
        }
    }
    tokens
}
