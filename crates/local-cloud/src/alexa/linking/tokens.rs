//! The tokens of linked accounts, and refreshing them.
//!
//! <https://developer.amazon.com/docs/alexa/account-linking/use-access-tokens.html>: Alexa refreshes
//! by itself; a skill never sees a refresh token.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, Voice};
use crate::alexa::smapi::linking_rules::AccountLinking;
use crate::base::news::Topic;

/// What a token endpoint has granted.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Tokens {
    /// Sent with each request.
    pub(in crate::alexa) access_token: SecretString,
    /// Kept by Alexa.
    pub(super) refresh_token: Option<SecretString>,
    /// By the stage's clock; `None` when the server names no lifetime.
    pub(super) expires_at: Option<Timestamp>,
}

/// The tokens of a linked account, with whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// `None` is the account that the home shares.
    pub(crate) voice: Option<Voice>,
    /// Sent with each request.
    pub(crate) access_token: SecretString,
    /// Kept by Alexa.
    pub(crate) refresh_token: Option<SecretString>,
    /// By the stage's clock; `None` when the server names no lifetime.
    pub(crate) expires_at: Option<Timestamp>,
    /// Those that Alexa asks for.
    pub(crate) scopes: Vec<String>,
}

/// The access tokens that a request carries.
#[derive(Debug, Clone, Default)]
pub(in crate::alexa) struct Links {
    /// Of the account that the home shares.
    pub(in crate::alexa) shared: Option<SecretString>,
    /// The recognised speaker, if the skill may know of one.
    pub(in crate::alexa) person: Option<Recognised>,
}

/// A recognised speaker, as a skill sees them.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Recognised {
    /// `amzn1.ask.person.…`
    pub(in crate::alexa) person_id: String,
    /// Of the account that the speaker has linked to their personal profile.
    pub(in crate::alexa) access_token: Option<SecretString>,
}

/// What to do about the stored tokens before a request.
#[derive(Debug)]
enum Decision {
    /// Send this one.
    Send(SecretString),
    /// Get another one first.
    Refresh(Box<AccountLinking>, SecretString),
    /// Nothing to send.
    Omit,
}

fn decide(
    tokens: Option<&Tokens>,
    linking: Option<&AccountLinking>,
    held: bool,
    now: Timestamp,
) -> Decision {
    let Some(tokens) = tokens else {
        return Decision::Omit;
    };
    let expired = tokens.expires_at.is_some_and(|expiry| expiry <= now);
    if !expired || held {
        return Decision::Send(tokens.access_token.clone());
    }
    match (&tokens.refresh_token, linking) {
        (Some(refresh_token), Some(linking)) => {
            Decision::Refresh(Box::new(linking.clone()), refresh_token.clone())
        }
        _ => Decision::Omit,
    }
}

impl Alexa {
    /// The access tokens for the next request to a skill, when this voice has spoken, or one that
    /// Alexa does not recognise.
    pub(in crate::alexa) async fn links(
        &self,
        customer: &Customer,
        voice: Option<&Voice>,
        skill_id: &str,
    ) -> Links {
        let shared = self.access_token(customer, None, skill_id).await;
        let person =
            voice.and_then(|voice| Some((voice, self.recognise(customer, voice, skill_id)?)));
        let person = match person {
            Some((voice, person_id)) => Some(Recognised {
                person_id,
                access_token: self.access_token(customer, Some(voice), skill_id).await,
            }),
            None => None,
        };
        Links { shared, person }
    }

    /// The id of a voice for a skill; `None` if the skill may not know it.
    fn recognise(&self, customer: &Customer, voice: &Voice, skill_id: &str) -> Option<String> {
        let mut state = self.state();
        let skill = state.skill_of_mut(customer, skill_id)?;
        if !skill.is_personalized() {
            return None;
        }
        let enablement = skill.enablements.get_mut(customer)?;
        Some(enablement.profile(voice).person_id.clone())
    }

    /// An access token for the next request to a skill, of a voice's personal profile or of the
    /// account that the home shares; refreshed if it has expired. When that fails the request goes
    /// without one.
    async fn access_token(
        &self,
        customer: &Customer,
        voice: Option<&Voice>,
        skill_id: &str,
    ) -> Option<SecretString> {
        // One at a time: a server that rotates refresh tokens takes each only once.
        let _turn = self.inner.refreshing.lock().await;
        let now = self.now();
        let decision = {
            let mut state = self.state();
            let held = state.refresh_held;
            let skill = state.skill_of_mut(customer, skill_id)?;
            let tokens = skill
                .enablements
                .get_mut(customer)?
                .tokens_of(voice)?
                .as_ref();
            decide(tokens, skill.linking.as_ref(), held, now)
        };
        let (linking, refresh_token) = match decision {
            Decision::Send(token) => return Some(token),
            Decision::Omit => return None,
            Decision::Refresh(linking, refresh_token) => (linking, refresh_token),
        };
        let grant = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh_token.expose_secret().to_owned()),
        ];
        let refreshed = self.inner.outgoing.request(&linking, grant, now).await;

        let mut state = self.state();
        let skill = state.skill_of_mut(customer, skill_id)?;
        let slot = skill.enablements.get_mut(customer)?.tokens_of(voice)?;
        match refreshed {
            Ok(mut tokens) => {
                // A server that does not rotate sends none.
                tokens.refresh_token.get_or_insert(refresh_token);
                let token = tokens.access_token.clone();
                *slot = Some(tokens);
                self.inner.shared.news.tell(Topic::Link);
                Some(token)
            }
            Err(error) => {
                if error.is_final() {
                    *slot = None;
                    self.inner.shared.news.tell(Topic::App);
                }
                None
            }
        }
    }
}

