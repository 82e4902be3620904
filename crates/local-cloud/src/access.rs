//! What a program on this machine needs to use a stage: its addresses and its keys.

use aws_sigv4::http_request::{SignableBody, SignableRequest};
use reqwest::{Request, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::alexa::DEVELOPER_CLIENT_ID;
use crate::aws::protocol::signature;
use crate::keys::Keys;
use crate::{Urls, VENDOR_ID};

/// The addresses of a stage and the keys that open it. `cargo xtask local --json` prints it, and the
/// discovery file holds it; the keys live as long as the stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// Where the services listen.
    #[serde(flatten)]
    pub urls: Urls,
    /// The deployer's AWS key.
    pub access_key_id: String,
    /// The secret of that key.
    #[serde(serialize_with = "exposed")]
    pub secret_access_key: SecretString,
    /// The bearer token of the device listener: the device, the Alexa app, the consoles and the
    /// controls.
    #[serde(serialize_with = "exposed")]
    pub token: SecretString,
    /// The Amazon developer who owns the skills.
    pub vendor_id: String,
    /// The developer's security profile of Login with Amazon.
    pub lwa_client_id: String,
    /// The secret of that profile.
    #[serde(serialize_with = "exposed")]
    pub lwa_client_secret: SecretString,
    /// A refresh token of the developer.
    #[serde(serialize_with = "exposed")]
    pub lwa_refresh_token: SecretString,
    /// An access token of the developer for the Skill Management API, which lasts as long as the stage.
    #[serde(serialize_with = "exposed")]
    pub smapi_token: SecretString,
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl Access {
    pub(crate) fn new(urls: &Urls, keys: &Keys) -> Self {
        let (deployer, developer) = (keys.deployer(), keys.developer());
        Self {
            urls: urls.clone(),
            access_key_id: deployer.access_key_id.clone(),
            secret_access_key: deployer.secret_access_key.clone(),
            token: keys.token().clone(),
            vendor_id: VENDOR_ID.to_owned(),
            lwa_client_id: DEVELOPER_CLIENT_ID.to_owned(),
            lwa_client_secret: developer.client_secret.clone(),
            lwa_refresh_token: developer.refresh_token.clone(),
            smapi_token: developer.access_token.clone(),
        }
    }

    /// The address of the stage's page, which lets a browser in.
    pub fn page(&self) -> String {
        format!("{}?token={}", self.urls.device, self.token.expose_secret())
    }

    /// A request to the device listener that shows the stage's token.
    pub fn bearer(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token.expose_secret())
    }

    /// Signs a request to an AWS service (`SigV4`), for programs that speak to it without an SDK.
    ///
    /// A request that cannot be signed, because its body is a stream or a header is no text, stays as
    /// it is, and the stage refuses it.
    pub fn sign(&self, request: &mut Request, service: &str, region: &str) {
        let body = match request.body() {
            None => Some(&[][..]),
            Some(body) => body.as_bytes(),
        };
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect::<Option<Vec<_>>>();
        let (Some(body), Some(headers)) = (body, headers) else {
            return;
        };
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.url().as_str(),
            headers.into_iter(),
            SignableBody::Bytes(body),
        );
        let key = (
            self.access_key_id.as_str(),
            self.secret_access_key.expose_secret(),
        );
        let signed =
            signable.and_then(|signable| signature::headers_for(key, (service, region), signable));
        for (name, value) in signed.into_iter().flatten() {
            let name = http::HeaderName::try_from(name);
            if let (Ok(name), Ok(value)) = (name, value.try_into()) {
                request.headers_mut().insert(name, value);
            }
        }
    }
}
