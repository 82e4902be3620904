//! A web page that signs people in to the same pool.

use models::secure_url::SecureUrl;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::Later;
use super::linking::Scope;
use super::value::{Distinct, Duration, text};

/// A second, public app client: without a secret, for a page that proves itself with PKCE
/// ([PKCE](https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WebClient {
    /// URLs that codes may be sent to.
    #[schemars(extend("x-later" = Later::Guarded("redirect-uris".to_owned())))]
    pub callback_urls: Distinct<WebUrl>,
    /// URLs that people may be sent to who have signed out.
    #[serde(default = "no_urls")]
    pub logout_urls: Distinct<WebUrl>,
    /// Scopes that the page may ask for: Cognito's, and those of `identity.resource-servers`.
    #[serde(default = "default_scopes")]
    pub scopes: Distinct<Scope>,
    /// How long its refresh tokens are valid, counted from sign-in: 1h to 3650d.
    #[serde(default = "default_refresh")]
    pub refresh: Duration,
}

fn no_urls() -> Distinct<WebUrl> {
    Distinct::of(Vec::new())
}

fn default_scopes() -> Distinct<Scope> {
    Distinct::of(vec![Scope::Openid, Scope::Email, Scope::Profile])
}

/// Cognito's own default; a browser is no place for a token of years.
fn default_refresh() -> Duration {
    Duration::from_secs(30 * 86400)
}

text! {
    /// A URL of a web page that Cognito sends a browser to
    /// ([`CallbackURLs`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html)).
    WebUrl, "a URL of a web page",
    "write an https URL, or http://localhost while you develop, without # and user name",
    r"^(https://|http://localhost([:/?]|$))[^\s#]*$",
    is_web_url
}

fn is_web_url(text: &str) -> bool {
    let Ok(url) = text.parse::<SecureUrl>() else {
        return false;
    };
    let url = url.as_url();
    let at_home = url.host_str() == Some("localhost");
    // Cognito compares callback URLs letter by letter, so they are kept as they are written.
    let written_out = !text.contains(char::is_whitespace) && text.len() <= 1024;
    (url.scheme() == "https" || at_home) && url.fragment().is_none() && written_out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_secure_or_at_home() {
        for (text, allowed) in [
            ("https://www.example.com/signed-in?from=cognito", true),
            ("http://localhost:3000/signed-in", true),
            ("http://127.0.0.1:3000/signed-in", false),
            ("http://www.example.com/signed-in", false),
            ("http://localhost.example.com/", false),
            ("https://ada@www.example.com/", false),
            ("https://www.example.com/#/signed-in", false),
            ("https://www.example.com/signed in", false),
            ("guide://signed-in", false),
            ("/signed-in", false),
        ] {
            assert_eq!(text.parse::<WebUrl>().is_ok(), allowed, "{text}");
        }
        let long = format!("https://www.example.com/{}", "a".repeat(1024));
        assert!(long.parse::<WebUrl>().is_err());
    }
}
