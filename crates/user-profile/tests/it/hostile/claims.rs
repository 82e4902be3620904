//! Tokens whose claims are another's, of another type, of another time, or said twice.

use serde_json::{Value, json};

use super::{
    CLIENT, EARLY, EXPIRED, Field, Hostile, ISSUER, MALFORMED, SCOPE, USE, header, hostile, twice,
};
use crate::test_token::{CLIENT_ID, NOW, sign_bytes, sign_with};

pub(super) fn tokens(field: &Field) -> Vec<Hostile> {
    let mut tokens = Vec::new();
    let mut add = |name: &str, value: Value, expected| {
        let about = format!("{name} {value}")
            .chars()
            .take(80)
            .collect::<String>();
        tokens.push(hostile(about, field.claim(name, value), expected));
    };
    issuers(field, &mut add);
    clients(&mut add);
    uses(&mut add);
    scopes(&mut add);
    times(&mut add);
    types(&mut add);
    for name in ["iss", "sub", "exp"] {
        tokens.push(hostile(
            format!("no {name}"),
            field.without(name),
            MALFORMED,
        ));
    }
    for (name, expected) in [("client_id", CLIENT), ("token_use", USE), ("scope", SCOPE)] {
        tokens.push(hostile(format!("no {name}"), field.without(name), expected));
    }
    tokens.extend(said_twice(field));
    tokens.extend(other_tokens(field));
    tokens
}

type Add<'a> = &'a mut dyn FnMut(&str, Value, &'static str);

fn issuers(field: &Field, add: Add<'_>) {
    let good = field.claims()["iss"].as_str().unwrap().to_owned();
    let port = good.split(':').nth(2).unwrap().split('/').next().unwrap();
    for issuer in [
        String::new(),
        " ".to_owned(),
        field.attacker.claims("s")["iss"]
            .as_str()
            .unwrap()
            .to_owned(),
        format!("{good}/"),
        format!("{good} "),
        format!(" {good}"),
        format!("{good}\0"),
        format!("{good}#"),
        format!("{good}?x=y"),
        format!("{good}/.well-known/jwks.json"),
        format!("{good}x"),
        good[..good.len() - 1].to_owned(),
        good.to_uppercase(),
        good.replace("http:", "https:"),
        good.replace("http://", "http://x@"),
        good.replace("127.0.0.1", "localhost"),
        good.replace("127.0.0.1", "127.0.0.1.example.invalid"),
        good.replace("eu-west-1_", "eu-west-2_"),
        good.replace("eu-west-1", "us-east-1"),
        good.replace("/eu", "//eu"),
        good.replace("/eu", "/./eu"),
        good.replace("/eu", "/%65u"),
        good.replace(port, "1"),
        good.replace("eu-west", "eu\u{2010}west"),
        format!("https://example.invalid/{good}"),
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test12345".to_owned(),
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test12345".to_owned(),
        "https://accounts.google.com".to_owned(),
        "eu-west-1_Test12345".to_owned(),
    ] {
        add("iss", json!(issuer), ISSUER);
    }
}

fn clients(add: Add<'_>) {
    for client in [
        "",
        " ",
        "client",
        "client2",
        "client11",
        "Client1",
        "client1 ",
        " client1",
        "client1\0",
        "client1,another",
        "*",
        "another",
    ] {
        add("client_id", json!(client), CLIENT);
    }
    add("client_id", json!(null), CLIENT);
}

fn uses(add: Add<'_>) {
    for name in [
        "",
        "id",
        "refresh",
        "Access",
        "ACCESS",
        "access ",
        " access",
        "access id",
        "access\0",
        "api",
        "\u{430}ccess",
    ] {
        add("token_use", json!(name), USE);
    }
    add("token_use", json!(null), USE);
}

fn scopes(add: Add<'_>) {
    for scope in [
        "",
        " ",
        "email",
        "email profile",
        "OPENID",
        "openid2",
        "xopenid",
        "open id",
        "openid,email",
        "openid\temail",
        "openid\nemail",
        "openid+email",
        "openid%20email",
        "resource/openid",
        "\"openid\"",
        "*",
    ] {
        add("scope", json!(scope), SCOPE);
    }
}

/// Around [`NOW`], in seconds.
fn times(add: Add<'_>) {
    for exp in [0, -1, 1, i64::MIN, NOW - 3_600, NOW - 6, NOW - 5, NOW / 60] {
        add("exp", json!(exp), EXPIRED);
    }
    for name in ["nbf", "iat"] {
        for at in [NOW + 6, NOW + 3_600, NOW * 1_000, i64::MAX, i64::MAX - 5] {
            add(name, json!(at), EARLY);
        }
    }
}

/// Values of other types, and numbers out of range.
fn types(add: Add<'_>) {
    for name in ["iss", "client_id", "token_use", "sub", "scope"] {
        let values = [
            json!(0),
            json!(true),
            json!(["access"]),
            json!({ "access": 1 }),
        ];
        for value in values {
            add(name, value, MALFORMED);
        }
    }
    for name in ["iss", "sub", "scope", "exp", "nbf", "iat"] {
        add(name, json!(null), MALFORMED);
    }
    add("sub", json!(""), MALFORMED);
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!(""),
            json!(NOW.to_string()),
            json!("2026-11-20T09:30:00Z"),
            json!(1.5),
            json!(1e18),
            json!(1e300),
            json!(u64::MAX),
            json!(false),
            json!([NOW]),
            json!({ "at": NOW }),
        ] {
            add(name, value, MALFORMED);
        }
    }
}

