//! Signing in as an Amazon developer with a security profile of one's own: the authorization code
//! grant with PKCE, up to the refresh token.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html>

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Method;
use models::ids::ClientId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::endpoints::join;
use crate::tls::HttpClients;
use crate::transport::{Body, Request, Transport};
use crate::{Endpoints, Error, Observer, Operation, RetryPolicy};

/// What a deployment needs to be allowed
/// ([scopes](https://developer.amazon.com/docs/alexa/smapi/get-access-token-smapi.html)).
pub const SCOPES: [&str; 3] = [
    "alexa::ask:skills:readwrite",
    "alexa::ask:models:readwrite",
    "alexa::ask:skills:test",
];

/// The Login with Amazon client of a security profile.
#[derive(Debug, Clone)]
pub struct SecurityProfile {
    /// Its id, `amzn1.application-oa2-client.…`.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: SecretString,
}

/// One attempt to sign in.
#[derive(Debug)]
pub struct SignIn {
    url: Url,
    redirect_uri: Url,
    state: SecretString,
    verifier: SecretString,
}

/// What is wrong with what the browser brought back. None of it repeats a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnError {
    /// It does not answer this attempt, but another or none.
    #[error("the answer does not belong to this attempt to sign in")]
    Foreign,
    /// Amazon says no, or the person did.
    #[error("Login with Amazon refused: {error}{}", told(.description.as_ref()))]
    Refused {
        /// Such as `access_denied`.
        error: String,
        /// Amazon's sentence.
        description: Option<String>,
    },
    /// Neither a code nor an error.
    #[error("the answer has no authorization code")]
    NoCode,
}

fn told(description: Option<&String>) -> String {
    description.map_or_else(String::new, |text| format!(" ({text})"))
}

impl SignIn {
    /// An attempt with a state and a PKCE verifier that nobody can guess.
    pub fn new(endpoints: &Endpoints, client_id: &ClientId, redirect_uri: Url) -> Self {
        // 244 random bits, in 64 of the characters that a verifier may have (RFC 7636, 4.1).
        let random = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let (state, verifier) = (random(), random());
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut url = join(&endpoints.lwa_consent, ["ap", "oa"]);
        url.query_pairs_mut()
            .append_pair("client_id", client_id.as_str())
            .append_pair("scope", &SCOPES.join(" "))
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Self {
            url,
            redirect_uri,
            state: state.into(),
            verifier: verifier.into(),
        }
    }

    /// What to open in a browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The code in what the browser was sent back with.
    pub fn code(&self, query: &str) -> Result<SecretString, ReturnError> {
        let mut parameters: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        // Checked first: what somebody else sends says nothing about this attempt.
        if parameters.get("state").map(String::as_str) != Some(self.state.expose_secret()) {
            return Err(ReturnError::Foreign);
        }
        if let Some(error) = parameters.remove("error") {
            return Err(ReturnError::Refused {
                error,
                description: parameters.remove("error_description"),
            });
        }
        let code = parameters.remove("code").filter(|code| !code.is_empty());
        code.map(SecretString::from).ok_or(ReturnError::NoCode)
    }
}

/// Redeems a code for a refresh token.
pub async fn redeem(
    endpoints: &Endpoints,
    profile: &SecurityProfile,
    attempt: &SignIn,
    code: &SecretString,
    observer: Option<Observer>,
) -> Result<SecretString, Error> {
    #[derive(Deserialize)]
    struct Tokens {
        refresh_token: SecretString,
    }

    let transport = Transport {
        clients: HttpClients::default(),
        observer,
        retry: RetryPolicy::default(),
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", attempt.redirect_uri.as_str()),
        ("client_id", profile.client_id.as_str()),
        ("client_secret", profile.client_secret.expose_secret()),
        ("code_verifier", attempt.verifier.expose_secret()),
    ];
    let request = Request {
        operation: Operation::RedeemCode,
        method: Method::POST,
        url: join(&endpoints.lwa, ["auth", "o2", "token"]),
        if_match: None,
        body: Body::Form(&fields),
        secrets: vec![code, &profile.client_secret, &attempt.verifier],
    };
    let tokens: Tokens = transport.send(&request, None).await?.json()?;
    Ok(tokens.refresh_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> SignIn {
        let client = "amzn1.application-oa2-client.mine".parse().unwrap();
        let home = "http://127.0.0.1:9090/cb".parse().unwrap();
        SignIn::new(&Endpoints::amazon(), &client, home)
    }

    fn state(attempt: &SignIn) -> String {
        let mut query = attempt.url().query_pairs();
        query.find(|(name, _)| name == "state").unwrap().1.into()
    }

    #[test]
    fn the_url_asks_for_what_a_deployment_needs_and_holds_no_secret() {
        let attempt = attempt();
        let url = attempt.url().as_str();
        assert!(url.starts_with("https://www.amazon.com/ap/oa?client_id=amzn1."));
        assert!(url.contains("alexa%3A%3Aask%3Askills%3Areadwrite"));
        assert!(!url.contains(attempt.verifier.expose_secret()));
        assert_ne!(state(&attempt), state(&super::tests::attempt()));
        assert!(!format!("{attempt:?}").contains(attempt.verifier.expose_secret()));
    }

    #[test]
    fn only_an_answer_to_this_attempt_has_a_code() {
        let attempt = attempt();
        let state = state(&attempt);
        let code = attempt.code(&format!("code=abc&state={state}")).unwrap();
        assert_eq!(code.expose_secret(), "abc");
        for foreign in ["code=abc", "code=abc&state=", "code=abc&state=x", "error=x"] {
            assert_eq!(attempt.code(foreign).unwrap_err(), ReturnError::Foreign);
        }
        let error = attempt.code(&format!("state={state}")).unwrap_err();
        assert_eq!(error, ReturnError::NoCode);
        let refused = format!("error=access_denied&error_description=No.&state={state}");
        let error = attempt.code(&refused).unwrap_err().to_string();
        assert_eq!(error, "Login with Amazon refused: access_denied (No.)");
    }
}
