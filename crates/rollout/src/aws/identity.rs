//! What the rollout reads from Cognito.

use secrecy::SecretString;

use infra::stack_file::Region;
use models::ids::{ClientId, UserPoolId};

use super::Aws;
use crate::error::{Code, Error};

/// The secret of an app client, which goes from here to Alexa and nowhere else.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html>
pub async fn client_secret(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    client: &ClientId,
) -> Result<SecretString, Error> {
    let answer = aws
        .cognito(region)
        .describe_user_pool_client()
        .user_pool_id(pool.as_str())
        .client_id(client.as_str())
        .send()
        .await
        .map_err(|error| {
            Error::aws(
                format!("cannot read app client {client} of user pool {pool}"),
                &error,
            )
        })?;
    answer
        .user_pool_client
        .and_then(|client| client.client_secret)
        .map(SecretString::from)
        .ok_or_else(|| {
            Error::new(
                Code::Aws,
                format!("app client {client} of user pool {pool} has no secret"),
            )
            .hint(
                "Alexa's account linking needs a client with a secret; was it made by this stack?",
            )
        })
}
