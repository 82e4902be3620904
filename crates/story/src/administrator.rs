//! Whoever makes accounts where people cannot make their own: somebody with the keys of the AWS
//! account.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::device::Device;
use crate::error::Problem;
use crate::http;
use crate::person::Person;

/// An administrator of one user pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// The region of the user pool.
    pub region: String,
    /// The user pool.
    pub user_pool_id: String,
}

impl Administrator {
    async fn call(
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
    async fn demanded(&self, device: &Device) -> Result<Vec<String>, Problem> {
        let described = self.call(device, "DescribeUserPool", json!({})).await?;
        let schema = described["UserPool"]["SchemaAttributes"].as_array();
        let required = schema.into_iter().flatten();
        let names = required
            .filter(|attribute| attribute["Required"] == true && attribute["Name"] != "sub")
            .filter_map(|attribute| attribute["Name"].as_str().map(str::to_owned));
        Ok(names.collect())
    }
}

impl Person {
    /// Has an account made, with a password that has to be replaced at once, and signs in.
    pub(super) async fn be_signed_up(
        &mut self,
        administrator: &Administrator,
        browser: &mut Browser,
        device: &Device,
        sign_in: Page,
    ) -> Result<Page, Problem> {
        let mut attributes = administrator.demanded(device).await?;
        let address = self.address();
        if !attributes.iter().any(|name| name == address) {
            attributes.push(address.to_owned());
        }
        let mut values = Vec::new();
        for name in &attributes {
            let value = self.answer(name).ok_or_else(|| {
                Problem::unexpected(
                    "a user pool that demands what the person knows",
                    format!("the attribute `{name}`"),
                    "let the story's person know an answer (story/person.rs)",
                )
            })?;
            values.push(json!({ "Name": name, "Value": value }));
        }
        values.push(json!({ "Name": format!("{address}_verified"), "Value": "true" }));
        let input = json!({
            "Username": self.sign_in_name(),
            "UserAttributes": values,
            "MessageAction": "SUPPRESS",
            "TemporaryPassword": self.password,
        });
        administrator.call(device, "AdminCreateUser", input).await?;
        self.has_temporary_password = true;
        self.go_on(browser, device, sign_in).await
    }
}
