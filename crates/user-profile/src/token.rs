//! Access tokens of a user pool and their verification
//! ([access token](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html)).
//!
//! A token goes through three types: [`Unverified`] is parsed, [`Checked`] says the right things,
//! and only a [`VerifiedToken`] is signed. The cheap checks come first, so that a foreign or an
//! expired token never causes a request for keys; none of them can accept anything.
//!
//! There is one algorithm, and the format is three base64url parts, so this uses *ring* directly.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use models::request::AccessToken;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::keys::PublicKey;
use crate::settings::UserPool;
use crate::time::{Expiry, LEEWAY_SECONDS};
use crate::{ForeignToken, LinkProblem, RequestTime, StaleLink};

/// A token whose signature and claims have been verified.
#[derive(Clone)]
pub struct VerifiedToken {
    token: AccessToken,
    subject: String,
    scopes: Vec<String>,
    expiry: Expiry,
}

impl VerifiedToken {
    /// Who it is, for the pool: the one key under which to keep anything about this person.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The scopes that the user granted; none for a token in which nothing can be read.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The token, for a request to the provider.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// A token in which nothing can be read, as the provider itself describes it.
    pub(crate) fn opaque(token: AccessToken, subject: String, expiry: Expiry) -> Self {
        Self {
            token,
            subject,
            scopes: Vec::new(),
            expiry,
        }
    }

    /// A token that nobody has verified, for tests of what comes after verification.
    #[cfg(feature = "test-helpers")]
    pub fn unverified(token: AccessToken, subject: impl Into<String>) -> Self {
        Self::opaque(token, subject.into(), Expiry::at(i64::MAX))
    }

    /// The end of the token's life.
    pub(crate) fn expiry(&self) -> Expiry {
        self.expiry
    }
}

/// Leaves out the token and the subject.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("scopes", &self.scopes)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that a verifier must understand; this one understands none.
    #[serde(default, deserialize_with = "present")]
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    client_id: Option<String>,
    token_use: Option<String>,
    #[serde(default)]
    scope: String,
    exp: i64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    iat: Option<i64>,
}

impl Claims {
    /// Whether the token is dated in the future.
    fn is_early(&self, now: RequestTime) -> bool {
        let reached = now.latest_seconds().saturating_add(LEEWAY_SECONDS);
        [self.nbf, self.iat]
            .into_iter()
            .flatten()
            .any(|from| from > reached)
    }
}

/// A member that is not `null` where it is there: what a token says is not taken for unsaid.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A token that can be read.
pub(crate) struct Unverified<'a> {
    token: &'a AccessToken,
    header: Header,
    claims: Claims,
    signed: &'a str,
    signature: Vec<u8>,
}

/// A token whose claims are right, if it is authentic.
pub(crate) struct Checked<'a> {
    unverified: Unverified<'a>,
    key_id: String,
}

impl<'a> Unverified<'a> {
    pub(crate) fn parse(token: &'a AccessToken) -> Result<Self, ForeignToken> {
        let text = token.expose();
        let (signed, signature) = text.rsplit_once('.').ok_or(ForeignToken::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(ForeignToken::Malformed)?;
        let (header, claims): (Header, Claims) = (decode(header)?, decode(claims)?);
        // A subject is the key to what is kept about a person: without one, about everybody.
        if claims.sub.is_empty() {
            return Err(ForeignToken::Malformed);
        }
        Ok(Self {
            token,
            header,
            claims,
            signed,
            signature: BASE64_URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| ForeignToken::Malformed)?,
        })
    }

    /// Compares what the token says with what is expected.
    pub(crate) fn check(
        self,
        settings: &UserPool,
        now: RequestTime,
    ) -> Result<Checked<'a>, LinkProblem> {
        let foreign = |reason| Err(LinkProblem::Foreign(reason));
        if self.header.alg != "RS256" || self.header.crit.is_some() {
            return foreign(ForeignToken::Algorithm);
        }
        if self.claims.iss != settings.issuer {
            return foreign(ForeignToken::Issuer);
        }
        if self.claims.token_use.as_deref() != Some("access") {
            return foreign(ForeignToken::Use);
        }
        if self.claims.client_id.as_deref() != Some(settings.client_id.as_str()) {
            return foreign(ForeignToken::Client);
        }
        let Some(key_id) = self.header.kid.clone() else {
            return foreign(ForeignToken::UnknownKey);
        };
        if self.claims.is_early(now) {
            return foreign(ForeignToken::NotYetValid);
        }
        if !Expiry::at(self.claims.exp).is_ahead(now) {
            return Err(LinkProblem::Expired(StaleLink::PastExpiry));
        }
        let granted = |scope: &String| self.claims.scope.split(' ').any(|has| has == scope);
        if !settings.scopes.iter().all(granted) {
            return Err(LinkProblem::Expired(StaleLink::MissingScope));
        }
        Ok(Checked {
            unverified: self,
            key_id,
        })
    }
}

impl Checked<'_> {
    /// The key that is said to have signed the token.
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(crate) fn verify(self, key: &PublicKey) -> Result<VerifiedToken, ForeignToken> {
        let Unverified {
            token,
            claims,
            signed,
            signature,
            ..
        } = self.unverified;
        if !key.has_signed(signed.as_bytes(), &signature) {
            return Err(ForeignToken::Signature);
        }
        Ok(VerifiedToken {
            token: token.clone(),
            subject: claims.sub,
            scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
            expiry: Expiry::at(claims.exp),
        })
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, ForeignToken> {
    let json = BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| ForeignToken::Malformed)?;
    // A derived reader would take a list of the values as well.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(ForeignToken::Malformed);
    }
    serde_json::from_slice(&json).map_err(|_| ForeignToken::Malformed)
}

#[cfg(test)]
mod tests;
