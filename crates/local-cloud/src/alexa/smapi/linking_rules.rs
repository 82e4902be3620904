//! What SMAPI accepts as account linking.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/account-linking-schemas.html>

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::errors::Violation;
use crate::is_loopback;

/// The members of `accountLinkingRequest`.
const MEMBERS: &[&str] = &[
    "type",
    "authorizationUrl",
    "domains",
    "clientId",
    "scopes",
    "accessTokenUrl",
    "clientSecret",
    "accessTokenScheme",
    "defaultTokenExpirationInSeconds",
    "reciprocalAccessTokenUrl",
    "redirectUrls",
    "authorizationUrlsByPlatform",
    "skipOnEnablement",
    "voiceForwardAccountLinking",
    "pkceConfiguration",
];
/// Members that are written and never answered.
const WRITE_ONLY: &[&str] = &[
    "clientSecret",
    "reciprocalAccessTokenUrl",
    "pkceConfiguration",
];
/// The most scopes, and the most domains.
const LIST_LIMIT: usize = 15;

/// The account linking of a skill.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct AccountLinking {
    /// How Alexa obtains tokens.
    pub(in crate::alexa) grant: Grant,
    /// Where a person signs in.
    pub(in crate::alexa) authorization_url: Url,
    /// Alexa's client id at the authorization server.
    pub(in crate::alexa) client_id: String,
    /// What Alexa asks for.
    pub(in crate::alexa) scopes: Vec<String>,
    /// Whether the skill can be enabled without linking.
    pub(in crate::alexa) skip_on_enablement: bool,
    /// The lifetime of an access token whose server names none, in seconds.
    pub(in crate::alexa) default_expiry_seconds: Option<u32>,
    /// As it is answered, without its envelope.
    pub(super) document: Value,
    /// Opaque; another one after each write.
    pub(super) etag: String,
}

/// The grant that Alexa uses.
#[derive(Debug, Clone)]
pub(in crate::alexa) enum Grant {
    /// An authorization code, exchanged by Alexa.
    Code {
        /// Where codes and refresh tokens are exchanged.
        token_url: Url,
        /// The secret of Alexa's client.
        client_secret: SecretString,
        /// How the client authenticates.
        scheme: Scheme,
    },
    /// An access token in the redirect, without a refresh token.
    Implicit,
}

/// How a client authenticates at the token endpoint (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::alexa) enum Scheme {
    /// In the `Authorization` header.
    Basic,
    /// In the body.
    Body,
}

/// What a valid request asks for.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) linking: AccountLinking,
    /// PKCE, if the request says anything about it.
    pub(super) pkce: Option<bool>,
}

/// Reads the body of a PUT.
pub(super) fn parse(body: &Map<String, Value>, etag: String) -> Result<Accepted, Vec<Violation>> {
    let Some(request) = body.get("accountLinkingRequest").and_then(Value::as_object) else {
        return Err(vec![Violation::empty_body()]);
    };
    let mut reader = Reader {
        request,
        found: Vec::new(),
    };
    for name in request.keys().filter(|name| !MEMBERS.contains(&&***name)) {
        reader.report(
            name,
            "UNEXPECTED_PROPERTY",
            "is not a property of account linking",
        );
    }
    let grant = reader.grant();
    let authorization_url = reader.url("authorizationUrl", true);
    let client_id = reader.text("clientId", true);
    let scopes = reader.list("scopes");
    reader.list("domains");
    reader.list("redirectUrls");
    reader.url("reciprocalAccessTokenUrl", false);
    reader.platforms();
    reader.one_of("voiceForwardAccountLinking", &["ENABLED", "DISABLED"]);
    let skip_on_enablement = reader.boolean("skipOnEnablement");
    let default_expiry_seconds = reader.seconds("defaultTokenExpirationInSeconds");
    let pkce = reader.pkce();

    match (grant, authorization_url, client_id) {
        (Some(grant), Some(authorization_url), Some(client_id)) if reader.found.is_empty() => {
            Ok(Accepted {
                linking: AccountLinking {
                    grant,
                    authorization_url,
                    client_id,
                    scopes,
                    skip_on_enablement: skip_on_enablement.unwrap_or(false),
                    default_expiry_seconds,
                    document: answered(request, skip_on_enablement),
                    etag,
                },
                pkce,
            })
        }
        _ => Err(reader.found),
    }
}

