//! Identity providers: whose signed word roles may trust.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>

use std::collections::BTreeMap;

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};

use super::super::input::Input;
use crate::base::error::AwsError;

/// The account's providers by ARN; an account has one for an issuer.
#[derive(Debug, Default)]
pub(super) struct Providers(BTreeMap<String, Provider>);

#[derive(Debug)]
struct Provider {
    url: String,
    audiences: Vec<String>,
    tags: BTreeMap<String, String>,
}

impl Providers {
    pub(super) fn create(&mut self, input: Input<'_>) -> Result<Value, AwsError> {
        let url = input.required("Url")?;
        let Some(host) = url.strip_prefix("https://").filter(|host| !host.is_empty()) else {
            return Err(AwsError::bad_request(
                "ValidationError",
                "Invalid Open ID Connect Provider URL",
            ));
        };
        let arn = format!("arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{host}");
        if self.0.contains_key(&arn) {
            return Err(AwsError::new(
                409,
                "EntityAlreadyExists",
                format!("Provider with url {url} already exists."),
            ));
        }
        let audiences = input.texts("ClientIDList").into_iter().map(str::to_owned);
        let provider = Provider {
            url: host.to_owned(),
            audiences: audiences.collect(),
            tags: input.tags("Tags").into_iter().collect(),
        };
        self.0.insert(arn.clone(), provider);
        Ok(json!({ "OpenIDConnectProviderArn": arn }))
    }

    /// What takes an `OpenIDConnectProviderArn`.
    pub(super) fn call(&mut self, action: &str, input: Input<'_>) -> Result<Value, AwsError> {
        let arn = input.required("OpenIDConnectProviderArn")?;
        let gone = || {
            AwsError::new(
                404,
                "NoSuchEntity",
                format!("OpenIDConnect Provider not found for arn {arn}"),
            )
        };
        let provider = self.0.get_mut(arn).ok_or_else(gone)?;
        match action {
            "TagOpenIDConnectProvider" => {
                provider.tags.extend(input.tags("Tags"));
                Ok(json!({}))
            }
            "UntagOpenIDConnectProvider" => {
                let keys = input.texts("TagKeys");
                provider.tags.retain(|key, _| !keys.contains(&key.as_str()));
                Ok(json!({}))
            }
            "DeleteOpenIDConnectProvider" => {
                self.0.remove(arn);
                Ok(json!({}))
            }
            _ => {
                let tags = provider.tags.iter();
                let tags: Vec<Value> = tags
                    .map(|(key, value)| json!({ "Key": key, "Value": value }))
                    .collect();
                Ok(json!({
                    "Url": provider.url,
                    "ClientIDList": provider.audiences,
                    "Tags": tags,
                }))
            }
        }
    }
}
