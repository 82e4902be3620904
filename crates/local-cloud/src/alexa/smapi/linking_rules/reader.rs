//! Reading the members of `accountLinkingRequest`.

use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use super::{Grant, Scheme};
use crate::alexa::smapi::errors::Violation;
use crate::is_loopback;

/// The most scopes, and the most domains.
const LIST_LIMIT: usize = 15;

/// Reads members and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) request: &'a Map<String, Value>,
    pub(super) found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    /// Notes what is wrong with a member.
    pub(super) fn report(&mut self, name: &str, code: &'static str, what: &str) {
        self.found.push(Violation::at(
            &format!("$.accountLinkingRequest.{name}"),
            code,
            format!("{name} {what}."),
        ));
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.request.get(name).filter(|value| !value.is_null())
    }

    /// A string that is not empty.
    pub(super) fn text(&mut self, name: &str, required: bool) -> Option<String> {
        match self.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::String(_)) => {
                self.report(name, "INVALID_STRING_LENGTH", "is empty");
                None
            }
            Some(_) => {
                self.report(name, "INVALID_DATA_TYPE", "is not a string");
                None
            }
            None if required => {
                self.report(name, "MISSING_REQUIRED_PROPERTY", "is missing");
                None
            }
            None => None,
        }
    }

    /// A URL that Alexa would open.
    pub(super) fn url(&mut self, name: &str, required: bool) -> Option<Url> {
        let text = self.text(name, required)?;
        match Url::parse(&text) {
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

    /// One of these strings.
    pub(super) fn one_of(&mut self, name: &str, allowed: &[&str]) -> Option<&'a str> {
        let value = self.get(name)?;
        let found = value.as_str().filter(|text| allowed.contains(text));
        if found.is_none() {
            let what = format!("is {value}; allowed are {}", allowed.join(" and "));
            self.report(name, "INVALID_ENUM_VALUE", &what);
        }
        found
    }

    /// A list of strings.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.get(name) else {
            return Vec::new();
        };
        let items: Option<Vec<String>> = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        });
        let Some(items) = items else {
            self.report(name, "INVALID_DATA_TYPE", "is not a list of strings");
            return Vec::new();
        };
        if items.len() > LIST_LIMIT {
            let what = format!(
                "has {} items; at most {LIST_LIMIT} are allowed",
                items.len()
            );
            self.report(name, "INVALID_ARRAY_SIZE", &what);
        }
        items
    }

    /// Samples in the documentation send the string `"true"`.
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
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
        let value = self.get(name)?;
        let seconds = value.as_u64().and_then(|value| u32::try_from(value).ok());
        if seconds.is_none() {
            self.report(name, "INVALID_DATA_TYPE", "is not a number of seconds");
        }
        seconds
    }

    /// The grant, with what belongs to it.
    pub(super) fn grant(&mut self) -> Option<Grant> {
        if self.get("type").is_none() {
            self.report("type", "MISSING_REQUIRED_PROPERTY", "is missing");
        }
        if self.one_of("type", &["AUTH_CODE", "IMPLICIT"])? == "IMPLICIT" {
            return Some(Grant::Implicit);
        }
        let token_url = self.url("accessTokenUrl", true);
        let client_secret = self.text("clientSecret", true).map(SecretString::from);
        if self.get("accessTokenScheme").is_none() {
            self.report(
                "accessTokenScheme",
                "MISSING_REQUIRED_PROPERTY",
                "is missing",
            );
        }
        let scheme = self.one_of(
            "accessTokenScheme",
            &["HTTP_BASIC", "REQUEST_BODY_CREDENTIALS"],
        );
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

    /// `authorizationUrlsByPlatform`, which is only checked.
    pub(super) fn platforms(&mut self) {
        let name = "authorizationUrlsByPlatform";
        let Some(value) = self.get(name) else { return };
        let sound = value.as_array().is_some_and(|items| {
            items.iter().all(|item| {
                matches!(item["platformType"].as_str(), Some("iOS" | "Android"))
                    && item["platformAuthorizationUrl"].is_string()
            })
        });
        if !sound {
            self.report(
                name,
                "INVALID_DATA_TYPE",
                "is not a list of platformType (iOS or Android) and platformAuthorizationUrl",
            );
        }
    }

    /// Not in the published specification, yet accepted and answered:
    /// <https://developer.amazon.com/docs/account-linking/configure-authorization-code-grant.html>
    pub(super) fn pkce(&mut self) -> Option<bool> {
        let name = "pkceConfiguration";
        let value = self.get(name)?;
        let method = value.get("codeChallengeMethod");
        match value["status"].as_str() {
            Some("DISABLED") => Some(false),
            Some("ENABLED") if method.is_none_or(|method| method == "S256") => Some(true),
            Some("ENABLED") => {
                self.report(
                    name,
                    "INVALID_ENUM_VALUE",
                    "knows no codeChallengeMethod but S256",
                );
                None
            }
            _ => {
                self.report(
                    name,
                    "INVALID_ENUM_VALUE",
                    "has a status other than ENABLED and DISABLED",
                );
                None
            }
        }
    }
}

fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.port().is_none() || is_loopback(url),
        "http" => is_loopback(url),
        _ => false,
    }
}
