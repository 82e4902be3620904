//! The directory that Login with Amazon is.
//!
//! Its access tokens are opaque: nothing can be read from them, so Amazon is asked whose they
//! are, once per token. What a token is good for says
//! [tokeninfo](https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html);
//! only when its `aud` is this skill's client is the profile worth anything, because any other
//! client's token has one too.

use http::{StatusCode, Uri};
use models::profile::Profile;
use models::request::AccessToken;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cache::TokenCache;
use crate::http_client::{HttpClient, HttpError};
use crate::settings::Amazon;
use crate::time::Expiry;
use crate::{
    Directory, ForeignToken, LinkProblem, Pending, ProviderError, RequestTime, StaleLink,
    VerifiedToken,
};

/// How every access token begins, and how long it is at most, in bytes
/// ([access token](https://developer.amazon.com/docs/login-with-amazon/access-token.html)).
const PREFIX: &str = "Atza|";
const MAX_LENGTH: usize = 2_048;

/// Login with Amazon. Making one does no I/O and costs nothing.
#[derive(Debug)]
pub(crate) struct LoginWithAmazon {
    settings: Amazon,
    http: HttpClient,
    tokens: TokenCache,
}

/// What a token is good for.
#[derive(Deserialize)]
struct TokenInfo {
    aud: String,
    user_id: String,
    /// Seconds that are left.
    exp: i64,
}

#[derive(Deserialize)]
struct Customer {
    user_id: String,
    name: Option<String>,
    email: Option<String>,
}

impl LoginWithAmazon {
    pub(crate) fn new(settings: Amazon, http: HttpClient) -> Self {
        Self {
            settings,
            http,
            tokens: TokenCache::default(),
        }
    }

    async fn verify(
        &self,
        token: &AccessToken,
        now: RequestTime,
    ) -> Result<VerifiedToken, LinkProblem> {
        // A token of somebody else is not shown to Amazon.
        if !token.expose().starts_with(PREFIX) || token.expose().len() > MAX_LENGTH {
            return Err(LinkProblem::Foreign(ForeignToken::Malformed));
        }
        let url = self
            .settings
            .token_info(token)
            .ok_or(LinkProblem::Foreign(ForeignToken::Malformed))?;
        let info: TokenInfo = self.get(&url, None, ProviderError::TokenInfo).await?;
        if info.aud != self.settings.client_id.as_str() {
            return Err(LinkProblem::Foreign(ForeignToken::Client));
        }
        if info.exp <= 0 {
            return Err(LinkProblem::Expired(StaleLink::PastExpiry));
        }
        let expiry = Expiry::after(info.exp, now);
        Ok(VerifiedToken::opaque(token.clone(), info.user_id, expiry))
    }

    async fn fetch(&self, token: &VerifiedToken) -> Result<Profile, LinkProblem> {
        let url = &self.settings.profile;
        let customer: Customer = self
            .get(url, Some(token.token()), ProviderError::Profile)
            .await?;
        if customer.user_id != token.subject() {
            return Err(LinkProblem::Foreign(ForeignToken::Subject));
        }
        Ok(Profile {
            subject: customer.user_id,
            name: customer.name,
            email: customer.email,
            ..Profile::default()
        })
    }

    /// Asks Amazon, which refuses a token that has expired or was revoked with 400 or 401.
    async fn get<T: DeserializeOwned>(
        &self,
        url: &Uri,
        token: Option<&AccessToken>,
        failed: fn(HttpError) -> ProviderError,
    ) -> Result<T, LinkProblem> {
        let answer = self.http.get_json(url, token).await;
        answer.map_err(|error| match error {
            HttpError::Status {
                status: StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED,
                ..
            } => LinkProblem::Expired(StaleLink::Revoked),
            error => LinkProblem::ProviderUnavailable(failed(error)),
        })
    }
}

impl Directory for LoginWithAmazon {
    fn identify<'a>(
        &'a self,
        token: &'a AccessToken,
        now: RequestTime,
    ) -> Pending<'a, Result<VerifiedToken, LinkProblem>> {
        let verify = self.verify(token, now);
        Box::pin(self.tokens.identify(token, now, verify))
    }

    fn profile<'a>(
        &'a self,
        token: &'a VerifiedToken,
    ) -> Pending<'a, Result<Profile, LinkProblem>> {
        Box::pin(self.tokens.profile(token, self.fetch(token)))
    }

    fn forget(&self, token: &AccessToken) {
        self.tokens.remove(token);
    }
}
