//! Everything that can stand between a request and a profile.

use crate::http_client::HttpError;
use crate::keys::KeySetError;

/// Why there is no profile. The first four are the link's fault, and only they justify asking
/// the user to link again.
#[derive(Debug, thiserror::Error)]
pub enum LinkProblem {
    /// The request carried no token.
    #[error("no account is linked")]
    NotLinked,
    /// The request carried no token of the recognised speaker's.
    #[error("the recognised speaker has not linked an account of their own")]
    SpeakerNotLinked,
    /// The link was good once.
    #[error("the link is no longer good")]
    Expired(#[source] StaleLink),
    /// The token is not one that this skill's link produces.
    #[error("the access token is not this skill's")]
    Foreign(#[source] ForeignToken),
    /// Nothing is known about the link, because somebody else failed.
    #[error("the identity provider is unavailable")]
    ProviderUnavailable(#[source] ProviderError),
    /// Nothing is known about the link, because the answer is due.
    #[error("time ran out")]
    OutOfTime,
}

impl LinkProblem {
    /// A word for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotLinked => "not-linked",
            Self::SpeakerNotLinked => "speaker-not-linked",
            Self::Expired(_) => "link-expired",
            Self::Foreign(_) => "foreign-token",
            Self::ProviderUnavailable(_) => "provider-unavailable",
            Self::OutOfTime => "out-of-time",
        }
    }
}

/// Why a link that was good once is not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaleLink {
    /// Past the token's `exp`: Alexa could not refresh it, or did not in time.
    #[error("the access token has expired")]
    PastExpiry,
    /// The provider refuses a token that has not expired.
    #[error("the provider has revoked the access token")]
    Revoked,
    /// The token was granted before the skill asked for a scope that it now needs.
    #[error("the access token lacks a required scope")]
    MissingScope,
}

/// Why a token is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForeignToken {
    /// Not of the form of the provider's access tokens: for a user pool, a signed JWT with certain
    /// claims.
    #[error("it does not have the form of the provider's access tokens")]
    Malformed,
    /// Signed in a way that Cognito does not sign.
    #[error("its algorithm is not RS256")]
    Algorithm,
    /// From another user pool.
    #[error("its issuer is another one")]
    Issuer,
    /// From another app client.
    #[error("it was issued to another client")]
    Client,
    /// An ID token, for example.
    #[error("its token_use is not access")]
    Use,
    /// Dated in the future by its `nbf` or `iat`.
    #[error("it is dated in the future")]
    NotYetValid,
    /// The issuer has no such key.
    #[error("it is signed with a key that the issuer does not have")]
    UnknownKey,
    /// The signature does not fit.
    #[error("its signature is wrong")]
    Signature,
    /// The provider's answer is about somebody else.
    #[error("the provider's answer is about another subject")]
    Subject,
}

/// How a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The signing keys could not be fetched.
    #[error("its signing keys could not be fetched")]
    Keys(#[source] HttpError),
    /// The signing keys were fetched but are of no use.
    #[error("its signing keys could not be read")]
    KeySet(#[source] KeySetError),
    /// The signing keys could not be fetched a moment ago, and it is too soon to try again.
    #[error("its signing keys could not be fetched a moment ago")]
    KeysRecently,
    /// Whose token it is could not be asked.
    #[error("whose token it is could not be asked")]
    TokenInfo(#[source] HttpError),
    /// The profile could not be fetched.
    #[error("the profile could not be fetched")]
    Profile(#[source] HttpError),
    /// `GetUser` failed, with the code of Amazon's error if there was one.
    #[error("GetUser failed: {}", .0.as_deref().unwrap_or("no usable answer"))]
    GetUser(Option<String>),
    /// The function does not know its provider.
    #[error("the function is not configured for account linking")]
    NotConfigured,
}
