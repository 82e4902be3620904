//! The door that handlers go through.

use std::pin::Pin;

use models::profile::Profile;
use models::request::AccessToken;

use crate::{LinkProblem, RequestTime, VerifiedToken};

/// A future behind a pointer, so that a [`Directory`] can be a trait object.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows whose an access token is, and about whom.
pub trait Directory: Send + Sync {
    /// Verifies a token for a request of `now`.
    fn identify<'a>(
        &'a self,
        token: &'a AccessToken,
        now: RequestTime,
    ) -> Pending<'a, Result<VerifiedToken, LinkProblem>>;

    /// Looks up the attributes of the token's owner.
    fn profile<'a>(&'a self, token: &'a VerifiedToken)
    -> Pending<'a, Result<Profile, LinkProblem>>;

    /// Forgets what was kept about a token: its link is gone.
    fn forget(&self, token: &AccessToken);
}
