//! AWS as the rollout sees it: clients by region, and the few things it does with each service.

pub mod bucket;
mod capture;
pub(crate) mod certificate;
pub(crate) mod cloudformation;
pub(crate) mod document;
pub mod identity;
pub(crate) mod members;
mod refusal;
mod retry;
mod sdk_http;
pub(crate) mod service_time;
pub(crate) mod signed;
pub mod stack;
mod xml;
pub(crate) mod zone;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_types::timeout::TimeoutConfig;
use secrecy::ExposeSecret;
use smapi::HttpClients;
use std::sync::Arc;
use std::time::Duration;

use infra::stack_file::Region;
use models::secure_url::SecureUrl;

use self::sdk_http::SdkHttp;
use crate::calls::CallCounter;
use crate::endpoints::{AwsEndpoint, Endpoints};
use crate::error::{Code, Error, chain};

/// Clients of one account, made by region. Clones share connections and credentials.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    counter: CallCounter,
    /// Where all services are that are not Amazon's.
    endpoint: Option<SecureUrl>,
    call_timeout: Duration,
    shared: signed::Shared,
}

/// A twelve-digit AWS account id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    /// Parses the id that STS answers with.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| Self(text.to_owned()))
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The configuration of a service's client. Each SDK crate has a builder type of its own, with the
/// same methods and no trait in common.
///
/// The endpoint is said to each, because a client by itself also follows variables such as
/// `AWS_ENDPOINT_URL_S3`, and credentials would follow them.
macro_rules! configured {
    ($aws:expr, $sdk:ident) => {{
        let mut config = $sdk::config::Builder::from(&$aws.config)
            .interceptor($aws.counter.clone())
            .retry_classifier(retry::RetryAfter);
        config.set_endpoint_url($aws.config.endpoint_url().map(str::to_owned));
        config
    }};
}

impl Aws {
    /// The HTTP clients of this rollout, for whatever else it asks.
    pub(crate) fn http(&self) -> &Arc<HttpClients> {
        &self.shared.clients
    }

    /// Loads configuration and credentials once, without a call to AWS unless the credentials
    /// themselves need one.
    pub async fn connect(
        endpoints: &Endpoints,
        home: &Region,
        counter: CallCounter,
    ) -> Result<Self, Error> {
        let region = aws_config::Region::new(home.as_str().to_owned());
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(endpoints.call_timeout)
            .build();
        let shared = signed::Shared::default();
        let http = SdkHttp::new(shared.clients.clone());
        match &endpoints.aws {
            AwsEndpoint::Default { profile } => {
                let mut loader = aws_config::defaults(BehaviorVersion::latest())
                    .region(region)
                    .timeout_config(timeouts)
                    .retry_config(retry::policy())
                    .http_client(http);
                if let Some(profile) = profile {
                    loader = loader.profile_name(profile);
                }
                let config = loader.load().await;
                refuse_override(&config)?;
                require_credentials(&config).await?;
                Ok(Self {
                    config,
                    counter,
                    endpoint: None,
                    call_timeout: endpoints.call_timeout,
                    shared,
                })
            }
            AwsEndpoint::Override {
                url,
                access_key_id,
                secret_access_key,
            } => {
                let credentials =
                    Credentials::from_keys(access_key_id, secret_access_key.expose_secret(), None);
                // Built by hand, not loaded: nothing of the caller's environment reaches a stage
                // that is not Amazon's.
                let builder = SdkConfig::builder()
                    .behavior_version(BehaviorVersion::latest())
                    .region(region)
                    .timeout_config(timeouts)
                    .retry_config(retry::policy())
                    .endpoint_url(url.as_url().as_str())
                    .credentials_provider(SharedCredentialsProvider::new(credentials))
                    .http_client(http);
                Ok(Self {
                    config: builder.build(),
                    counter,
                    endpoint: Some(url.clone()),
                    call_timeout: endpoints.call_timeout,
                    shared,
                })
            }
        }
    }

    /// Sends a request without a signature to where all services are, once. Any answer is one; without one, there are
    /// the URL and the reason.
    pub(crate) async fn reach(&self) -> Result<(), (String, String)> {
        let Some(url) = &self.endpoint else {
            return Ok(());
        };
        let url = url.as_url().clone();
        let failed = |cause: String| (url.to_string(), cause);
        let client = self.shared.clients.for_url(&url);
        let client = client.map_err(|error| failed(chain(&error)))?;
        let sent = client.get(url.clone()).timeout(self.call_timeout).send();
        let sent = sent
            .await
            .map_err(|error| failed(chain(&error.without_url())));
        sent.map(drop)
    }

    /// The account that the credentials belong to.
    pub async fn account(&self) -> Result<AccountId, Error> {
        let config = configured!(self, aws_sdk_sts);
        let identity = aws_sdk_sts::Client::from_conf(config.build())
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| Error::aws("cannot tell whose AWS credentials these are", &error))?;
        identity
            .account()
            .and_then(AccountId::parse)
            .ok_or_else(|| Error::new(Code::Aws, "STS answered without an account id"))
    }

    /// The host at which Amazon has a service in a region.
    /// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
    fn host(&self, service: &str, region: &str) -> String {
        let fips = if self.config.use_fips() == Some(true) {
            "-fips"
        } else {
            ""
        };
        format!("{service}{fips}.{region}.amazonaws.com")
    }

    /// What counts the calls.
    pub(crate) fn counter(&self) -> &CallCounter {
        &self.counter
    }

    pub(crate) fn cognito(&self, region: &Region) -> aws_sdk_cognitoidentityprovider::Client {
        let config = configured!(self, aws_sdk_cognitoidentityprovider).region(sdk_region(region));
        aws_sdk_cognitoidentityprovider::Client::from_conf(config.build())
    }
}

fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}

/// Credentials of the default chain are for AWS: they must not be sent where an environment
/// variable or a profile points to.
fn refuse_override(config: &SdkConfig) -> Result<(), Error> {
    match config.endpoint_url() {
        None => Ok(()),
        Some(url) => Err(Error::new(
            Code::Endpoint,
            format!("AWS calls would go to {url} and not to AWS"),
        )
        .hint("unset AWS_ENDPOINT_URL, and `endpoint_url` in the AWS profile")),
    }
}

async fn require_credentials(config: &SdkConfig) -> Result<(), Error> {
    let missing = |cause: String| {
        Error::new(Code::AwsCredentials, "no AWS credentials were found")
            .because(cause)
            .hint(
                "run `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY; `cargo xtask deploy local` needs none",
            )
    };
    let provider = config
        .credentials_provider()
        .ok_or_else(|| missing("the default credentials chain is empty".to_owned()))?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(error) => Err(missing(chain(&error))),
    }
}
