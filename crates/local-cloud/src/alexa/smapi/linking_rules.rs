//! What SMAPI accepts as account linking.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/account-linking-schemas.html>

mod reader;

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use super::errors::Violation;
use super::structure;
use reader::Reader;

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
    if !body
        .get("accountLinkingRequest")
        .is_some_and(Value::is_object)
    {
        return Err(vec![Violation::empty_body()]);
    }
    let body = structure::without_nulls(Value::Object(body.clone()));
    let schema = facts::smapi::account_linking();
    let mut reader = Reader {
        request: &body["accountLinkingRequest"],
        found: structure::violations("$", schema, &body),
    };
    let grant = reader.grant();
    let authorization_url = reader.url("authorizationUrl");
    reader.url("reciprocalAccessTokenUrl");
    let skip_on_enablement = reader.boolean("skipOnEnablement");
    let default_expiry_seconds = reader.seconds("defaultTokenExpirationInSeconds");
    let pkce = reader.pkce();
    let request = reader.request;

    match (grant, authorization_url) {
        (Some(grant), Some(authorization_url)) if reader.found.is_empty() => Ok(Accepted {
            linking: AccountLinking {
                grant,
                authorization_url,
                client_id: request["clientId"].as_str().unwrap_or_default().to_owned(),
                scopes: reader.list("scopes"),
                skip_on_enablement: skip_on_enablement.unwrap_or(false),
                default_expiry_seconds,
                document: answered(request, skip_on_enablement),
                etag,
            },
            pkce,
        }),
        _ => Err(reader.found),
    }
}

/// The document that a GET answers: nothing write-only, lists that were left out as empty ones.
fn answered(request: &Value, skip_on_enablement: Option<bool>) -> Value {
    let members = request.as_object().into_iter().flatten();
    let mut document: Map<String, Value> = members
        .filter(|(name, _)| !WRITE_ONLY.contains(&&***name))
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
