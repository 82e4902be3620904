//! Issuing tokens, and recognising the access tokens that come back.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use local_access::Urls;
use serde_json::{Value, json};

use crate::aws::Shared;
use crate::base::random;
use crate::cognito::claims::{self, Verified};
use crate::cognito::client::Client;
use crate::cognito::grants::TokenSession;
use crate::cognito::jwt::{self, Unverified};
use crate::cognito::keys::{KeyError, PoolKeys, Purpose};
use crate::cognito::pool::Pool;
use crate::cognito::settings::IssuerType;
use crate::cognito::state::State;
use crate::cognito::users::User;

/// The scope that lets a token call the operations of its own user.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The issuer of a pool's tokens: the stage's AWS address in place of `cognito-idp.{region}`, and a
/// folder of it in place of `issuer-cognito-idp.{region}`.
pub(crate) fn issuer(urls: &Urls, pool: &Pool) -> String {
    let id = &pool.id;
    match pool.settings.issuer_configuration.r#type {
        IssuerType::Original => format!("{}/{id}", urls.aws.as_str().trim_end_matches('/')),
        IssuerType::Updated => format!("{}/{id}", urls.updated_issuers()),
    }
}

/// Tokens whose claims are settled and that only wait for their signatures.
#[derive(Debug)]
pub(crate) struct Draft {
    keys: Arc<PoolKeys>,
    access: Value,
    /// None without the scope `openid`.
    id: Option<Value>,
    pub(crate) expires_in: i64,
}

/// Signed tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: Option<String>,
    pub(crate) expires_in: i64,
}

impl Draft {
    /// Settles the claims of a session's next tokens.
    pub(crate) fn new(
        pool: &Pool,
        client: &Client,
        user: &User,
        session: &TokenSession,
        nonce: Option<&str>,
        shared: &Shared,
    ) -> Self {
        let issued = shared.clock.now().as_second();
        let issuer = issuer(&shared.urls, pool);
        let auth_time = session.auth_time.as_second();
        let lives = client.settings.lifetimes.access_seconds();
        let mut access = json!({
            "sub": user.sub(),
            "iss": issuer,
            "version": 2,
            "client_id": client.id,
            "origin_jti": session.id,
            "token_use": "access",
            "scope": session.scopes.join(" "),
            "auth_time": auth_time,
            "exp": issued + lives,
            "iat": issued,
            "jti": random::uuid(),
            "username": user.username,
        });
        if let Some(resource) = &session.resource {
            access["aud"] = json!(resource);
        }
        let openid = session.scopes.iter().any(|scope| scope == "openid");
        let id = openid.then(|| {
            let shown =
                claims::attributes(user, &session.scopes, &client.settings, Verified::Boolean);
            let mut id = Value::Object(shown);
            id["iss"] = json!(issuer);
            id["aud"] = json!(client.id);
            id["token_use"] = json!("id");
            id["cognito:username"] = json!(user.username);
            id["origin_jti"] = json!(session.id);
            id["auth_time"] = json!(auth_time);
            id["exp"] = json!(issued + client.settings.lifetimes.id_seconds());
            id["iat"] = json!(issued);
            id["jti"] = json!(random::uuid());
            if let Some(nonce) = nonce {
                id["nonce"] = json!(nonce);
            }
            id
        });
        Self {
            keys: Arc::clone(&pool.keys),
            access,
            id,
            expires_in: lives,
        }
    }

    /// Signs them, waiting for the pool's keys if these are still being made.
    pub(crate) async fn sign(self) -> Result<Tokens, KeyError> {
        let access = jwt::sign(&self.access, self.keys.get(Purpose::Access).await?.as_ref())?;
        let id = match self.id {
            None => None,
            Some(mut id) => {
                id["at_hash"] = json!(left_half(&access));
                Some(jwt::sign(&id, self.keys.get(Purpose::Id).await?.as_ref())?)
            }
        };
        Ok(Tokens {
            access,
            id,
            expires_in: self.expires_in,
        })
    }
}

/// `at_hash` (`OpenID Connect` Core, section 3.1.3.6).
fn left_half(access: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, access.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16])
}

/// An access token that Cognito honours.
#[derive(Debug)]
pub(crate) struct Access<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) client: &'a Client,
    pub(crate) user: &'a User,
    pub(crate) scopes: Vec<String>,
}

/// Why an access token is not honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejected {
    Invalid,
    Expired,
    Revoked,
    Disabled,
}

impl Access<'_> {
    pub(crate) fn has_scope(&self, wanted: &str) -> bool {
        self.scopes.iter().any(|scope| scope == wanted)
    }
}

/// Checks an access token as the service itself does: signature, expiry and revocation.
pub(crate) fn recognise<'a>(
    state: &'a State,
    token: &str,
    now: Timestamp,
) -> Result<Access<'a>, Rejected> {
    let token = Unverified::parse(token).ok_or(Rejected::Invalid)?;
    let pool_id = token.issuer().and_then(|issuer| issuer.rsplit('/').next());
    let pool = pool_id
        .and_then(|id| state.pools.get(id))
        .ok_or(Rejected::Invalid)?;
    let claims = pool
        .keys
        .existing(Purpose::Access)
        .and_then(|key| token.verify(key))
        .ok_or(Rejected::Invalid)?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("token_use") != "access" {
        return Err(Rejected::Invalid);
    }
    if now.as_second() >= claims["exp"].as_i64().unwrap_or_default() {
        return Err(Rejected::Expired);
    }
    let client = pool
        .clients
        .get(text("client_id"))
        .ok_or(Rejected::Invalid)?;
    if !pool.grants.live(text("origin_jti")) {
        return Err(Rejected::Revoked);
    }
    let user = pool
        .users
        .find(&pool.settings, text("sub"))
        .ok_or(Rejected::Invalid)?;
    if !user.enabled {
        return Err(Rejected::Disabled);
    }
    let scopes = text("scope").split(' ').map(str::to_owned).collect();
    Ok(Access {
        pool,
        client,
        user,
        scopes,
    })
}
