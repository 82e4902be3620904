//! Secrets of the skill: read from Parameter Store or Secrets Manager when a handler first needs them, and kept for as
//! long as the function's process lives.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Method, Request};
use http_body_util::Full;
use models::environment::HOME_REGION;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use user_profile::{HttpClient, HttpError};

use crate::local_endpoint::local_endpoint;
use crate::problem::ServiceError;

/// The value of a secret. `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The value.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// Reads secrets, each once.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    kept: Mutex<BTreeMap<String, Secret>>,
}

impl Secrets {
    /// The secret that a variable of the function's environment names.
    pub(crate) async fn read(
        &self,
        http: &HttpClient,
        variable: &str,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Secret, ServiceError> {
        // Held while it is read, so that two look-ups are one call.
        let mut kept = self.kept.lock().await;
        if let Some(secret) = kept.get(variable) {
            return Ok(secret.clone());
        }
        let call = Call::of(variable, lookup)?;
        let secret = call.send(http, variable).await?;
        kept.insert(variable.to_owned(), secret.clone());
        Ok(secret)
    }
}

/// A call that reads one secret.
struct Call {
    url: String,
    service: &'static str,
    target: &'static str,
    region: String,
    input: Value,
    /// Where the answer has the value.
    pointer: &'static str,
    credentials: Credentials,
}

impl Call {
    fn of(variable: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ServiceError> {
        let text = |name: &str| {
            let set = lookup(name).filter(|text| !text.is_empty());
            set.ok_or_else(|| ServiceError::NotConfigured(name.to_owned()))
        };
        let place = text(variable)?;
        let credentials = Credentials::new(
            text("AWS_ACCESS_KEY_ID")?,
            text("AWS_SECRET_ACCESS_KEY")?,
            text("AWS_SESSION_TOKEN").ok(),
            None,
            "lambda",
        );
        let (service, target, region, input, pointer) = if place.starts_with("arn:") {
            let region = place.split(':').nth(3).unwrap_or_default().to_owned();
            let input = json!({ "SecretId": place });
            let target = "secretsmanager.GetSecretValue";
            ("secretsmanager", target, region, input, "/SecretString")
        } else {
            let input = json!({ "Name": place, "WithDecryption": true });
            let region = text(HOME_REGION.name)?;
            (
                "ssm",
                "AmazonSSM.GetParameter",
                region,
                input,
                "/Parameter/Value",
            )
        };
        Ok(Self {
            url: local_endpoint(lookup("AWS_ENDPOINT_URL"))
                .unwrap_or_else(|| format!("https://{service}.{region}.amazonaws.com")),
            service,
            target,
            region,
            input,
            pointer,
            credentials,
        })
    }

    async fn send(&self, http: &HttpClient, variable: &str) -> Result<Secret, ServiceError> {
        let host = self.url.split("://").nth(1).unwrap_or_default().to_owned();
        let unsent = |why: &dyn std::error::Error| ServiceError::Unsent(why.to_string());
        let request = self.signed().map_err(|error| unsent(&*error))?;
        let answer = http.send(&request).await.map_err(ServiceError::Http)?;
        let status = answer.status();
        // What the service says of a refusal names the parameter and the role, and no value.
        let document: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if !status.is_success() {
            let code = document["__type"].as_str().unwrap_or("no code");
            let code = code.rsplit('#').next().unwrap_or(code).to_owned();
            return Err(ServiceError::Refused {
                what: format!("the secret of {variable}"),
                code,
                message: document["message"]
                    .as_str()
                    .or(document["Message"].as_str())
                    .map(str::to_owned),
            });
        }
        let value = document.pointer(self.pointer).and_then(Value::as_str);
        let value = value.ok_or(ServiceError::Http(HttpError::Unexpected {
            host,
            line: 1,
            column: 1,
        }))?;
        Ok(Secret(value.to_owned().into()))
    }

    fn signed(&self) -> Result<Request<Full<bytes::Bytes>>, Box<dyn std::error::Error>> {
        let body = self.input.to_string();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/", self.url))
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", self.target)
            .body(Full::from(body.clone()))?;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = (request.headers().iter())
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let signable =
            SignableRequest::new("POST", uri, headers, SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        for (name, value) in instructions.headers() {
            let (name, value) = (HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<String> {
        let value = match name {
            "API_KEY" => "/guide/dev/backend-key",
            "OTHER" => "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf",
            "AWS_ACCESS_KEY_ID" => "ASIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY" => "key",
            "AWS_SESSION_TOKEN" => "token",
            "VOICELINK_HOME_REGION" => "eu-west-1",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_secret_is_read_where_it_is() {
        let call = Call::of("API_KEY", variable).unwrap();
        assert_eq!(call.url, "https://ssm.eu-west-1.amazonaws.com");
        assert_eq!(call.input["Name"], "/guide/dev/backend-key");
        let request = call.signed().unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(
            authorization.contains("/eu-west-1/ssm/aws4_request"),
            "{authorization}"
        );
        assert!(request.headers().contains_key("x-amz-security-token"));
        let call = Call::of("OTHER", variable).unwrap();
        assert_eq!(
            call.url,
            "https://secretsmanager.eu-central-1.amazonaws.com"
        );
        assert_eq!(call.target, "secretsmanager.GetSecretValue");
        let missing = Call::of("NOTHING", variable).err().unwrap();
        assert_eq!(missing.to_string(), "NOTHING is not set");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret("hunter2".to_owned().into());
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(secret.expose(), "hunter2");
    }
}
