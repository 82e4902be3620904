//! Reading the members of `accountLinkingRequest` beyond their form.

use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::{Grant, Scheme};
use crate::alexa::smapi::errors::Violation;
use crate::base::loopback::is_loopback;

/// Reads members and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) request: &'a Value,
    pub(super) found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    /// Notes what is wrong with a member.
    fn report(&mut self, name: &str, code: &'static str, what: &str) {
        self.found.push(Violation::at(
            &format!("$.accountLinkingRequest.{name}"),
            code,
            format!("{name} {what}."),
        ));
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.request[name].as_str()
    }

    /// A member that only some grants need.
    fn needed(&mut self, name: &str) -> Option<&'a str> {
        let text = self.text(name);
        if self.request.get(name).is_none() {
            self.report(name, "MISSING_REQUIRED_PROPERTY", "is missing");
        }
        text
    }

    /// A URL that Alexa would open.
    pub(super) fn url(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        match Url::parse(text) {
            Err(_) => {
                self.report(name, "INVALID_URL", &format!("is not a URL: \"{text}\""));
                None
            }
            Ok(url) if is_secure(&url) => Some(url),
            Ok(_) => {
                let what = format!("is not an https URL on port 443: \"{text}\"");
                self.report(name, "INVALID_URL", &what);
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let items = self.request[name].as_array().into_iter().flatten();
        items
            .filter_map(|item| Some(item.as_str()?.to_owned()))
            .collect()
    }

    /// Samples in the documentation send the string `"true"`.
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.request.get(name)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => {
                self.report(name, "INVALID_DATA_TYPE", "is not a boolean");
                None
            }
        }
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, name: &str) -> Option<u32> {
        let value = self.request.get(name)?;
        let seconds = value.as_u64().and_then(|value| u32::try_from(value).ok());
        if seconds.is_none() {
            self.report(name, "INVALID_DATA_TYPE", "is not a number of seconds");
        }
        seconds
    }

    /// The grant, with what belongs to it.
    pub(super) fn grant(&mut self) -> Option<Grant> {
        if self.text("type")? == "IMPLICIT" {
            return Some(Grant::Implicit);
        }
        let token_url = self
            .needed("accessTokenUrl")
            .and_then(|_| self.url("accessTokenUrl"));
        let client_secret = self.needed("clientSecret").map(SecretString::from);
        let scheme = self.needed("accessTokenScheme");
        Some(Grant::Code {
            token_url: token_url?,
            client_secret: client_secret?,
            scheme: if scheme? == "HTTP_BASIC" {
                Scheme::Basic
            } else {
                Scheme::Body
            },
        })
    }

    /// Whether PKCE is on, if the request says anything about it.
    /// <https://developer.amazon.com/docs/account-linking/configure-authorization-code-grant.html>
    pub(super) fn pkce(&self) -> Option<bool> {
        let status = self.request["pkceConfiguration"]["status"].as_str()?;
        Some(status == "ENABLED")
    }
}

fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.port().is_none() || is_loopback(url),
        "http" => is_loopback(url),
        _ => false,
    }
}
