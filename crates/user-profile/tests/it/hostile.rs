//! Tokens that an attacker could send, each with the reason for which it is refused.
//!
//! Most of them are signed with the pool's own key, so that no check can hide behind the
//! signature.

mod claims;
mod header;
mod shape;
mod signature;

use std::collections::BTreeSet;
use std::error::Error;

use serde_json::{Map, Value};

use crate::at;
use crate::pool::Pool;
use crate::test_token::sign_with;

/// One token: what is wrong with it, the token, and why it is refused.
struct Hostile {
    about: String,
    token: String,
    expected: &'static str,
}

fn hostile(about: impl Into<String>, token: String, expected: &'static str) -> Hostile {
    Hostile {
        about: about.into(),
        token,
        expected,
    }
}

const MALFORMED: &str = "it does not have the form of the provider's access tokens";
const ALGORITHM: &str = "its algorithm is not RS256";
const ISSUER: &str = "its issuer is another one";
const CLIENT: &str = "it was issued to another client";
const USE: &str = "its token_use is not access";
const EARLY: &str = "it is dated in the future";
const KEY: &str = "it is signed with a key that the issuer does not have";
const SIGNATURE: &str = "its signature is wrong";
const EXPIRED: &str = "the access token has expired";
const SCOPE: &str = "the access token lacks a required scope";

/// The header of a good token.
fn header() -> Value {
    serde_json::json!({ "alg": "RS256", "kid": "a" })
}

/// The pool that is attacked, and another one, which belongs to the attacker.
struct Field {
    pool: Pool,
    attacker: Pool,
}

impl Field {
    fn claims(&self) -> Value {
        self.pool.claims("subject-1")
    }

    /// A token that is good but for one claim.
    fn claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        sign_with(&header(), "a", &claims)
    }

    /// A token that is good but for the lack of one claim.
    fn without(&self, name: &str) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().unwrap().remove(name);
        sign_with(&header(), "a", &claims)
    }

    /// A token that is good but for one member of its header.
    fn header(&self, name: &str, value: Value) -> String {
        let mut header = header();
        header[name] = value;
        sign_with(&header, "a", &self.claims())
    }
}

/// An object, with one member more: one that it has already, perhaps.
fn twice(object: &Value, name: &str, value: &Value, first: bool) -> String {
    let object: &Map<String, Value> = object.as_object().unwrap();
    let text = Value::Object(object.clone()).to_string();
    let members = text.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let more = format!("{}:{value}", Value::from(name));
    if first {
        format!("{{{more},{members}}}")
    } else {
        format!("{{{members},{more}}}")
    }
}

/// The innermost cause.
fn cause(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

#[tokio::test]
async fn hostile_tokens_are_refused_for_what_is_wrong_with_them() {
    let field = Field {
        pool: Pool::start(&["a"]).await,
        attacker: Pool::start(&["a", "mine"]).await,
    };
    let directory = field.pool.directory();
    let good = field.pool.token("a", "subject-1");
    directory.identify(&good, at(0)).await.unwrap();

    let mut tokens = shape::tokens(&field);
    tokens.extend(header::tokens(&field));
    tokens.extend(claims::tokens(&field));
    tokens.extend(signature::tokens(&field));
    let distinct: BTreeSet<&str> = tokens.iter().map(|it| it.token.as_str()).collect();
    assert_eq!(distinct.len(), tokens.len());
    assert!(distinct.len() >= 300, "{}", distinct.len());

    let mut wrong = Vec::new();
    for Hostile {
        about,
        token,
        expected,
    } in tokens
    {
        match directory.identify(&token.into(), at(0)).await {
            Ok(verified) => wrong.push(format!("{about}: accepted as {verified:?}")),
            Err(problem) if cause(&problem) != expected => {
                wrong.push(format!("{about}: {problem:?} instead of {expected}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Only the good token had keys fetched: the others came within a minute.
    assert_eq!(field.pool.calls(), (1, 0));
    assert_eq!(field.attacker.calls(), (0, 0));
    directory.identify(&good, at(0)).await.unwrap();
}
