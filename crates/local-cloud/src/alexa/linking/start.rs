//! Starting an account linking: the authorization request (RFC 6749, section 4.1.1).

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::SET_COOKIE;
use jiff::{SignedDuration, Timestamp};
use local_access::VENDOR_ID;
use secrecy::SecretString;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::Attempt;
use super::progress::Part;
use super::redirect::unknown_state;
use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, Voice};
use crate::alexa::region::Region;
use crate::alexa::smapi::linking_rules::{AccountLinking, Grant};
use crate::alexa::smapi::skill::PERSON_ID;
use crate::alexa::state::opaque;
use crate::base::loopback::is_loopback;

/// How long a person may take to sign in, in seconds.
const PATIENCE_SECONDS: i64 = 1800;

/// Why no account linking can be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::alexa) enum NotStarted {
    /// No such skill.
    #[error("There is no skill {0}.")]
    UnknownSkill(String),
    /// The skill has none.
    #[error("The skill {0} has no account linking; PUT its accountLinkingClient first.")]
    NoLinking(String),
    /// A grant that ends in the Alexa app itself.
    #[error("The skill {0} uses the implicit grant; the local stage only knows the code grant.")]
    Implicit(String),
    /// A personal profile, of a skill that does not ask who is speaking.
    #[error(
        "The skill {0} has no permission {permission}, so that Alexa links nobody's personal \
         profile to it; add it to the manifest, or link without a voice.",
        permission = PERSON_ID
    )]
    NotPersonalized(String),
}

impl Alexa {
    /// The address of [`sign_in`], at the host of an authorization URL, if that is one of the stage's own.
    pub(in crate::alexa) fn sign_in_door(&self, authorize_url: &Url) -> Option<Url> {
        let urls = &self.inner.shared.urls;
        let providers = [&urls.sign_in, &urls.lwa].map(Url::port);
        if !is_loopback(authorize_url) || !providers.contains(&authorize_url.port()) {
            return None;
        }
        let (_, state) = authorize_url
            .query_pairs()
            .find(|(name, _)| name == "state")?;
        let mut door = urls.device.join("/app/sign-in").ok()?;
        door.set_host(authorize_url.host_str()).ok()?;
        door.query_pairs_mut().append_pair("state", &state);
        Some(door)
    }

    /// The URL that the Alexa app would open in a browser, to link a voice's personal profile or the
    /// account that the home shares.
    pub(in crate::alexa) fn start_linking(
        &self,
        customer: &Customer,
        voice: Option<Voice>,
        skill_id: &str,
        region: Region,
    ) -> Result<Url, NotStarted> {
        let redirect_uri = self.redirect_uri(region);
        let now = self.now();
        let mut state = self.state();
        let skill = state
            .skill_of(customer, skill_id)
            .ok_or_else(|| NotStarted::UnknownSkill(skill_id.to_owned()))?;
        let linking = skill
            .linking
            .as_ref()
            .ok_or_else(|| NotStarted::NoLinking(skill_id.to_owned()))?;
        if matches!(linking.grant, Grant::Implicit) {
            return Err(NotStarted::Implicit(skill_id.to_owned()));
        }
        if voice.is_some() && !skill.is_personalized() {
            return Err(NotStarted::NotPersonalized(skill_id.to_owned()));
        }
        let verifier = (skill.pkce == Some(true)).then(|| format!("{}{}", opaque(), opaque()));
        let handle = format!("{}{}", opaque(), opaque());
        let url = authorize_url(
            linking,
            &redirect_uri,
            &handle,
            verifier.as_deref().map(challenge).as_deref(),
        );
        let attempt = Attempt {
            customer: customer.clone(),
            voice,
            skill_id: skill_id.to_owned(),
            region,
            redirect_uri,
            authorize_url: url.clone(),
            verifier: verifier.map(SecretString::from),
            expires_at: now
                .saturating_add(SignedDuration::from_secs(PATIENCE_SECONDS))
                .unwrap_or(Timestamp::MAX),
        };
        let whose = (customer, attempt.voice.as_ref());
        state.linkings.begin(&handle, skill_id, whose);
        state.attempts.insert(handle.clone(), attempt);
        drop(state);
        let scopes = url.query_pairs().find(|(name, _)| name == "scope");
        let asking =
            scopes.map_or_else(String::new, |(_, scopes)| format!(", asking for {scopes}"));
        let host = url.host_str().unwrap_or_default();
        let text = format!("the Alexa app opens {host}{}{asking}", url.path());
        self.note(&handle, Part::Authorize, text);
        Ok(url)
    }

    fn redirect_uri(&self, region: Region) -> String {
        let bases = self.inner.shared.urls.redirect_bases();
        let [na, eu, fe] = &bases;
        let base = match region {
            Region::Na => na,
            Region::Eu => eu,
            Region::Fe => fe,
        };
        format!("{base}/api/skill/link/{VENDOR_ID}")
    }
}

/// `GET /app/sign-in`: leads to where the person signs in, with the cookie that shows the stage's strip on the
/// pages of this host: those of a user pool are at `127.0.0.1` or at `localhost`.
pub(super) async fn sign_in(State(alexa): State<Alexa>, Query(begun): Query<Begun>) -> Response {
    let attempt = begun.state.unwrap_or_default();
    let url = alexa
        .state()
        .attempts
        .get(&attempt)
        .map(|attempt| attempt.authorize_url.clone());
    match url {
        Some(url) => {
            let cookie = alexa.inner.shared.keys.strip_cookie();
            ([(SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
        }
        None => unknown_state(),
    }
}

/// Names an account linking.
#[derive(Debug, Deserialize)]
pub(super) struct Begun {
    state: Option<String>,
}

/// Alexa adds its parameters to whatever the skill's authorization URL already has.
fn authorize_url(
    linking: &AccountLinking,
    redirect_uri: &str,
    state: &str,
    challenge: Option<&str>,
) -> Url {
    let mut url = linking.authorization_url.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &linking.client_id)
            .append_pair("response_type", "code")
            .append_pair("state", state);
        if !linking.scopes.is_empty() {
            query.append_pair("scope", &linking.scopes.join(" "));
        }
        query.append_pair("redirect_uri", redirect_uri);
        if let Some(challenge) = challenge {
            query
                .append_pair("code_challenge", challenge)
                .append_pair("code_challenge_method", "S256");
        }
    }
    url
}

/// The S256 challenge of a verifier (RFC 7636, section 4.2).
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
