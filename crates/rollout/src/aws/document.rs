//! Configurations of Cognito as whole documents: also what this version of the SDK does not know
//! of, because whoever writes a configuration resets what they leave out.

use aws_sdk_cognitoidentityprovider::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Map, Value, json};

use infra::stack_file::Region;
use models::ids::{ClientId, UserPoolId};

use super::Aws;
use super::capture::Capture;
use super::identity::is_denied;
use super::members::Members;
use crate::error::Error;

/// The members of a configuration.
pub(crate) type Document = Map<String, Value>;

/// A user pool's configuration; `None` when there is no such pool.
pub(crate) async fn pool(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
) -> Result<Option<Document>, Error> {
    let capture = Capture::default();
    let answer = aws
        .cognito(region)
        .describe_user_pool()
        .user_pool_id(pool.as_str())
        .customize()
        .interceptor(capture.clone())
        .send()
        .await;
    match answer {
        Ok(_) => configuration(&capture, "UserPool", Members::of_pools()).map(Some),
        Err(error) if is_missing(error.code()) => Ok(None),
        Err(error) => Err(Error::aws(format!("cannot read user pool {pool}"), &error)),
    }
}

/// What came of reading something.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It is there.
    There(Document),
    /// Somebody has deleted it.
    Gone,
    /// Our credentials may not read it.
    Withheld,
}

impl Seen {
    /// What is there.
    pub(crate) fn there(self) -> Option<Document> {
        match self {
            Self::There(document) => Some(document),
            Self::Gone | Self::Withheld => None,
        }
    }
}

/// An app client's configuration, without its secret. Whoever may read it may read the secret too.
pub(crate) async fn client(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    client: &ClientId,
) -> Result<Seen, Error> {
    let capture = Capture::default();
    let answer = aws
        .cognito(region)
        .describe_user_pool_client()
        .user_pool_id(pool.as_str())
        .client_id(client.as_str())
        .customize()
        .interceptor(capture.clone())
        .send()
        .await;
    match answer {
        Ok(_) => configuration(&capture, "UserPoolClient", Members::of_clients()).map(Seen::There),
        Err(error) if is_missing(error.code()) => Ok(Seen::Gone),
        Err(error) if is_denied(error.code()) => Ok(Seen::Withheld),
        Err(error) => Err(Error::aws(
            format!("cannot read app client {client} of user pool {pool}"),
            &error,
        )),
    }
}

/// A sign-in domain's configuration; `None` when the pool does not have it.
pub(crate) async fn domain(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    domain: &str,
) -> Result<Option<Document>, Error> {
    let capture = Capture::default();
    aws.cognito(region)
        .describe_user_pool_domain()
        .domain(domain)
        .customize()
        .interceptor(capture.clone())
        .send()
        .await
        .map_err(|error| Error::aws(format!("cannot read sign-in domain {domain}"), &error))?;
    // A domain that does not exist is described as an empty one.
    let document = capture.member("DomainDescription")?;
    Ok((document.get("UserPoolId") == Some(&json!(pool))).then_some(document))
}

/// A resource server's configuration; `None` when the pool does not have it.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeResourceServer.html>
pub(crate) async fn resource_server(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
    identifier: &str,
) -> Result<Option<Document>, Error> {
    let capture = Capture::default();
    let answer = aws
        .cognito(region)
        .describe_resource_server()
        .user_pool_id(pool.as_str())
        .identifier(identifier)
        .customize()
        .interceptor(capture.clone())
        .send()
        .await;
    match answer {
        Ok(_) => capture.member("ResourceServer").map(Some),
        Err(error) if is_missing(error.code()) => Ok(None),
        Err(error) => Err(Error::aws(
            format!("cannot read resource server {identifier} of user pool {pool}"),
            &error,
        )),
    }
}

/// The second factors of a pool, by the names that CloudFormation has for them.
pub(crate) async fn factors(
    aws: &Aws,
    region: &Region,
    pool: &UserPoolId,
) -> Result<Vec<&'static str>, Error> {
    let answer = aws
        .cognito(region)
        .get_user_pool_mfa_config()
        .user_pool_id(pool.as_str())
        .send()
        .await
        .map_err(|error| {
            Error::aws(
                format!("cannot read the factors of user pool {pool}"),
                &error,
            )
        })?;
    let token = answer.software_token_mfa_configuration();
    let all = [
        ("EMAIL_OTP", answer.email_mfa_configuration().is_some()),
        ("SMS_MFA", answer.sms_mfa_configuration().is_some()),
        (
            "SOFTWARE_TOKEN_MFA",
            token.is_some_and(|token| token.enabled),
        ),
    ];
    Ok(all
        .into_iter()
        .filter(|(_, enabled)| *enabled)
        .map(|(name, _)| name)
        .collect())
}

/// Writes a pool's whole configuration.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html>
pub(crate) async fn write_pool(
    cognito: &Client,
    pool: &UserPoolId,
    mut document: Document,
) -> Result<(), Error> {
    if let Some(name) = document.remove("Name") {
        document.insert("PoolName".to_owned(), name);
    }
    // Two names for one value, of which the newer one has to be given alone.
    let policies = document.get("Policies").unwrap_or(&Value::Null);
    if policies["PasswordPolicy"]["TemporaryPasswordValidityDays"].is_number()
        && let Some(invitations) = document
            .get_mut("AdminCreateUserConfig")
            .and_then(Value::as_object_mut)
    {
        invitations.remove("UnusedAccountValidityDays");
    }
    // "Configuring custom ACR level names requires the Essentials or Plus feature plan."
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
    if document.get("UserPoolTier") == Some(&json!("LITE")) {
        document.remove("AcrConfiguration");
    }
    document.insert("UserPoolId".to_owned(), json!(pool));
    cognito
        .update_user_pool()
        .user_pool_id(pool.as_str())
        .customize()
        .mutate_request(move |request| put_body(request, &document))
        .send()
        .await
        .map(|_| ())
        .map_err(|error| Error::aws(format!("cannot write user pool {pool}"), &error))
}

/// Writes a client's whole configuration.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html>
pub(crate) async fn write_client(
    cognito: &Client,
    pool: &UserPoolId,
    client: &ClientId,
    mut document: Document,
) -> Result<(), Error> {
    document.insert("UserPoolId".to_owned(), json!(pool));
    document.insert("ClientId".to_owned(), json!(client));
    cognito
        .update_user_pool_client()
        .user_pool_id(pool.as_str())
        .client_id(client.as_str())
        .customize()
        .mutate_request(move |request| put_body(request, &document))
        .send()
        .await
        .map(|_| ())
        .map_err(|error| {
            Error::aws(
                format!("cannot write app client {client} of user pool {pool}"),
                &error,
            )
        })
}

/// The document in place of what the SDK would send, before it is signed.
fn put_body(request: &mut HttpRequest, document: &Document) {
    let body = Value::Object(document.clone()).to_string();
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

fn is_missing(code: Option<&str>) -> bool {
    code == Some("ResourceNotFoundException")
}

/// A member of an answer, without what is no configuration.
fn configuration(capture: &Capture, member: &str, members: &Members) -> Result<Document, Error> {
    let mut document = capture.member(member)?;
    document.retain(|name, _| !members.only_reads(name));
    Ok(document)
}
