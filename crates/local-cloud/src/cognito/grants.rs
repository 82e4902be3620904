//! Authorization codes, and the sessions that refresh tokens stand for.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::base::random;
use crate::cognito::oauth::pkce::Challenge;

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What a person has agreed to by signing in.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) sub: String,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// What the access tokens are for (`aud`).
    pub(crate) resource: Option<String>,
    pub(crate) auth_time: Timestamp,
}

/// One sign-in of one person with one client, from the first tokens to the last refresh.
#[derive(Debug, Clone)]
pub(crate) struct TokenSession {
    /// The `origin_jti` of all its tokens.
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) resource: Option<String>,
    pub(crate) auth_time: Timestamp,
    expires: Timestamp,
}

/// Why the token endpoint says `invalid_grant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidGrant;

/// Why a code is not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unredeemed {
    InvalidGrant,
    /// The redirect URI is not the one of the authorization request.
    InvalidRedirect,
}

#[derive(Debug)]
struct RefreshToken {
    session: String,
    /// Set when rotation has replaced it.
    retired: Option<Timestamp>,
}

/// Everything a pool has granted.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: HashMap<String, (Authorization, Timestamp)>,
    sessions: HashMap<String, TokenSession>,
    refresh_tokens: HashMap<String, RefreshToken>,
}

impl Grants {
    /// A code for an authorization.
    pub(crate) fn issue_code(&mut self, authorization: Authorization, now: Timestamp) -> String {
        let code = random::uuid();
        let expires = now.checked_add(CODE_LIFE).unwrap_or(Timestamp::MAX);
        self.codes.insert(code.clone(), (authorization, expires));
        code
    }

