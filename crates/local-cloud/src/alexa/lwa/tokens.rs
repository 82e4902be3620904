//! The tokens of customers, and what is told to whoever has one.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html>

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Amazon, Denied, LIFETIME_SECONDS};
use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, Voice};
use crate::alexa::state::{fingerprint, opaque};
use crate::base::conditions::{Condition, Outage};
use crate::base::guard::{Caller, Door};
use crate::base::headers::bearer;
use crate::cognito::Flaw;

/// How long ago an expired token expired, in seconds.
const EXPIRED_SINCE: i64 = 3600;
/// A client that no profile of the stage has.
const ANOTHER_CLIENT: &str = "amzn1.application-oa2-client.another";

/// What a customer has allowed a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) email: String,
    pub(super) scopes: Vec<String>,
}

/// An access token.
#[derive(Debug, Clone)]
struct Issued {
    grant: Grant,
    at: Timestamp,
    expires_at: Timestamp,
}

/// Every token of every customer, by [`fingerprint`].
#[derive(Debug, Default)]
pub(in crate::alexa) struct Tokens {
    refresh: HashMap<String, Grant>,
    access: HashMap<String, Issued>,
}

impl Tokens {
    /// A new refresh token.
    pub(super) fn grant(&mut self, grant: Grant) -> String {
        let token = format!("Atzr|{}", long());
        self.refresh.insert(fingerprint(&token), grant);
        token
    }

    /// What a refresh token stands for, if a customer gave it.
    pub(super) fn granted(&self, refresh_token: &str) -> Option<&Grant> {
        self.refresh.get(&fingerprint(refresh_token))
    }

    /// A new access token.
    pub(super) fn issue(&mut self, grant: Grant, now: Timestamp) -> String {
        self.insert(Issued {
            grant,
            at: now,
            expires_at: moved(now, i64::from(LIFETIME_SECONDS)),
        })
    }

    fn insert(&mut self, issued: Issued) -> String {
        let token = format!("Atza|{}", long());
        self.access.insert(fingerprint(&token), issued);
        token
    }

    fn live(&self, access_token: &str, now: Timestamp) -> Option<&Issued> {
        let issued = self.access.get(&fingerprint(access_token))?;
        (now < issued.expires_at).then_some(issued)
    }

    /// The token with a flaw; `None` if it is none that Amazon honours.
    fn spoil(&mut self, access_token: &str, flaw: Flaw, now: Timestamp) -> Option<String> {
        let mut issued = self.live(access_token, now)?.clone();
        match flaw {
            Flaw::Expired => {
                issued.at = moved(now, -EXPIRED_SINCE - i64::from(LIFETIME_SECONDS));
                issued.expires_at = moved(now, -EXPIRED_SINCE);
            }
            Flaw::Foreign => ANOTHER_CLIENT.clone_into(&mut issued.grant.client_id),
            Flaw::Revoked => {
                let grant = issued.grant;
                self.refresh.retain(|_, other| *other != grant);
                self.access.retain(|_, other| other.grant != grant);
                return Some(access_token.to_owned());
            }
        }
        Some(self.insert(issued))
    }
}

/// As many characters as Amazon's tokens have at least.
/// <https://developer.amazon.com/docs/login-with-amazon/access-token.html>
fn long() -> String {
    (0..11).map(|_| opaque()).collect()
}

fn moved(moment: Timestamp, seconds: i64) -> Timestamp {
    moment
        .saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    Door::all(
        alexa,
        [
            Door::get("/auth/o2/tokeninfo", Caller::Anyone, token_info),
            Door::get("/user/profile", Caller::Anyone, profile),
        ],
    )
}

