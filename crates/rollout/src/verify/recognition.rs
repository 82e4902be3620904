//! What the skill verifies access tokens with.

use infra::stacks::AccountParameters;
use serde_json::Value;

use super::Check;
use super::judge::{Finding, OAuthError, Problem};
use super::probe::Probe;
use crate::accounts::Accounts;
use crate::error::Error;
use crate::session::Session;

/// What the skill verifies access tokens with: the name and the keys of the user pool, or Amazon's own
/// word.
pub(super) async fn checks(
    session: &Session<'_>,
    probe: &Probe,
    accounts: &Accounts,
) -> Result<Vec<Check>, Error> {
    let inputs = session.inputs;
    match accounts.parameters(inputs)? {
        AccountParameters::UserPool { issuer, .. } => {
            let document = issuer.below([".well-known", "openid-configuration"]);
            let answer = probe.get(document.as_url()).await;
            let name = issuer.as_url().as_str();
            let finding = answer.and_then(|answer| named(name, answer.status, &answer.body));
            let keys = issuer.below([".well-known", "jwks.json"]);
            let answer = probe.get(keys.as_url()).await;
            let usable = answer.and_then(|answer| key_set(answer.status, &answer.body));
            Ok(vec![
                Check::new("issuer", finding),
                Check::new("key set", usable),
            ])
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
fn named(expected: &str, status: u16, body: &[u8]) -> Finding {
    let document = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match document["issuer"].as_str() {
        Some(named) if status == 200 && named == expected => Ok(format!("is {named}")),
        Some(named) if status == 200 => Err(Problem::new(
            format!("is {named}, and the skill expects {expected}"),
            "every access token would be refused: put identity.issuer of stack.toml right, and \
             deploy again",
        )),
        _ => Err(Problem::new(
            format!("answered {status} at {expected} and does not say what the pool is called"),
            "see whether the user pool is there, and has the form of issuer that identity.issuer \
             of stack.toml names; deploy again",
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
    use serde_json::json;

    use super::*;

    #[test]
    fn an_issuer_is_the_one_that_the_skill_expects() {
        let original = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";
        let updated = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";
        let says = |name: &str| json!({ "issuer": name }).to_string();
        for name in [original, updated] {
            assert!(named(name, 200, says(name).as_bytes()).is_ok());
            assert!(named(name, 503, says(name).as_bytes()).is_err());
            assert!(named(name, 200, says(&format!("{name}/")).as_bytes()).is_err());
            assert!(named(name, 404, b"{}").is_err());
        }
        let other = named(original, 200, says(updated).as_bytes()).unwrap_err();
        assert!(other.seen.contains(original) && other.seen.contains(updated));
        assert!(other.hint.contains("identity.issuer"));
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