/// The document that a GET answers: nothing write-only, lists that were left out as empty ones.
fn answered(request: &Map<String, Value>, skip_on_enablement: Option<bool>) -> Value {
    let mut document: Map<String, Value> = request
        .iter()
        .filter(|(name, value)| !WRITE_ONLY.contains(&&***name) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for name in ["domains", "scopes"] {
        document.entry(name).or_insert_with(|| json!([]));
    }
    if let Some(skip) = skip_on_enablement {
        document.insert("skipOnEnablement".to_owned(), skip.into());
    }
    Value::Object(document)
}

/// Reads members and collects what is wrong with them.
struct Reader<'a> {
    request: &'a Map<String, Value>,
    found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, name: &str, code: &'static str, what: &str) {
        self.found.push(Violation::at(
            &format!("$.accountLinkingRequest.{name}"),
            code,
            format!("{name} {what}."),
        ));
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.request.get(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str, required: bool) -> Option<String> {
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

    fn url(&mut self, name: &str, required: bool) -> Option<Url> {
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

    fn one_of(&mut self, name: &str, allowed: &[&str]) -> Option<&'a str> {
        let value = self.get(name)?;
        let found = value.as_str().filter(|text| allowed.contains(text));
        if found.is_none() {
            let what = format!("is {value}; allowed are {}", allowed.join(" and "));
            self.report(name, "INVALID_ENUM_VALUE", &what);
        }
        found
    }

    fn list(&mut self, name: &str) -> Vec<String> {
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
    fn boolean(&mut self, name: &str) -> Option<bool> {
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

    fn seconds(&mut self, name: &str) -> Option<u32> {
        let value = self.get(name)?;
        let seconds = value.as_u64().and_then(|value| u32::try_from(value).ok());
        if seconds.is_none() {
            self.report(name, "INVALID_DATA_TYPE", "is not a number of seconds");
        }
        seconds
    }

    fn grant(&mut self) -> Option<Grant> {
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

    fn platforms(&mut self) {
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
    fn pkce(&mut self) -> Option<bool> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Value {
        json!({
            "type": "AUTH_CODE",
            "authorizationUrl": "https://example.com/oauth2/authorize",
            "accessTokenUrl": "http://localhost:1234/oauth2/token",
            "clientId": "client",
            "clientSecret": "hidden",
            "accessTokenScheme": "HTTP_BASIC",
            "scopes": ["openid", "email"],
        })
    }

    fn put(change: impl FnOnce(&mut Value)) -> Result<Accepted, Vec<String>> {
        let mut request = request();
        change(&mut request);
        let mut body = Map::new();
        body.insert("accountLinkingRequest".to_owned(), request);
        parse(&body, "etag".to_owned()).map_err(|violations| {
            violations
                .iter()
                .map(|violation| violation.message().to_owned())
                .collect()
        })
    }

    #[track_caller]
    fn refused(message: &str, change: impl FnOnce(&mut Value)) {
        assert_eq!(put(change).unwrap_err(), [message]);
    }

    #[test]
    fn the_secret_is_kept_and_never_answered() {
        let accepted = put(|request| request["skipOnEnablement"] = "true".into()).unwrap();
        assert_eq!(
            accepted.linking.document,
            json!({
                "type": "AUTH_CODE",
                "authorizationUrl": "https://example.com/oauth2/authorize",
                "accessTokenUrl": "http://localhost:1234/oauth2/token",
                "clientId": "client",
                "accessTokenScheme": "HTTP_BASIC",
                "scopes": ["openid", "email"],
                "skipOnEnablement": true,
                "domains": [],
            })
        );
        assert!(!format!("{accepted:?}").contains("hidden"));
        assert!(accepted.linking.skip_on_enablement);
        assert_eq!(accepted.pkce, None);
    }

    #[test]
    fn an_unwrapped_body_is_an_empty_one() {
        let Value::Object(body) = request() else {
            unreachable!()
        };
        let found = parse(&body, String::new()).unwrap_err();
        assert_eq!(found, [Violation::empty_body()]);
    }

    #[test]
    fn a_code_grant_needs_its_secret() {
        refused("clientSecret is missing.", |request| {
            request["clientSecret"] = Value::Null;
        });
        refused("accessTokenScheme is missing.", |request| {
            request["accessTokenScheme"] = Value::Null;
        });
        refused("accessTokenUrl is missing.", |request| {
            request["accessTokenUrl"] = Value::Null;
        });
    }

    #[test]
    fn an_implicit_grant_needs_none() {
        let accepted = put(|request| {
            *request = json!({
                "type": "IMPLICIT",
                "authorizationUrl": "https://example.com/authorize",
                "clientId": "client",
            });
        });
        assert!(matches!(accepted.unwrap().linking.grant, Grant::Implicit));
    }

    #[test]
    fn urls_are_https_unless_loopback() {
        for url in [
            "http://example.com/",
            "https://example.com:8443/",
            "ftp://localhost/",
        ] {
            let found = put(|request| request["authorizationUrl"] = url.into()).unwrap_err();
            assert!(found[0].contains("not an https URL"), "{found:?}");
        }
    }

    #[test]
    fn lists_are_limited() {
        refused("scopes has 16 items; at most 15 are allowed.", |request| {
            request["scopes"] = (0..16).map(|index| index.to_string()).collect();
        });
    }

    #[test]
    fn pkce_is_s256_or_nothing() {
        let with = |value: Value| put(|request| request["pkceConfiguration"] = value);
        assert_eq!(
            with(json!({ "status": "ENABLED" })).unwrap().pkce,
            Some(true)
        );
        assert_eq!(
            with(json!({ "status": "DISABLED" })).unwrap().pkce,
            Some(false)
        );
        assert!(with(json!({ "status": "ENABLED", "codeChallengeMethod": "plain" })).is_err());
    }

    #[test]
    fn an_unknown_property_is_refused() {
        refused(
            "clientsecret is not a property of account linking.",
            |request| {
                request["clientsecret"] = "x".into();
            },
        );
    }
}
