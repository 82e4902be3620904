//! The directory that a user pool is.

use std::sync::Arc;

use models::profile::Profile;
use models::request::AccessToken;

use crate::cache::TokenCache;
#[cfg(feature = "get-user")]
use crate::get_user::GetUser;
use crate::http_client::HttpClient;
use crate::key_store::KeyStore;
use crate::settings::{Attributes, UserPool};
use crate::token::Unverified;
use crate::{Directory, LinkProblem, Pending, RequestTime, VerifiedToken, user_info};

/// An Amazon Cognito user pool. Making one does no I/O and costs nothing.
#[derive(Debug)]
pub(crate) struct Cognito {
    settings: UserPool,
    http: Arc<HttpClient>,
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
    pub(crate) fn new(settings: UserPool, http: HttpClient) -> Self {
        let http = Arc::new(http);
        Self {
            source: match &settings.attributes {
                Attributes::UserInfo(url) => Source::UserInfo(url.clone()),
                #[cfg(feature = "get-user")]
                Attributes::GetUser { endpoint, region } => {
                    Source::GetUser(GetUser::new(endpoint.clone(), region.clone(), http.clone()))
                }
            },
            settings,
            http,
            keys: KeyStore::default(),
            tokens: TokenCache::default(),
        }
    }

    async fn verify(
        &self,
        token: &AccessToken,
        now: RequestTime,
    ) -> Result<VerifiedToken, LinkProblem> {
        let checked = Unverified::parse(token)
            .map_err(LinkProblem::Foreign)?
            .check(&self.settings, now)?;
        let key = self
            .keys
            .get(checked.key_id(), &self.http, &self.settings.keys, now)
            .await?;
        checked.verify(&key).map_err(LinkProblem::Foreign)
    }

    async fn fetch(&self, token: &VerifiedToken) -> Result<Profile, LinkProblem> {
        match &self.source {
            Source::UserInfo(url) => user_info::fetch(&self.http, url, token).await,
            #[cfg(feature = "get-user")]
            Source::GetUser(get_user) => get_user.fetch(token).await,
        }
    }
}

impl Directory for Cognito {
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