    /// Uses a code up, whatever comes of it: a second try never works.
    pub(crate) fn redeem_code(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<Authorization, Unredeemed> {
        let (authorization, expires) = (self.codes.remove(code)).ok_or(Unredeemed::InvalidGrant)?;
        let proven = match (&authorization.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if authorization.client_id != client_id || !proven || now >= expires {
            return Err(Unredeemed::InvalidGrant);
        }
        if authorization.redirect_uri != redirect_uri {
            return Err(Unredeemed::InvalidRedirect);
        }
        Ok(authorization)
    }

    /// Begins a session that lasts `life_seconds` from sign-in on, refreshed or not.
    pub(crate) fn open(
        &mut self,
        authorization: &Authorization,
        life_seconds: i64,
    ) -> TokenSession {
        let session = TokenSession {
            id: random::uuid(),
            client_id: authorization.client_id.clone(),
            sub: authorization.sub.clone(),
            scopes: authorization.scopes.clone(),
            resource: authorization.resource.clone(),
            auth_time: authorization.auth_time,
            expires: later(authorization.auth_time, life_seconds),
        };
        self.sessions.insert(session.id.clone(), session.clone());
        session
    }

    /// A refresh token of a session.
    pub(crate) fn issue_refresh_token(&mut self, session: &TokenSession) -> String {
        let token = random::token();
        let record = RefreshToken {
            session: session.id.clone(),
            retired: None,
        };
        self.refresh_tokens.insert(token.clone(), record);
        token
    }

    /// The session of a refresh token that still works.
    pub(crate) fn refresh(
        &self,
        token: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<TokenSession, InvalidGrant> {
        let record = self.refresh_tokens.get(token).ok_or(InvalidGrant)?;
        let session = self.sessions.get(&record.session).ok_or(InvalidGrant)?;
        let in_time = now < session.expires && record.retired.is_none_or(|retired| now < retired);
        if session.client_id == client_id && in_time {
            Ok(session.clone())
        } else {
            Err(InvalidGrant)
        }
    }

    /// When a refresh token stops working, if nothing ends its session before.
    pub(crate) fn end_of_refreshing(&self, token: &str) -> Option<Timestamp> {
        let record = self.refresh_tokens.get(token)?;
        let session = self.sessions.get(&record.session)?;
        Some(
            record
                .retired
                .unwrap_or(session.expires)
                .min(session.expires),
        )
    }

    /// Lets a replaced refresh token work for `grace_seconds` more.
    pub(crate) fn retire(&mut self, token: &str, grace_seconds: i64, now: Timestamp) {
        if let Some(record) = self.refresh_tokens.get_mut(token) {
            record.retired.get_or_insert(later(now, grace_seconds));
        }
    }

    /// Ends the session of a refresh token; an unknown token is as good as revoked (RFC 7009).
    /// False if the token belongs to another client.
    pub(crate) fn revoke(&mut self, token: &str, client_id: &str) -> bool {
        let Some(record) = self.refresh_tokens.get(token) else {
            return true;
        };
        let id = record.session.clone();
        match self.sessions.get(&id) {
            Some(session) if session.client_id != client_id => false,
            _ => {
                self.end(&id);
                true
            }
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, session: &str) {
        self.sessions.remove(session);
        self.refresh_tokens
            .retain(|_, record| record.session != session);
    }

    /// Ends every session of a person.
    pub(crate) fn revoke_all(&mut self, sub: &str) {
        self.sessions.retain(|_, session| session.sub != sub);
        self.codes.retain(|_, (code, _)| code.sub != sub);
        let sessions = &self.sessions;
        self.refresh_tokens
            .retain(|_, record| sessions.contains_key(&record.session));
    }

    /// Whether tokens of this session are honoured by Cognito itself.
    pub(crate) fn live(&self, session: &str) -> bool {
        self.sessions.contains_key(session)
    }
}

fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn authorization(challenge: bool) -> Authorization {
        Authorization {
            client_id: "client".to_owned(),
            redirect_uri: "https://example.com/cb".to_owned(),
            scopes: vec!["openid".to_owned()],
            sub: "sub".to_owned(),
            nonce: None,
            challenge: challenge.then(|| Challenge::parse(CHALLENGE).unwrap()),
            resource: None,
            auth_time: NOW,
        }
    }

    fn redeem(
        challenge: bool,
        client: &str,
        uri: &str,
        verifier: Option<&str>,
        second: i64,
    ) -> Result<Authorization, Unredeemed> {
        let mut grants = Grants::default();
        let code = grants.issue_code(authorization(challenge), NOW);
        grants.redeem_code(&code, client, uri, verifier, later(NOW, second))
    }

    #[test]
    fn a_code_is_bound_to_client_redirect_verifier_and_time() {
        let uri = "https://example.com/cb";
        assert!(redeem(false, "client", uri, None, 299).is_ok());
        assert!(redeem(true, "client", uri, Some(VERIFIER), 0).is_ok());
        assert!(redeem(false, "client", uri, None, 300).is_err());
        assert!(redeem(false, "other", uri, None, 0).is_err());
        let elsewhere = redeem(false, "client", "https://example.com/cb/", None, 0);
        assert_eq!(elsewhere.err(), Some(Unredeemed::InvalidRedirect));
        assert!(redeem(true, "client", uri, None, 0).is_err());
        assert!(redeem(true, "client", uri, Some("wrong"), 0).is_err());
        assert!(redeem(false, "client", uri, Some(VERIFIER), 0).is_err());
    }

    #[test]
    fn a_code_works_once() {
        let mut grants = Grants::default();
        let code = grants.issue_code(authorization(false), NOW);
        let mut redeem =
            || grants.redeem_code(&code, "client", "https://example.com/cb", None, NOW);
        redeem().unwrap();
        redeem().unwrap_err();
    }

    #[test]
    fn a_session_ends_a_fixed_time_after_sign_in() {
        let mut grants = Grants::default();
        let session = grants.open(&authorization(false), 3600);
        let token = grants.issue_refresh_token(&session);
        assert!(grants.refresh(&token, "client", later(NOW, 3599)).is_ok());
        assert!(grants.refresh(&token, "client", later(NOW, 3600)).is_err());
        assert!(grants.refresh(&token, "other", NOW).is_err());
    }

    #[test]
    fn a_rotated_token_works_until_the_grace_period_ends() {
        let mut grants = Grants::default();
        let session = grants.open(&authorization(false), 3600);
        let old = grants.issue_refresh_token(&session);
        grants.retire(&old, 60, NOW);
        let new = grants.issue_refresh_token(&session);
        assert!(grants.refresh(&old, "client", later(NOW, 59)).is_ok());
        // Using it once more does not prolong it.
        grants.retire(&old, 60, later(NOW, 59));
        assert!(grants.refresh(&old, "client", later(NOW, 60)).is_err());
        assert!(grants.refresh(&new, "client", later(NOW, 60)).is_ok());
    }

    #[test]
    fn revoking_ends_the_session_and_nothing_else() {
        let mut grants = Grants::default();
        let first = grants.open(&authorization(false), 3600);
        let second = grants.open(&authorization(false), 3600);
        let token = grants.issue_refresh_token(&first);
        assert!(!grants.revoke(&token, "other"));
        assert!(grants.revoke(&token, "client"));
        assert!(grants.refresh(&token, "client", NOW).is_err());
        assert!(!grants.live(&first.id) && grants.live(&second.id));
        assert!(grants.revoke("never issued", "client"));
        grants.revoke_all("sub");
        assert!(!grants.live(&second.id));
    }
}
