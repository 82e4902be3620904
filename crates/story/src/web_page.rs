//! A web page beside the skill, on which the person looks after their account.
//!
//! It is what a page's own script does: it sends the browser to the sign-in pages with a challenge,
//! takes the code, and calls Cognito with the tokens that it gets for it. It has no secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::Tale;
use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::error::{Problem, without_query};
use crate::expectations::check_redirect;
use crate::http;

/// The page, as the user pool knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebPage {
    /// Its app client, which has no secret.
    pub client_id: String,
    /// Where it sends people to sign in: the same host at which they do for Alexa.
    pub sign_in: Url,
    /// Where it takes codes; nobody has to listen there.
    pub callback_url: String,
    /// What it asks for.
    pub scopes: Vec<String>,
    /// The second factors that the person sets up on it, one after the other. That takes the scope
    /// `aws.cognito.signin.user.admin`.
    pub factors: Vec<OwnFactor>,
}

/// A second factor that somebody sets up for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFactor {
    /// A code by text message.
    Sms,
    /// A code by e-mail.
    Email,
    /// An authenticator app.
    App,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

impl Tale<'_> {
    /// Signs in on the page once for every factor that is set up there, and once at least: the
    /// factor of one time is asked for the next time.
    pub(super) async fn visit(&mut self, page: &WebPage) -> Result<(), Problem> {
        for visit in 0..page.factors.len().max(1) {
            let tokens = self.sign_in_on(page).await?;
            check_scopes(page, &tokens.access_token)?;
            if page.scopes.iter().any(|scope| scope == "openid") {
                self.step = "look at the account on the web page";
                self.see_the_account(page, &tokens).await?;
            }
            if let Some(factor) = page.factors.get(visit) {
                self.step = "set up a second factor on the web page";
                self.set_up(&tokens, *factor).await?;
            }
        }
        Ok(())
    }

    /// From the page to the sign-in pages and back, and a code for tokens.
    async fn sign_in_on(&mut self, page: &WebPage) -> Result<Tokens, Problem> {
        self.step = "sign in on the web page";
        let callback = Url::parse(&page.callback_url).map_err(|error| {
            Problem::unexpected(
                "a callback URL",
                format!("`{}` ({error})", page.callback_url),
                "see identity.web-client of stack.toml",
            )
        })?;
        let verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let mut authorize = page.sign_in.clone();
        authorize.set_path("/oauth2/authorize");
        authorize.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &page.client_id),
            ("redirect_uri", &page.callback_url),
            ("scope", &page.scopes.join(" ")),
            ("state", &Uuid::new_v4().simple().to_string()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let mut browser = Browser::new(&self.device.client).with_page_at(callback.clone());
        let shown = browser.open(authorize.clone()).await?;
        let shown = self.person.go_on(&mut browser, &self.device, shown).await?;
        let here = without_query(&callback);
        let here = Url::parse(&here).unwrap_or(callback);
        check_redirect(&shown, &here, &authorize)?;
        let mut query = shown.url.query_pairs();
        let code = query.find_map(|(name, value)| (name == "code").then_some(value));

        self.step = "exchange the web page's code for tokens";
        let mut url = page.sign_in.clone();
        url.set_path("/oauth2/token");
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &page.client_id),
            ("redirect_uri", &page.callback_url),
            ("code", &code.unwrap_or_default()),
            ("code_verifier", &verifier),
        ];
        http::json(self.device.client.post(url.clone()).form(&form), &url).await
    }

    /// The page greets the person.
    async fn see_the_account(&self, page: &WebPage, tokens: &Tokens) -> Result<(), Problem> {
        let mut url = page.sign_in.clone();
        url.set_path("/oauth2/userInfo");
        let request = self.device.client.get(url.clone());
        let account: Value = http::json(request.bearer_auth(&tokens.access_token), &url).await?;
        if account["sub"].is_string() {
            return Ok(());
        }
        Err(Problem::unexpected(
            "the account of whoever has signed in",
            account.to_string(),
            "userInfo answers with `sub` whatever else the scopes allow",
        ))
    }

    async fn set_up(&mut self, tokens: &Tokens, factor: OwnFactor) -> Result<(), Problem> {
        let setting = match factor {
            OwnFactor::Sms => "SMSMfaSettings",
            OwnFactor::Email => "EmailMfaSettings",
            OwnFactor::App => {
                self.add_the_app(tokens).await?;
                "SoftwareTokenMfaSettings"
            }
        };
        let wish = json!({ setting: { "Enabled": true, "PreferredMfa": true } });
        self.call_with(tokens, "SetUserMFAPreference", wish)
            .await
            .map(drop)
    }

    /// The page shows a key, and the person enters what their app makes of it.
    async fn add_the_app(&mut self, tokens: &Tokens) -> Result<(), Problem> {
        let shown = self
            .call_with(tokens, "AssociateSoftwareToken", json!({}))
            .await?;
        let key = shown["SecretCode"].as_str().unwrap_or_default();
        let app = Authenticator::new(key).ok_or_else(|| {
            Problem::unexpected(
                "a key for an authenticator app",
                "something that is not Base32",
                "AssociateSoftwareToken answers with SecretCode",
            )
        })?;
        self.person.app = Some(app);
        let code = self.person.read_app(&self.device).await?;
        let code = json!({ "UserCode": code, "FriendlyDeviceName": "Ada's phone" });
        self.call_with(tokens, "VerifySoftwareToken", code)
            .await
            .map(drop)
    }

    /// One of the operations that a person may call on their own account: unsigned, as a browser
    /// calls them.
    async fn call_with(
        &self,
        tokens: &Tokens,
        operation: &str,
        mut input: Value,
    ) -> Result<Value, Problem> {
        input["AccessToken"] = json!(tokens.access_token);
        let url = &self.access.urls.aws;
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let request = self
            .device
            .client
            .post(url.clone())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(input.to_string());
        http::json(request, url).await
    }
}

/// An API that the page calls looks for its scope in the access token.
fn check_scopes(page: &WebPage, access_token: &str) -> Result<(), Problem> {
    let claims = access_token.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    let granted = claims["scope"].as_str().unwrap_or_default();
    let lacks = |scope: &&String| !granted.split(' ').any(|one| one == *scope);
    match page.scopes.iter().find(lacks) {
        None => Ok(()),
        Some(lacking) => Err(Problem::unexpected(
            format!("an access token with the scope {lacking}"),
            format!("one with `{granted}`"),
            "see identity.web-client.scopes and identity.resource-servers of stack.toml",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_every_scope_that_the_page_asked_for() {
        let page = |scopes: &[&str]| WebPage {
            client_id: "page".to_owned(),
            sign_in: Url::parse("https://login.example.com").unwrap(),
            callback_url: "https://www.example.com".to_owned(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            factors: Vec::new(),
        };
        let claims = URL_SAFE_NO_PAD.encode(r#"{"scope":"openid taxi/order"}"#);
        let token = format!("e30.{claims}.c2ln");
        assert!(check_scopes(&page(&["taxi/order", "openid"]), &token).is_ok());
        assert!(check_scopes(&page(&["taxi/cancel"]), &token).is_err());
        assert!(check_scopes(&page(&["openid"]), "opaque").is_err());
    }
}
