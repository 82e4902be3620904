use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Settings;
use crate::keys::KeySet;
use crate::settings::Provider;
use crate::test_token::{self, ISSUER, NOW};
use crate::time::LEEWAY_SECONDS;

const YEAR: i64 = 365 * 24 * 3_600;

fn settings_of(issuer: &str) -> UserPool {
    let client_id = test_token::CLIENT_ID.parse().unwrap();
    let sign_in = "https://sign-in.example.com";
    let settings = Settings::user_info(client_id, issuer, sign_in, "openid email").unwrap();
    match settings.0 {
        Provider::UserPool(pool) => pool,
        Provider::LoginWithAmazon(amazon) => panic!("{amazon:?}"),
    }
}

fn now(seconds: i64) -> RequestTime {
    RequestTime::new(jiff::Timestamp::from_second(seconds).unwrap(), None)
}

fn verify_at(token: String, seconds: i64) -> Result<VerifiedToken, LinkProblem> {
    verify_as(ISSUER, token, seconds)
}

fn verify_as(issuer: &str, token: String, seconds: i64) -> Result<VerifiedToken, LinkProblem> {
    verify(issuer, token, now(seconds))
}

fn verify(issuer: &str, token: String, now: RequestTime) -> Result<VerifiedToken, LinkProblem> {
    let token = AccessToken::from(token);
    let keys = KeySet::parse(test_token::jwks(&["a"]).to_string().as_bytes()).unwrap();
    let checked = Unverified::parse(&token)
        .map_err(LinkProblem::Foreign)?
        .check(&settings_of(issuer), now)?;
    let unknown = LinkProblem::Foreign(ForeignToken::UnknownKey);
    let key = keys.get(checked.key_id()).ok_or(unknown)?;
    checked.verify(&key).map_err(LinkProblem::Foreign)
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = test_token::claims();
    claims[name] = value;
    claims
}

#[track_caller]
fn foreign(token: String) -> ForeignToken {
    match verify_at(token, NOW) {
        Err(LinkProblem::Foreign(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_token_is_verified() {
    let verified = verify_at(test_token::sign("a", &test_token::claims()), NOW).unwrap();
    assert_eq!(verified.subject(), "subject-1");
    assert_eq!(verified.scopes(), ["openid", "email", "profile"]);
    let debug = format!("{verified:?}");
    assert!(
        !debug.contains("subject-1") && !debug.contains("eyJ"),
        "{debug}"
    );
}

#[test]
fn a_token_of_somebody_else_is_foreign() {
    let sign = |claims| test_token::sign("a", &claims);
    assert_eq!(
        foreign(sign(with("iss", json!("https://evil.example.com")))),
        ForeignToken::Issuer
    );
    assert_eq!(
        foreign(sign(with("iss", json!(format!("{ISSUER}/"))))),
        ForeignToken::Issuer
    );
    assert_eq!(
        foreign(sign(with("client_id", json!("another")))),
        ForeignToken::Client
    );
    assert_eq!(
        foreign(sign(with("token_use", json!("id")))),
        ForeignToken::Use
    );
    assert_eq!(
        foreign(sign(with("sub", Value::Null))),
        ForeignToken::Malformed
    );
    let other_key = test_token::sign("b", &test_token::claims());
    assert_eq!(foreign(other_key), ForeignToken::UnknownKey);
    let wrong_key = test_token::sign_as("b", "a", &test_token::claims());
    assert_eq!(foreign(wrong_key), ForeignToken::Signature);
}

/// A pool has one of two issuers, and only the one that is configured counts
/// ([IssuerConfiguration](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html)).
#[test]
fn both_forms_of_issuer_are_taken_as_configured() {
    let updated = ISSUER.replace("cognito-idp", "issuer-cognito-idp");
    assert_ne!(updated, ISSUER);
    let token = |issuer: &str| test_token::sign("a", &with("iss", json!(issuer)));
    for configured in [ISSUER, updated.as_str()] {
        for of_token in [ISSUER, updated.as_str()] {
            let verified = verify_as(configured, token(of_token), NOW);
            if configured == of_token {
                assert_eq!(verified.unwrap().subject(), "subject-1");
            } else {
                assert!(matches!(
                    verified,
                    Err(LinkProblem::Foreign(ForeignToken::Issuer))
                ));
            }
        }
    }
}

#[test]
fn only_rs256_is_taken() {
    for alg in ["none", "HS256", "RS512", "rs256"] {
        let header = json!({ "alg": alg, "kid": "a" });
        let token = test_token::sign_with(&header, "a", &test_token::claims());
        assert_eq!(foreign(token), ForeignToken::Algorithm, "{alg}");
    }
    let header = json!({ "alg": "RS256", "kid": "a", "crit": ["exp"] });
    let token = test_token::sign_with(&header, "a", &test_token::claims());
    assert_eq!(foreign(token), ForeignToken::Algorithm);
}

#[test]
fn a_token_expires_with_a_little_leeway() {
    let token = test_token::sign("a", &test_token::claims());
    let expires_at = NOW + 3600;
    assert!(verify_at(token.clone(), expires_at + LEEWAY_SECONDS - 1).is_ok());
    assert!(matches!(
        verify_at(token, expires_at + LEEWAY_SECONDS),
        Err(LinkProblem::Expired(StaleLink::PastExpiry))
    ));
}

/// RFC 7519, 4.1.5 and 4.1.6.
#[test]
fn a_token_of_the_future_is_refused() {
    let token = |name, seconds: i64| test_token::sign("a", &with(name, json!(NOW + seconds)));
    for name in ["nbf", "iat"] {
        for seconds in [-YEAR, 0, LEEWAY_SECONDS] {
            assert!(verify_at(token(name, seconds), NOW).is_ok(), "{name}");
        }
        for seconds in [LEEWAY_SECONDS + 1, 600, YEAR] {
            let early = token(name, seconds);
            assert_eq!(foreign(early.clone()), ForeignToken::NotYetValid, "{name}");
        }
        // A later request is witness that time has passed, where the machine's clock is behind.
        let sent = Some(jiff::Timestamp::from_second(NOW + 600).unwrap());
        let later = RequestTime::new(jiff::Timestamp::from_second(NOW).unwrap(), sent);
        assert!(verify(ISSUER, token(name, 600), later).is_ok(), "{name}");
        for value in [json!(null), json!("0"), json!(1.5), json!([NOW]), json!({})] {
            let unusable = test_token::sign("a", &with(name, value));
            assert_eq!(foreign(unusable), ForeignToken::Malformed, "{name}");
        }
        let mut without = test_token::claims();
        without.as_object_mut().unwrap().remove(name);
        assert!(verify_at(test_token::sign("a", &without), NOW).is_ok());
    }
}

#[test]
fn a_scope_that_was_never_granted_asks_to_link_again() {
    for scope in [json!("openid"), json!("openid emails"), json!("")] {
        let token = test_token::sign("a", &with("scope", scope));
        assert!(matches!(
            verify_at(token, NOW),
            Err(LinkProblem::Expired(StaleLink::MissingScope))
        ));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9_.=-]{0,40}|\\PC*") {
        prop_assert!(verify_at(text, NOW).is_err());
    }

    #[test]
    fn a_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_-]") {
        let token = test_token::sign("a", &test_token::claims());
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != token);
        prop_assert!(verify_at(changed, NOW).is_err());
    }
}
