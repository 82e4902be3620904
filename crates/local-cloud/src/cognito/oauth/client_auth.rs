//! How a client proves itself: HTTP Basic or parameters in the body (RFC 6749, section 2.3.1).

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::OAuthError;
use super::params::Params;
use crate::cognito::client::Client;

/// Who a request says it comes from.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) client_id: String,
    secret: Option<SecretString>,
}

impl Credentials {
    /// Reads both places; contradicting ones are refused.
    pub(super) fn read(headers: &HeaderMap, body: &Params) -> Result<Self, OAuthError> {
        let invalid = || OAuthError::new("invalid_request");
        let in_body = body.single("client_id").map_err(|_| invalid())?;
        let body_secret = body.single("client_secret").map_err(|_| invalid())?;
        let Some(authorization) = headers.get(header::AUTHORIZATION) else {
            return Ok(Self {
                client_id: in_body.ok_or_else(invalid)?.to_owned(),
                secret: body_secret.map(SecretString::from),
            });
        };
        if body_secret.is_some() {
            // One method per request.
            return Err(invalid());
        }
        let wrong = || OAuthError::new("invalid_client");
        let text = authorization.to_str().map_err(|_| wrong())?;
        let (scheme, encoded) = text.split_once(' ').ok_or_else(wrong)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(wrong());
        }
        let decoded = STANDARD.decode(encoded.trim()).map_err(|_| wrong())?;
        let decoded = String::from_utf8(decoded).map_err(|_| wrong())?;
        let (client_id, secret) = decoded.split_once(':').ok_or_else(wrong)?;
        let client_id = percent_decode(client_id);
        if in_body.is_some_and(|other| other != client_id) {
            return Err(wrong());
        }
        Ok(Self {
            client_id,
            secret: Some(SecretString::from(percent_decode(secret))),
        })
    }

    /// Whether the client is who it says: a secret is needed exactly where there is one.
    pub(super) fn prove(&self, client: &Client) -> Result<(), OAuthError> {
        let proven = match &self.secret {
            Some(secret) => client.knows_secret(secret.expose_secret()),
            None => !client.has_secret(),
        };
        if proven {
            Ok(())
        } else {
            Err(OAuthError::new("invalid_client"))
        }
    }
}

/// Both halves may be percent-encoded; a plus sign is a plus sign, since secrets contain it.
fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(authorization: Option<&str>, body: &str) -> Result<Credentials, OAuthError> {
        let mut headers = HeaderMap::new();
        if let Some(text) = authorization {
            headers.insert(header::AUTHORIZATION, text.parse().unwrap());
        }
        Credentials::read(&headers, &Params::parse(body))
    }

    #[test]
    fn both_methods_are_read_and_never_mixed() {
        let basic = format!("Basic {}", STANDARD.encode("guide:s3cret"));
        let credentials = read(Some(&basic), "client_id=guide").unwrap();
        assert_eq!(credentials.client_id, "guide");
        assert_eq!(credentials.secret.unwrap().expose_secret(), "s3cret");
        assert_eq!(read(None, "client_id=guide").unwrap().client_id, "guide");

        let error = |result: Result<Credentials, OAuthError>| result.unwrap_err().error;
        assert_eq!(
            error(read(Some(&basic), "client_id=other")),
            "invalid_client"
        );
        assert_eq!(
            error(read(Some(&basic), "client_secret=s3cret")),
            "invalid_request"
        );
        assert_eq!(error(read(Some("Bearer x"), "")), "invalid_client");
        assert_eq!(error(read(None, "")), "invalid_request");
        assert_eq!(
            error(read(None, "client_id=a&client_id=a")),
            "invalid_request"
        );
    }
}