async fn token_info(
    State(alexa): State<Alexa>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Denied> {
    if let Err(outage) = alexa.endure(None).await {
        return Ok(outage.into_response());
    }
    let token = query.get("access_token").ok_or_else(|| {
        Denied::request("The request is missing a required parameter : access_token")
    })?;
    let now = alexa.now();
    let state = alexa.state();
    let amazon = &state.amazon;
    amazon
        .about(token, now)
        .map(|about| Json(about).into_response())
        .ok_or_else(invalid_token)
}

async fn profile(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Denied> {
    let other = headers.get("x-amz-access-token");
    let token = bearer(&headers)
        .or_else(|| other.and_then(|value| value.to_str().ok()))
        .or_else(|| query.get("access_token").map(String::as_str))
        .ok_or_else(|| Denied::request("The request is missing an access token"))?;
    if let Err(outage) = alexa.endure(Some(token)).await {
        return Ok(outage.into_response());
    }
    let now = alexa.now();
    alexa
        .state()
        .amazon
        .profile(token, now)
        .map(|profile| Json(profile).into_response())
}

fn invalid_token() -> Denied {
    Denied {
        status: 400,
        error: "invalid_token",
        description: "The request has an invalid parameter : access_token".to_owned(),
    }
}

impl Amazon {
    /// What `tokeninfo` says of a token that is alive.
    fn about(&self, token: &str, now: Timestamp) -> Option<Value> {
        let issued = self.tokens.live(token, now)?;
        let account = self.customers.account(&issued.grant.email)?;
        Some(json!({
            "iss": "https://www.amazon.com",
            "user_id": account.user_id(),
            "aud": issued.grant.client_id,
            "app_id": issued.grant.client_id.replace("application-oa2-client", "application"),
            // Seconds that are left.
            "exp": issued.expires_at.as_second() - now.as_second(),
            "iat": issued.at.as_second(),
        }))
    }

    fn profile(&self, token: &str, now: Timestamp) -> Result<Value, Denied> {
        let issued = self.tokens.live(token, now).ok_or_else(invalid_token)?;
        let account = self.customers.account(&issued.grant.email);
        let account = account.ok_or_else(invalid_token)?;
        let has = |scope: &str| issued.grant.scopes.iter().any(|own| own == scope);
        if !has("profile") && !has("profile:user_id") {
            return Err(Denied {
                status: 401,
                error: "insufficient_scope",
                description: "The access token does not have the required scope".to_owned(),
            });
        }
        let mut profile = json!({ "user_id": account.user_id() });
        if has("profile") {
            profile["name"] = json!(account.name);
            profile["email"] = json!(account.email);
        }
        Ok(profile)
    }
}

impl Alexa {
    /// Lets the caller suffer what is ordered for the provider, or for the owner of a token.
    pub(super) async fn endure(&self, token: Option<&str>) -> Result<(), Outage> {
        let condition = {
            let now = self.now();
            let state = self.state();
            let amazon = &state.amazon;
            let owner = token.and_then(|token| amazon.tokens.live(token, now));
            let email = owner.map(|issued| issued.grant.email.as_str());
            amazon.conditions.of(email)
        };
        condition.endure().await
    }

    /// Changes how Login with Amazon is, for everybody or for one person's profile.
    pub(crate) fn set_condition(&self, email: Option<String>, is: Condition) {
        self.state().amazon.conditions.set(email, is);
    }

    /// Has Alexa send a token of Amazon's with a flaw in the place of a customer's own. Answers
    /// whether there was one.
    pub(crate) fn spoil_token(
        &self,
        customer: &Customer,
        voice: Option<&Voice>,
        skill_id: &str,
        expires_at: Option<Timestamp>,
        flaw: Flaw,
    ) -> bool {
        let now = self.now();
        let mut own = None;
        self.swap_token(customer, voice, skill_id, None, |token| {
            own = Some(token.to_owned());
            None
        });
        let spoilt = own.and_then(|token| self.state().amazon.tokens.spoil(&token, flaw, now));
        spoilt.is_some_and(|spoilt| {
            self.swap_token(customer, voice, skill_id, expires_at, |_| Some(spoilt))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(client: &str) -> Grant {
        Grant {
            client_id: client.to_owned(),
            email: "a@example.com".to_owned(),
            scopes: vec!["profile".to_owned()],
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_access_token_lives_for_an_hour() {
        let mut tokens = Tokens::default();
        let token = tokens.issue(grant("c"), at(0));
        assert!(token.starts_with("Atza|") && (350..=2048).contains(&token.len()));
        assert!(tokens.live(&token, at(3599)).is_some());
        assert!(tokens.live(&token, at(3600)).is_none());
    }

    #[test]
    fn every_flaw_is_one() {
        let mut tokens = Tokens::default();
        let refresh = tokens.grant(grant("c"));
        let token = tokens.issue(grant("c"), at(0));
        let other = tokens.issue(grant("d"), at(0));
        let expired = tokens.spoil(&token, Flaw::Expired, at(9)).unwrap();
        assert!(tokens.live(&expired, at(9)).is_none());
        let foreign = tokens.spoil(&token, Flaw::Foreign, at(9)).unwrap();
        assert_eq!(
            tokens.live(&foreign, at(9)).unwrap().grant,
            grant(ANOTHER_CLIENT)
        );
        assert_eq!(
            tokens.spoil(&token, Flaw::Revoked, at(9)),
            Some(token.clone())
        );
        assert!(tokens.live(&token, at(9)).is_none() && tokens.granted(&refresh).is_none());
        assert!(tokens.live(&other, at(9)).is_some());
        assert_eq!(tokens.spoil("Atza|x", Flaw::Expired, at(9)), None);
    }
}