/// A claim that is there twice, of which readers could take either.
fn said_twice(field: &Field) -> Vec<Hostile> {
    let claims = field.claims();
    let mut tokens = Vec::new();
    for (name, other) in [
        ("iss", json!("https://example.invalid")),
        ("sub", json!("subject-2")),
        ("client_id", json!("another")),
        ("token_use", json!("id")),
        ("scope", json!("")),
        ("exp", json!(i64::MAX)),
        ("iat", json!(0)),
    ] {
        for first in [true, false] {
            let both = twice(&claims, name, &other, first);
            let token = sign_bytes(header().to_string(), "a", both);
            tokens.push(hostile(format!("{name} twice"), token, MALFORMED));
        }
        let same = twice(&claims, name, &claims[name], false);
        let token = sign_bytes(header().to_string(), "a", same);
        tokens.push(hostile(format!("{name} twice the same"), token, MALFORMED));
    }
    let escaped =
        twice(&claims, "s", &json!("subject-2"), false).replace("\"s\":", "\"su\\u0062\":");
    let token = sign_bytes(header().to_string(), "a", escaped);
    tokens.push(hostile("sub twice, once escaped", token, MALFORMED));
    let huge = twice(&claims, "nbf", &json!(0), false).replace("\"nbf\":0", "\"nbf\":1e999");
    let token = sign_bytes(header().to_string(), "a", huge);
    tokens.push(hostile("a number beyond every range", token, MALFORMED));
    tokens
}

/// Good tokens, of another kind or from elsewhere.
fn other_tokens(field: &Field) -> Vec<Hostile> {
    let mut id_token = field.claims();
    let claims = id_token.as_object_mut().unwrap();
    for name in ["client_id", "scope", "jti", "version"] {
        claims.remove(name);
    }
    id_token["token_use"] = json!("id");
    id_token["aud"] = json!(CLIENT_ID);
    id_token["email"] = json!("mary@example.com");
    let mut logout = field.claims();
    logout["events"] = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    logout["token_use"] = json!(null);
    let elsewhere = field.attacker.claims("subject-1");
    let mut dressed_up = field.claims();
    dressed_up["aud"] = dressed_up["client_id"].take();
    vec![
        hostile("an ID token", sign_with(&header(), "a", &id_token), USE),
        hostile("a logout token", sign_with(&header(), "a", &logout), USE),
        hostile(
            "a token of another pool with a key of the same name",
            sign_with(&header(), "mine", &elsewhere),
            ISSUER,
        ),
        hostile(
            "a token whose client is its audience",
            sign_with(&header(), "a", &dressed_up),
            CLIENT,
        ),
    ]
}