impl Alexa {
    /// The tokens of every account that a customer has linked; `None` if there is no such skill.
    pub(crate) fn held(&self, customer: &Customer, skill_id: &str) -> Option<Vec<Held>> {
        let state = self.state();
        let skill = state.skill_of(customer, skill_id)?;
        let scopes = skill.linking.as_ref().map(|linking| linking.scopes.clone());
        let scopes = scopes.unwrap_or_default();
        let shared = skill.enablement(customer).into_iter();
        let shared = shared.map(|enablement| (None, enablement.tokens.as_ref()));
        let profiles = skill.enablement(customer).into_iter();
        let profiles = profiles.flat_map(|enablement| &enablement.profiles);
        let profiles = profiles.map(|(voice, one)| (Some(voice.clone()), one.tokens.as_ref()));
        let held = shared.chain(profiles).filter_map(|(voice, tokens)| {
            let tokens = tokens?.clone();
            Some(Held {
                voice,
                access_token: tokens.access_token,
                refresh_token: tokens.refresh_token,
                expires_at: tokens.expires_at,
                scopes: scopes.clone(),
            })
        });
        Some(held.collect())
    }

    /// Forgets the tokens of a customer, or of a voice, as the app does when an account is unlinked;
    /// answers whether there were any.
    pub(in crate::alexa) fn unlink(
        &self,
        customer: &Customer,
        voice: Option<&Voice>,
        skill_id: &str,
    ) -> bool {
        let mut state = self.state();
        let tokens = state
            .skill_of_mut(customer, skill_id)
            .and_then(|skill| skill.enablements.get_mut(customer))
            .and_then(|enablement| enablement.tokens_of(voice)?.take());
        drop(state);
        self.inner.shared.news.tell(Topic::App);
        tokens.is_some()
    }

    /// Puts another access token in the place of a linked customer's, or of a linked voice's. Alexa sends
    /// it from then on, and refreshes it once `expires_at` has come, if there is such a time. Answers
    /// whether there was a token and another one for it.
    pub(crate) fn swap_token(
        &self,
        customer: &Customer,
        voice: Option<&Voice>,
        skill_id: &str,
        expires_at: Option<Timestamp>,
        another: impl FnOnce(&str) -> Option<String>,
    ) -> bool {
        let mut state = self.state();
        let tokens = state
            .skill_of_mut(customer, skill_id)
            .and_then(|skill| skill.enablements.get_mut(customer))
            .and_then(|enablement| enablement.tokens_of(voice)?.as_mut());
        let Some(tokens) = tokens else { return false };
        let Some(token) = another(tokens.access_token.expose_secret()) else {
            return false;
        };
        tokens.access_token = token.into();
        tokens.expires_at = expires_at;
        self.inner.shared.news.tell(Topic::Link);
        true
    }
}

/// The claims of a token that is a JWT.
pub(crate) fn claims(token: &SecretString) -> Option<Value> {
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice(&claims).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_jwt_has_claims() {
        let encoded = BASE64_URL_SAFE_NO_PAD.encode(r#"{"jti":"x"}"#);
        let read = claims(&format!("h.{encoded}.s").into()).unwrap();
        assert_eq!(read["jti"], "x");
        assert_eq!(claims(&"opaque".into()), None);
    }

    fn tokens(expires_at: Option<i64>) -> Tokens {
        Tokens {
            access_token: "a".into(),
            refresh_token: None,
            expires_at: expires_at.and_then(|second| Timestamp::from_second(second).ok()),
        }
    }

    fn sends(tokens: &Tokens, held: bool, now: i64) -> bool {
        let now = Timestamp::from_second(now).unwrap();
        matches!(decide(Some(tokens), None, held, now), Decision::Send(_))
    }

    #[test]
    fn a_token_is_sent_until_it_expires() {
        assert!(sends(&tokens(Some(10)), false, 9));
        assert!(!sends(&tokens(Some(10)), false, 10));
        assert!(sends(&tokens(None), false, 10));
    }

    #[test]
    fn held_back_refreshing_sends_the_expired_token() {
        assert!(sends(&tokens(Some(10)), true, 11));
    }
}
