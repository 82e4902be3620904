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
    let profile: Profile = http
        .get_json(url, Some(token.token()))
        .await
        .map_err(|error| match error {
            // The token is good offline, so a refusal means that it was revoked since.
            HttpError::Status {
                status: StatusCode::UNAUTHORIZED,
                ..
            } => LinkProblem::Expired(StaleLink::Revoked),
            error => LinkProblem::ProviderUnavailable(ProviderError::Profile(error)),
        })?;
    // OpenID Connect Core 1.0, 5.3.2: otherwise the answer must not be used.
    if profile.subject != token.subject() {
        return Err(LinkProblem::Foreign(ForeignToken::Subject));
    }
    Ok(profile)
}
