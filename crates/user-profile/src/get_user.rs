//! Attributes from
//! [`GetUser`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html),
//! through the AWS SDK.
//!
//! The call is authorised by the user's token alone, so the client has neither credentials nor
//! the loading of a configuration, and it is built with the first call. It sends through the
//! client that has fetched the keys: with an issuer of the original form they come from the same
//! host, so that one handshake does.

use std::sync::{Arc, OnceLock};

use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Region};
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cognitoidentityprovider::operation::get_user::{GetUserError, GetUserOutput};
use aws_sdk_cognitoidentityprovider::{Client, Config};
use models::profile::Profile;
use models::secure_url::SecureUrl;
use serde_json::{Map, Value};

use crate::http_client::HttpClient;
use crate::sdk_http::SdkHttp;
use crate::{ForeignToken, LinkProblem, ProviderError, StaleLink, VerifiedToken};

/// Asks `GetUser` of one region.
#[derive(Debug)]
pub(crate) struct GetUser {
    endpoint: SecureUrl,
    region: String,
    http: Arc<HttpClient>,
    client: OnceLock<Client>,
}

impl GetUser {
    pub(crate) fn new(endpoint: SecureUrl, region: String, http: Arc<HttpClient>) -> Self {
        Self {
            endpoint,
            region,
            http,
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(self.region.clone()))
                .endpoint_url(self.endpoint.as_str())
                .http_client(SdkHttp::new(self.http.clone()))
                .allow_no_auth()
                .build();
            Client::from_conf(config)
        })
    }

    pub(crate) async fn fetch(&self, token: &VerifiedToken) -> Result<Profile, LinkProblem> {
        let user = self
            .client()
            .get_user()
            .access_token(token.token().expose())
            .send()
            .await
            .map_err(|error| problem(&error))?;
        let profile = profile(&user).ok_or(LinkProblem::ProviderUnavailable(
            ProviderError::GetUser(None),
        ))?;
        if profile.subject != token.subject() {
            return Err(LinkProblem::Foreign(ForeignToken::Subject));
        }
        Ok(profile)
    }
}

/// What a failure says about the link. A token that is good offline and refused here was revoked
/// since, or its user is gone; only a code is kept, because a message may name the user.
fn problem(error: &SdkError<GetUserError>) -> LinkProblem {
    if let Some(
        GetUserError::NotAuthorizedException(_)
        | GetUserError::UserNotFoundException(_)
        | GetUserError::PasswordResetRequiredException(_)
        | GetUserError::UserNotConfirmedException(_),
    ) = error.as_service_error()
    {
        return LinkProblem::Expired(StaleLink::Revoked);
    }
    let code = (error.code())
        .filter(|code| is_error_name(code))
        .map(str::to_owned);
    LinkProblem::ProviderUnavailable(ProviderError::GetUser(code))
}

/// Whether a code is a name, such as `TooManyRequestsException`, and may be logged: whatever stands
/// before the API may answer in its place.
fn is_error_name(code: &str) -> bool {
    code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Reads a profile; `None` when the subject is missing.
fn profile(user: &GetUserOutput) -> Option<Profile> {
    let mut fields: Map<String, Value> = user
        .user_attributes()
        .iter()
        .filter_map(|attribute| Some((attribute.name().to_owned(), attribute.value()?.into())))
        .collect();
    fields.insert("username".to_owned(), user.username().into());
    serde_json::from_value(Value::Object(fields)).ok()
}
