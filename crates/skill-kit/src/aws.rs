//! AWS from a handler: the configuration that clients of the AWS SDK are made with.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;

use models::environment::HOME_REGION;
use user_profile::{HttpClient, SdkHttp};

use crate::local_endpoint::local_endpoint;

/// Credentials of the function, the stage's home region, and the one HTTP client.
pub(crate) fn configuration(
    http: &Arc<HttpClient>,
    lookup: impl Fn(&str) -> Option<String>,
) -> SdkConfig {
    let text = |name: &str| lookup(name).filter(|text| !text.is_empty());
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(SdkHttp::new(http.clone()));
    config.set_region(
        text(HOME_REGION.name)
            .or(text("AWS_REGION"))
            .map(Region::new),
    );
    config.set_endpoint_url(local_endpoint(text("AWS_ENDPOINT_URL")));
    let keys = text("AWS_ACCESS_KEY_ID").zip(text("AWS_SECRET_ACCESS_KEY"));
    // Lambda gives a process keys that live longer than it does.
    config.set_credentials_provider(keys.map(|(id, secret)| {
        let keys = Credentials::new(id, secret, text("AWS_SESSION_TOKEN"), None, "lambda");
        SharedCredentialsProvider::new(keys)
    }));
    config.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_works_in_the_home_region_and_on_a_local_stage() {
        let http = Arc::default();
        let at = |variables: &[(&str, &str)]| {
            configuration(&http, |name| {
                let found = variables.iter().find(|(known, _)| *known == name)?;
                Some(found.1.to_owned())
            })
        };
        let region = |config: &SdkConfig| config.region().map(ToString::to_string);
        let home = ("VOICELINK_HOME_REGION", "eu-central-1");
        let config = at(&[("AWS_REGION", "eu-west-1"), home]);
        assert_eq!(region(&config).as_deref(), Some("eu-central-1"));
        assert_eq!(config.endpoint_url(), None);
        assert!(config.credentials_provider().is_none());
        let config = at(&[
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
        ]);
        assert_eq!(region(&config).as_deref(), Some("eu-west-1"));
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:4566"));
        assert!(config.credentials_provider().is_some());
    }
}
