//! Whoever makes accounts where people cannot make their own: somebody with the keys of the AWS
//! account.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::device::Device;
use crate::error::Problem;
use crate::http;

/// An administrator of one user pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// The region of the user pool.
    pub region: String,
    /// The user pool.
    pub user_pool_id: String,
}

impl Administrator {
    pub(crate) async fn call(
        &self,
        device: &Device,
        operation: &str,
        mut input: Value,
    ) -> Result<Value, Problem> {
        input["UserPoolId"] = json!(self.user_pool_id);
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let url = &device.access.urls.aws;
        let request = device
            .client
            .post(url.clone())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(input.to_string())
            .build();
        let mut request = request.map_err(|source| Problem::unreachable(url, source))?;
        device
            .access
            .sign(&mut request, "cognito-idp", &self.region);
        let request = RequestBuilder::from_parts(device.client.clone(), request);
        http::json(request, url).await
    }

    /// What the pool demands of everybody, without `sub`.
    pub(crate) async fn demanded(&self, device: &Device) -> Result<Vec<String>, Problem> {
        let described = self.call(device, "DescribeUserPool", json!({})).await?;
        let schema = described["UserPool"]["SchemaAttributes"].as_array();
        let required = schema.into_iter().flatten();
        let names = required
            .filter(|attribute| attribute["Required"] == true && attribute["Name"] != "sub")
            .filter_map(|attribute| attribute["Name"].as_str().map(str::to_owned));
        Ok(names.collect())
    }
}
