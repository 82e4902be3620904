//! Talking to the token endpoint (RFC 6749, sections 4.1.3 and 6).

use std::sync::OnceLock;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::Tokens;
use crate::alexa::smapi::linking_rules::{AccountLinking, Grant, Scheme};
use crate::base::loopback::is_loopback;

/// How long the token endpoint may take.
/// <https://developer.amazon.com/docs/alexa/account-linking/account-linking-faq.html>
const BUDGET: Duration = Duration::from_millis(4500);
/// The shortest life of an access token that Alexa takes, in seconds (same page).
const SHORTEST_LIFE_SECONDS: i64 = 360;

/// The HTTP clients, built when they are first needed.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Outgoing {
    direct: OnceLock<Client>,
    proxied: OnceLock<Client>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    /// No answer.
    #[error("the token endpoint {url} did not answer within 4.5 seconds")]
    TooSlow { url: String },
    /// No connection.
    #[error("the token endpoint {url} cannot be reached: {reason}")]
    Unreachable { url: String, reason: String },
    /// An OAuth 2.0 error.
    #[error("the token endpoint answered {status} {error}{}", suffix(.description.as_deref()))]
    Refused {
        status: u16,
        error: String,
        description: Option<String>,
    },
    /// An answer that is not RFC 6749's.
    #[error("the token endpoint's answer is not usable: {0}")]
    Unusable(String),
}

fn suffix(description: Option<&str>) -> String {
    description
        .map(|text| format!(": {text}"))
        .unwrap_or_default()
}

impl ExchangeError {
    /// Whether the grant is gone for good, so that only linking again helps.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error == "invalid_grant")
    }
}

impl Outgoing {
    fn client(&self, url: &reqwest::Url) -> Result<Client, reqwest::Error> {
        let (slot, direct) = if is_loopback(url) {
            (&self.direct, true)
        } else {
            (&self.proxied, false)
        };
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        // Another provider may have been installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .timeout(BUDGET)
            .redirect(redirect::Policy::none());
        if direct {
            builder = builder.no_proxy();
        }
        let client = builder.build()?;
        Ok(slot.get_or_init(|| client).clone())
    }

    /// Sends a grant as the skill's client. `grant` holds its own parameters.
    pub(super) async fn request(
        &self,
        linking: &AccountLinking,
        mut grant: Vec<(&'static str, String)>,
        now: Timestamp,
    ) -> Result<Tokens, ExchangeError> {
        let Grant::Code {
            token_url,
            client_secret,
            scheme,
        } = &linking.grant
        else {
            return Err(ExchangeError::Unusable(
                "the implicit grant has no token endpoint".to_owned(),
            ));
        };
        let failed = |source: &reqwest::Error| {
            if source.is_timeout() {
                ExchangeError::TooSlow {
                    url: token_url.to_string(),
                }
            } else {
                ExchangeError::Unreachable {
                    url: token_url.to_string(),
                    reason: root_cause(source),
                }
            }
        };
        let client = self.client(token_url).map_err(|source| failed(&source))?;
        grant.push(("client_id", linking.client_id.clone()));
        let mut request = client.post(token_url.clone());
        match scheme {
            Scheme::Basic => {
                request =
                    request.basic_auth(&linking.client_id, Some(client_secret.expose_secret()));
            }
            Scheme::Body => {
                grant.push(("client_secret", client_secret.expose_secret().to_owned()));
            }
        }
        let response = request
            .form(&grant)
            .send()
            .await
            .map_err(|source| failed(&source))?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|source| failed(&source))?;
        read(status, &body, linking.default_expiry_seconds, now)
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[derive(Deserialize)]
struct Success {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    token_type: String,
    expires_in: Option<i64>,
}

/// Reads the answer of a token endpoint.
fn read(
    status: u16,
    body: &[u8],
    default_expiry_seconds: Option<u32>,
    now: Timestamp,
) -> Result<Tokens, ExchangeError> {
    if status != 200 {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        return Err(ExchangeError::Refused {
            status,
            error: document["error"]
                .as_str()
                .unwrap_or("without an OAuth error")
                .to_owned(),
            description: document["error_description"].as_str().map(str::to_owned),
        });
    }
    // serde_json's message names members and types, never values of secrets.
    let success: Success = serde_json::from_slice(body)
        .map_err(|source| ExchangeError::Unusable(source.to_string()))?;
    if success.access_token.expose_secret().is_empty() {
        return Err(ExchangeError::Unusable("access_token is empty".to_owned()));
    }
    if !success.token_type.eq_ignore_ascii_case("bearer") {
        return Err(ExchangeError::Unusable(format!(
            "token_type is {}, not Bearer",
            success.token_type
        )));
    }
    let life = success.expires_in.or(default_expiry_seconds.map(i64::from));
    if let Some(life) = life
        && life < SHORTEST_LIFE_SECONDS
    {
        return Err(ExchangeError::Unusable(format!(
            "the access token lives {life} seconds; Alexa needs {SHORTEST_LIFE_SECONDS} or more"
        )));
    }
    Ok(Tokens {
        access_token: success.access_token,
        refresh_token: success.refresh_token,
        expires_at: life.map(|life| {
            now.saturating_add(SignedDuration::from_secs(life))
                .unwrap_or(Timestamp::MAX)
        }),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: u16, body: &Value) -> Result<Tokens, String> {
        read(
            status,
            body.to_string().as_bytes(),
            None,
            Timestamp::UNIX_EPOCH,
        )
        .map_err(|error| error.to_string())
    }

    #[test]
    fn tokens_and_their_expiry_are_read() {
        let tokens = check(
            200,
            &json!({
                "access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 3600,
            }),
        )
        .unwrap();
        assert_eq!(tokens.access_token.expose_secret(), "a");
        assert_eq!(tokens.expires_at, Timestamp::from_second(3600).ok());
    }

    #[test]
    fn a_token_that_lives_too_short_is_refused() {
        let body = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 300 });
        assert_eq!(
            check(200, &body).unwrap_err(),
            "the token endpoint's answer is not usable: the access token lives 300 seconds; \
             Alexa needs 360 or more"
        );
    }

    #[test]
    fn an_oauth_error_keeps_its_words() {
        let body = json!({ "error": "invalid_grant", "error_description": "Code expired" });
        assert_eq!(
            check(400, &body).unwrap_err(),
            "the token endpoint answered 400 invalid_grant: Code expired"
        );
        assert!(check(502, &json!("gateway")).unwrap_err().contains("502"));
    }

    #[test]
    fn an_answer_that_is_not_a_token_is_refused() {
        assert!(check(200, &json!({ "token_type": "Bearer" })).is_err());
        assert!(check(200, &json!({ "access_token": "a", "token_type": "mac" })).is_err());
    }
}
