//! The directory that a user pool is.

use jiff::Timestamp;
use models::profile::Profile;
use models::request::AccessToken;

use crate::cache::TokenCache;
#[cfg(feature = "get-user")]
use crate::get_user::GetUser;
use crate::http_client::HttpClient;
use crate::key_store::KeyStore;
use crate::settings::Attributes;
use crate::token::Unverified;
use crate::{Directory, LinkProblem, Pending, Settings, VerifiedToken, user_info};

/// An Amazon Cognito user pool. Making one does no I/O and costs nothing.
#[derive(Debug)]
pub struct Cognito {
    settings: Settings,
    http: HttpClient,
    keys: KeyStore,
    tokens: TokenCache,
    source: Source,
}

/// Where attributes are read, ready to be asked.
#[derive(Debug)]
enum Source {
    UserInfo(http::Uri),
    #[cfg(feature = "get-user")]
    GetUser(GetUser),
}

impl Cognito {
    /// A user pool that nothing has been asked of yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            source: match &settings.attributes {
                Attributes::UserInfo(url) => Source::UserInfo(url.clone()),
                #[cfg(feature = "get-user")]
                Attributes::GetUser { endpoint, region } => {
                    Source::GetUser(GetUser::new(endpoint.clone(), region.clone()))
                }
            },
            settings,
            http: HttpClient::default(),
            keys: KeyStore::default(),
            tokens: TokenCache::default(),
        }
    }

    async fn verify(
        &self,
        token: &AccessToken,
        now: Timestamp,
    ) -> Result<VerifiedToken, LinkProblem> {
        if let Some(verified) = self.tokens.get(token, now) {
            return Ok(verified);
        }
        let checked = Unverified::parse(token)
            .map_err(LinkProblem::Foreign)?
            .check(&self.settings, now)?;
        let key = self
            .keys
            .get(checked.key_id(), &self.http, &self.settings.keys, now)
            .await?;
        let verified = checked.verify(&key).map_err(LinkProblem::Foreign)?;
        self.tokens.insert(verified.clone(), now);
        Ok(verified)
    }

    async fn look_up(&self, token: &VerifiedToken) -> Result<Profile, LinkProblem> {
        let cell = self.tokens.profile(token);
        let fetched = cell
            .get_or_try_init(async || match &self.source {
                Source::UserInfo(url) => user_info::fetch(&self.http, url, token).await,
                #[cfg(feature = "get-user")]
                Source::GetUser(get_user) => get_user.fetch(token).await,
            })
            .await;
        if matches!(fetched, Err(LinkProblem::Expired(_))) {
            self.tokens.remove(token.token());
        }
        fetched.cloned()
    }
}

impl Directory for Cognito {
    fn identify<'a>(
        &'a self,
        token: &'a AccessToken,
        now: Timestamp,
    ) -> Pending<'a, Result<VerifiedToken, LinkProblem>> {
        Box::pin(self.verify(token, now))
    }

    fn profile<'a>(
        &'a self,
        token: &'a VerifiedToken,
    ) -> Pending<'a, Result<Profile, LinkProblem>> {
        Box::pin(self.look_up(token))
    }

    fn forget(&self, token: &AccessToken) {
        self.tokens.remove(token);
    }
}
