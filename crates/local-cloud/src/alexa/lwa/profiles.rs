//! Security profiles: what a developer makes in the console of Login with Amazon, so that people can
//! be asked to sign in to something of theirs.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/register-web.html>

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use indexmap::IndexMap;
use local_access::DEVELOPER_CLIENT_ID;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::alexa::Alexa;
use crate::alexa::state::opaque;
use crate::base::guard::{Caller, Door};
use crate::base::loopback::is_loopback;
use crate::base::secret::same;

/// What a client may ask customers for
/// ([scopes](https://developer.amazon.com/docs/login-with-amazon/customer-profile.html)).
pub(super) const CUSTOMER_SCOPES: [&str; 3] = ["profile", "profile:user_id", "postal_code"];

/// What the developer's own client may ask for
/// ([scopes of SMAPI](https://developer.amazon.com/docs/alexa/smapi/get-access-token-smapi.html)).
const DEVELOPER_SCOPES: [&str; 6] = [
    "alexa::ask:skills:readwrite",
    "alexa::ask:models:readwrite",
    "alexa::ask:skills:test",
    "alexa::ask:catalogs:read",
    "alexa::ask:catalogs:readwrite",
    "profile",
];

/// A scope on the consent page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
}

impl Asked<'_> {
    /// What is given with it, in the words of the pages named above.
    pub(super) fn words(self) -> &'static str {
        match self.name {
            "profile" => "Your name, your e-mail address and your user id",
            "profile:user_id" => "Your user id",
            "postal_code" => "The postal code of your primary shipping address",
            "alexa::ask:skills:readwrite" => "To see and change your Alexa skills",
            "alexa::ask:models:readwrite" => {
                "To see and change the interaction models of your skills"
            }
            "alexa::ask:skills:test" => "To test your Alexa skills",
            "alexa::ask:catalogs:read" => "To see your catalogs",
            "alexa::ask:catalogs:readwrite" => "To see and change your catalogs",
            _ => "Something that this page does not know",
        }
    }
}

/// The path of the allowed return URLs of the developer's own profile, on any loopback port.
const RETURN_PATH: &str = "/cb";

/// One security profile, with its client.
#[derive(Debug, Clone)]
pub(super) struct SecurityProfile {
    /// What customers are told that they allow.
    pub(super) name: String,
    pub(super) client_id: String,
    client_secret: SecretString,
    return_urls: Vec<Url>,
}

/// The security profiles of a stage: the developer's own, and those that were made, by their names.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Profiles {
    /// The secret of the developer's own.
    pub(in crate::alexa) developer: SecretString,
    made: IndexMap<String, SecurityProfile>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Client {
    /// The developer of the stage, who is signed in already. The secret is that of their profile.
    Developer(SecretString),
    /// What a security profile is for, on behalf of a customer.
    Profile(SecurityProfile),
}

impl Profiles {
    /// The client of an id, if there is one.
    pub(super) fn client(&self, id: &str) -> Option<Client> {
        if id == DEVELOPER_CLIENT_ID {
            return Some(Client::Developer(self.developer.clone()));
        }
        let mut profiles = self.made.values();
        let profile = profiles.find(|profile| profile.client_id == id)?;
        Some(Client::Profile(profile.clone()))
    }

    /// Makes a profile, or changes the return URLs of the one that is there.
    fn put(&mut self, name: &str, return_urls: Vec<Url>) -> &SecurityProfile {
        let new = || SecurityProfile {
            name: name.to_owned(),
            client_id: format!("amzn1.application-oa2-client.{}", opaque()),
            client_secret: format!("amzn1.oa2-cs.v1.{}{}", opaque(), opaque()).into(),
            return_urls: Vec::new(),
        };
        let profile = self.made.entry(name.to_owned()).or_insert_with(new);
        profile.return_urls = return_urls;
        profile
    }
}

impl Client {
    /// Whether the secret is that of the client.
    pub(super) fn has_secret(&self, secret: &str) -> bool {
        match self {
            Self::Developer(own) => same(own.expose_secret(), secret),
            Self::Profile(profile) => same(profile.client_secret.expose_secret(), secret),
        }
    }

