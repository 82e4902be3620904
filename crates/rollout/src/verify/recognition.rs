//! What the skill verifies access tokens with.

use infra::stacks::AccountParameters;
use models::ids::UserPoolId;
use models::secure_url::SecureUrl;
use serde_json::Value;

use super::deployed::{Function, issuers};
use crate::accounts::Accounts;
use crate::aws::identity::live_pool;
use crate::checks::Check;
use crate::checks::judge::{Finding, OAuthError, Problem};
use crate::checks::probe::Probe;
use crate::error::Error;
use crate::existing_pool;
use crate::session::Session;

/// What the skill verifies access tokens with: the name and the keys of the user pool, or Amazon's own
/// word.
pub(super) async fn checks(
    session: &Session<'_>,
    probe: &Probe,
    accounts: &Accounts,
    functions: &[Function],
) -> Result<Vec<Check>, Error> {
    let inputs = session.inputs;
    match accounts.parameters(inputs)? {
        AccountParameters::UserPool { issuer, .. } => {
            // Of a pool that exists already the name was read from the pool; that of another comes from
            // the file, which may be ahead of what is deployed.
            let existing = inputs.stack.identity.user_pool_id.as_ref();
            let pool = match accounts.user_pool_id() {
                Some(id) if existing != Some(id) => Pool {
                    called: called(session, id).await?.unwrap_or(issuer),
                    exists_already: false,
                },
                _ => Pool {
                    called: issuer,
                    exists_already: true,
                },
            };
            let expected = issuers(functions);
            if expected.is_empty() {
                return Ok(vec![Check::new("issuer", Err(not_told()))]);
            }
            let mut checks = Vec::new();
            for (issuer, regions) in &expected {
                let of = match expected.len() {
                    1 => String::new(),
                    _ => format!(" {}", regions.join(" ")),
                };
                let names = ["issuer", "key set"].map(|name| format!("{name}{of}"));
                checks.extend(user_pool(probe, &pool, issuer.as_ref(), names).await);
            }
            Ok(checks)
        }
        AccountParameters::Amazon { .. } => {
            let mut url = inputs.endpoints.amazon.token_info().as_url().clone();
            let token = format!("Atza|{}", uuid::Uuid::new_v4().simple());
            url.query_pairs_mut().append_pair("access_token", &token);
            let answer = probe.get(&url).await;
            let finding = answer.and_then(|answer| token_info(answer.status, &answer.body));
            Ok(vec![Check::new("token information", finding)])
        }
    }
}

/// The pool that the tokens are of.
#[derive(Debug)]
struct Pool {
    /// What it calls itself in them.
    called: SecureUrl,
    /// Whether it is one that the stage has not made.
    exists_already: bool,
}

impl Pool {
    /// What to do where the skill expects another issuer.
    fn hint(&self, expected: &str) -> &'static str {
        let id = |url: &str| url.rsplit('/').next().map(str::to_owned);
        if id(self.called.as_url().as_str()) != id(expected) {
            "every access token would be refused: a deployment has stopped half-way; deploy again, so \
             that the skill knows the people of this pool"
        } else if self.exists_already {
            "every access token would be refused: whoever has the pool has changed its form of issuer; \
             deploy again, so that the skill follows"
        } else {
            "every access token would be refused: deploy again, which gives the pool and the skill the \
             form that identity.issuer of stack.toml says"
        }
    }
}

/// What a pool of the stage's own calls itself by now, if it is there.
async fn called(session: &Session<'_>, id: &UserPoolId) -> Result<Option<SecureUrl>, Error> {
    let inputs = session.inputs;
    let Some(live) = live_pool(&session.aws, &inputs.home, id).await? else {
        return Ok(None);
    };
    let form = existing_pool::form(id, &live.issuer)?;
    let issuer = inputs.endpoints.issuer(form, &inputs.home, id.as_str());
    issuer.map(Some)
}

fn not_told() -> Problem {
    Problem::new(
        "no function is deployed that expects tokens of a user pool",
        "deploy again",
    )
}

/// The name and the keys of a pool, by the issuer that a deployed function expects.
async fn user_pool(
    probe: &Probe,
    pool: &Pool,
    expected: Option<&SecureUrl>,
    names: [String; 2],
) -> Vec<Check> {
    let [name, keys_name] = names;
    let Some(expected) = expected else {
        return vec![Check::new(name, Err(not_told()))];
    };
    let finding = if pool.called == *expected {
        let document = expected.below([".well-known", "openid-configuration"]);
        let answer = probe.get(document.as_url()).await;
        let expected = expected.as_url().as_str();
        answer.and_then(|answer| named(pool, expected, answer.status, &answer.body))
    } else {
        let called = pool.called.as_url().as_str();
        Err(other(pool, called, expected.as_url().as_str()))
    };
    let keys = expected.below([".well-known", "jwks.json"]);
    let answer = probe.get(keys.as_url()).await;
    let usable = answer.and_then(|answer| key_set(answer.status, &answer.body));
    vec![Check::new(name, finding), Check::new(keys_name, usable)]
}

