//! What SMAPI accepts as account linking.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/account-linking-schemas.html>

mod reader;

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::errors::Violation;
use reader::Reader;

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

#[cfg(test)]
mod tests;