    /// Whether a browser may be sent back there.
    pub(super) fn allows(&self, url: &Url) -> bool {
        match self {
            Self::Developer(_) => {
                url.scheme() == "http"
                    && is_loopback(url)
                    && url.path() == RETURN_PATH
                    && url.query().is_none()
                    && url.fragment().is_none()
            }
            Self::Profile(profile) => profile.return_urls.contains(url),
        }
    }

    /// What may be asked for.
    pub(super) fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Developer(_) => &DEVELOPER_SCOPES,
            Self::Profile(_) => &CUSTOMER_SCOPES,
        }
    }
}

/// The console, beside that of Alexa.
pub(in crate::alexa) fn console_doors(alexa: &Alexa) -> Vec<Door> {
    Door::all(
        alexa,
        [
            Door::get("/console/security-profiles", Caller::StageToken, list),
            Door::put(
                "/console/security-profiles/{name}",
                Caller::StageToken,
                save,
            ),
        ],
    )
}

fn describe(profile: &SecurityProfile) -> Value {
    json!({
        "name": profile.name,
        "clientId": profile.client_id,
        // Behind “Show Secret”, for whoever the profile belongs to.
        "clientSecret": profile.client_secret.expose_secret(),
        "returnUrls": profile.return_urls,
    })
}

async fn list(State(alexa): State<Alexa>) -> Json<Value> {
    let state = alexa.state();
    let profiles: Value = state.amazon.profiles.made.values().map(describe).collect();
    Json(json!({ "securityProfiles": profiles }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WebSettings {
    return_urls: Vec<String>,
}

async fn save(
    State(alexa): State<Alexa>,
    Path(name): Path<String>,
    Json(settings): Json<WebSettings>,
) -> Response {
    let urls: Result<Vec<Url>, String> = settings.return_urls.iter().map(return_url).collect();
    match urls {
        Ok(urls) => Json(describe(alexa.state().amazon.profiles.put(&name, urls))).into_response(),
        Err(problem) => {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": problem }))).into_response()
        }
    }
}

/// A return URL that the console takes.
fn return_url(text: &String) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{text} is not a URL: {error}."))?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if secure && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(format!("{text} is not an https URL without a fragment."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_words() {
        for name in CUSTOMER_SCOPES.into_iter().chain(DEVELOPER_SCOPES) {
            let words = Asked { name }.words();
            assert!(!words.contains("does not know"), "{name}");
        }
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_profile_keeps_its_client_when_its_return_urls_change() {
        let mut profiles = Profiles::default();
        let first = "https://layla.amazon.com/api/skill/link/M1";
        let before = profiles.put("guide", vec![url(first)]).client_id.clone();
        let client = profiles.client(&before).unwrap();
        assert!(client.allows(&url(first)));
        for other in [
            "https://layla.amazon.com/api/skill/link/M2",
            "https://layla.amazon.com/api/skill/link/M1/",
            "https://layla.amazon.com/api/skill/link/M1?a=b",
            "http://127.0.0.1:9090/cb",
        ] {
            assert!(!client.allows(&url(other)), "{other}");
        }
        let second = "https://pitangui.amazon.com/api/skill/link/M1";
        let after = profiles.put("guide", vec![url(second)]);
        assert_eq!(after.client_id, before);
        let client = profiles.client(&before).unwrap();
        assert!(client.allows(&url(second)) && !client.allows(&url(first)));
        assert!(client.has_secret(&secret(&client)) && !client.has_secret("another"));
        assert!(profiles.client("amzn1.application-oa2-client.x").is_none());
    }

    fn secret(client: &Client) -> String {
        match client {
            Client::Profile(profile) => profile.client_secret.expose_secret().to_owned(),
            Client::Developer(secret) => secret.expose_secret().to_owned(),
        }
    }

    #[test]
    fn the_console_takes_https_and_this_machine() {
        for good in ["https://example.com/a", "http://localhost:1/na/api"] {
            assert!(return_url(&good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["http://example.com/a", "https://example.com/#a", "no url"] {
            assert!(return_url(&bad.to_owned()).is_err(), "{bad}");
        }
    }
}