fn other(pool: &Pool, called: &str, expected: &str) -> Problem {
    let seen = format!("is {called}, and the skill expects {expected}");
    Problem::new(seen, pool.hint(expected))
}

/// Whether it can be asked whose an access token is. One that nobody was given is refused
/// ([tokeninfo](https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html)).
fn token_info(status: u16, body: &[u8]) -> Finding {
    let error = serde_json::from_slice::<OAuthError>(body);
    let error = error.map(|body| body.error).unwrap_or_default();
    if matches!(status, 400 | 401) && matches!(error.as_str(), "invalid_token" | "invalid_request")
    {
        return Ok(format!("refuses a made-up access token with {error}"));
    }
    Err(Problem::new(
        format!("answered {status} to a made-up access token"),
        "without it no access token can be verified; run it again in a while",
    ))
}

/// Whether the user pool calls itself in tokens what the skill expects, letter by letter
/// ([its two names](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html)).
fn named(pool: &Pool, expected: &str, status: u16, body: &[u8]) -> Finding {
    let document = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match document["issuer"].as_str() {
        Some(named) if status == 200 && named == expected => Ok(format!("is {named}")),
        Some(named) if status == 200 => Err(other(pool, named, expected)),
        _ => Err(Problem::new(
            format!("answered {status} at {expected} and does not say what the pool is called"),
            format!(
                "see whether the user pool is there; otherwise {}",
                pool.hint(expected)
            ),
        )),
    }
}

/// Whether access tokens can be verified.
fn key_set(status: u16, body: &[u8]) -> Finding {
    let keys = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let usable = keys["keys"].as_array().map_or(0, |keys| {
        let usable = |key: &&Value| key["kty"] == "RSA" && key["alg"] == "RS256";
        keys.iter().filter(usable).count()
    });
    if status == 200 && usable > 0 {
        return Ok(format!("has {usable} RS256 keys"));
    }
    Err(Problem::new(
        format!("answered {status} with {usable} RS256 keys"),
        "without keys no access token can be verified; see whether the user pool is there",
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::calls::CallCounter;

    #[test]
    fn an_issuer_is_the_one_that_the_skill_expects() {
        let original = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";
        let updated = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";
        let says = |name: &str| json!({ "issuer": name }).to_string();
        let pool = |called: &str, exists_already| Pool {
            called: called.parse().unwrap(),
            exists_already,
        };
        for name in [original, updated] {
            let named = |status, body: &[u8]| named(&pool(name, false), name, status, body);
            assert!(named(200, says(name).as_bytes()).is_ok());
            assert!(named(503, says(name).as_bytes()).is_err());
            assert!(named(200, says(&format!("{name}/")).as_bytes()).is_err());
            assert!(named(404, b"{}").is_err());
        }
        for exists_already in [false, true] {
            let pool = pool(original, exists_already);
            let found = named(&pool, original, 200, says(updated).as_bytes()).unwrap_err();
            assert!(found.seen.contains(original) && found.seen.contains(updated));
            // It is refused of a pool that exists already.
            assert_eq!(found.hint.contains("identity.issuer"), !exists_already);
            assert!(found.hint.contains("deploy again"));
        }
    }

    #[tokio::test]
    async fn a_function_that_knows_another_pool_is_found_out_without_asking_that_pool() {
        let pool = Pool {
            called: "http://127.0.0.1:1/eu-west-1_AbCdEf123".parse().unwrap(),
            exists_already: false,
        };
        let expected = "http://127.0.0.1:1/eu-west-1_Other1234".parse().unwrap();
        let names = ["issuer", "key set"].map(str::to_owned);
        let probe = Probe::new(Arc::default(), CallCounter::default(), Duration::ZERO);
        let checks = user_pool(&probe, &pool, Some(&expected), names).await;
        let issuer = &checks[0];
        let expects = "expects http://127.0.0.1:1/eu-west-1_Other1234";
        assert!(
            !issuer.passed && issuer.seen.ends_with(expects),
            "{issuer:?}"
        );
        let hint = issuer.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("half-way"), "{hint}");
    }

    #[test]
    fn only_a_refused_token_shows_that_somebody_looks() {
        let body = br#"{"error":"invalid_token","error_description":"x"}"#;
        assert!(token_info(400, body).is_ok());
        assert!(token_info(200, b"{}").is_err());
        assert!(token_info(503, b"").is_err());
        assert!(token_info(404, body).is_err());
    }

    #[test]
    fn a_key_set_has_keys_of_the_skills_kind() {
        let key = json!({"keys": [{"kty": "RSA", "alg": "RS256", "kid": "1"}]}).to_string();
        assert!(key_set(200, key.as_bytes()).is_ok());
        assert!(key_set(503, key.as_bytes()).is_err());
        assert!(key_set(200, br#"{"keys": [{"kty": "EC"}]}"#).is_err());
        assert!(key_set(200, b"").is_err());
    }
}
