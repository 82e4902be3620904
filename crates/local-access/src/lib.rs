//! What a program on this machine needs to use a stage: its addresses and its keys.

pub mod faults;
pub mod program;

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningError, SigningSettings,
    UriPathNormalizationMode, sign as signature_of,
};
use aws_sigv4::sign::v4;
use reqwest::{Request, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// The account that owns everything on a local stage.
pub const ACCOUNT_ID: &str = "000000000000";
/// The Amazon developer who owns every skill on a local stage.
pub const VENDOR_ID: &str = "MLOCALVENDOR01";

/// The name of the sign-in listener that stands for domains of the account's own; the prefixes of
/// Cognito's are at its address.
pub const CUSTOM_HOST: &str = "localhost";

/// The security profile of the developer on a local stage.
pub const DEVELOPER_CLIENT_ID: &str = "amzn1.application-oa2-client.local";
/// The folder of the AWS listener that stands for the host of updated issuers.
pub const UPDATED_ISSUERS: &str = "issuer-cognito-idp";

/// Where the services of a stage listen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Urls {
    /// Every AWS API, told apart by the request's signature.
    pub aws: Url,
    /// The Alexa Skill Management API and its upload store.
    pub smapi: Url,
    /// Login with Amazon.
    pub lwa: Url,
    /// The sign-in pages and OAuth endpoints of every user pool.
    pub sign_in: Url,
    /// The device, the Alexa app, the outbox and the clock.
    pub device: Url,
}

impl Urls {
    /// What stands for `https://pitangui.amazon.com`, `https://layla.amazon.com` and
    /// `https://alexa.amazon.co.jp`, in this order and without a trailing slash: the hosts that
    /// Alexa is redirected to when an account has been linked.
    pub fn redirect_bases(&self) -> [String; 3] {
        // `localhost` and not the address, because Cognito takes no other http callback URL.
        let port = self.device.port().unwrap_or_default();
        ["na", "eu", "fe"].map(|region| format!("http://localhost:{port}/{region}"))
    }

    /// What stands for `https://login.example.com` and every other sign-in domain that is no prefix
    /// of Cognito's own, without a trailing slash: another name of the same listener.
    pub fn custom_sign_in(&self) -> String {
        let port = self.sign_in.port().unwrap_or_default();
        format!("http://{CUSTOM_HOST}:{port}")
    }

    /// What stands for `https://issuer-cognito-idp.us-east-1.amazonaws.com`, the host of updated
    /// issuers in every region, without a trailing slash: a folder of the AWS listener.
    pub fn updated_issuers(&self) -> String {
        format!("{}{UPDATED_ISSUERS}", self.aws)
    }

    /// What answers which addresses a name has on the stage.
    pub fn resolver(&self) -> String {
        format!("{}resolve", self.device)
    }
}

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
    /// The AWS emulator that the stage works with, if it was started with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_emulator: Option<Url>,
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl Access {
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
        let secret = self.secret_access_key.expose_secret();
        sign(request, (&self.access_key_id, secret), service, region);
    }
}

/// Signs a request with an access key id and its secret, like [`Access::sign`].
pub fn sign(request: &mut Request, key: (&str, &str), service: &str, region: &str) {
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
    let signed = signable.and_then(|signable| headers_for(key, (service, region), signable));
    for (name, value) in signed.into_iter().flatten() {
        let name = http::HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, value.try_into()) {
            request.headers_mut().insert(name, value);
        }
    }
}

/// The headers that sign a request.
fn headers_for(
    (access_key_id, secret_access_key): (&str, &str),
    (service, region): (&str, &str),
    request: SignableRequest<'_>,
) -> Result<Vec<(String, String)>, SigningError> {
    let identity =
        Credentials::new(access_key_id, secret_access_key, None, None, "local stage").into();
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::now())
        .settings(settings)
        .build();
    // Every part is given above.
    let Ok(params) = params else {
        return Ok(Vec::new());
    };
    let (instructions, _) = signature_of(request, &params.into())?.into_parts();
    Ok(instructions
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
