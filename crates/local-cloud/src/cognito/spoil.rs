//! Access tokens that are of no use any more, for whoever wants to see what a skill makes of them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cognito::Cognito;
use crate::cognito::jwt::{self, Unverified};
use crate::cognito::keys::Purpose;
use crate::cognito::tokens::recognise;

/// How long ago an expired token expired, in seconds: more than the clock skew that a verifier
/// grants.
const EXPIRED_SINCE: i64 = 3600;
/// An app client that no pool of the stage has.
const ANOTHER_CLIENT: &str = "0another0client0elsewhere0";

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flaw {
    /// It expired an hour ago.
    Expired,
    /// The pool issued it to another app client.
    Foreign,
    /// It looks as good as ever, but its session was ended.
    Revoked,
}

impl Cognito {
    /// The token with a flaw; `None` if it is none that Cognito honours.
    pub(crate) fn spoil(&self, token: &str, flaw: Flaw) -> Option<String> {
        let now = self.shared.clock.now();
        let mut state = self.lock();
        let access = recognise(&state, token, now).ok()?;
        let key = access.pool.keys.existing(Purpose::Access)?;
        let mut claims = Unverified::parse(token)?.verify(key)?;
        match flaw {
            Flaw::Expired => {
                let shift = claims["exp"].as_i64()? - now.as_second() + EXPIRED_SINCE;
                for name in ["auth_time", "iat", "exp"] {
                    let moment = claims[name].as_i64()?;
                    claims[name] = Value::from(moment - shift);
                }
            }
            Flaw::Foreign => claims["client_id"] = json!(ANOTHER_CLIENT),
            Flaw::Revoked => {
                let pool = access.pool.id.clone();
                let session = claims["origin_jti"].as_str()?;
                state.pools.get_mut(&pool)?.grants.end(session);
                return Some(token.to_owned());
            }
        }
        jwt::sign(&claims, key).ok()
    }
}
