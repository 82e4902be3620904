//! Attributes from the
//! [userInfo endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html).

use http::{StatusCode, Uri};
use models::profile::Profile;

use crate::http_client::{HttpClient, HttpError};
use crate::{ForeignToken, LinkProblem, ProviderError, StaleLink, VerifiedToken};

pub(crate) async fn fetch(
    http: &HttpClient,
    url: &Uri,
    token: &VerifiedToken,
) -> Result<Profile, LinkProblem> {
    let json = http
        .get(url, Some(token.token()))
        .await
        .map_err(|error| match error {
            // The token is good offline, so a refusal means that it was revoked since.
            HttpError::Status {
                status: StatusCode::UNAUTHORIZED,
                ..
            } => LinkProblem::Expired(StaleLink::Revoked),
            error => LinkProblem::ProviderUnavailable(ProviderError::Profile(error)),
        })?;
    let profile: Profile = serde_json::from_slice(&json).map_err(|error| {
        LinkProblem::ProviderUnavailable(ProviderError::Profile(HttpError::Unexpected {
            host: url.host().unwrap_or_default().to_owned(),
            line: error.line(),
            column: error.column(),
        }))
    })?;
    // OpenID Connect Core 1.0, 5.3.2: otherwise the answer must not be used.
    if profile.subject != token.subject() {
        return Err(LinkProblem::Foreign(ForeignToken::Subject));
    }
    Ok(profile)
}
