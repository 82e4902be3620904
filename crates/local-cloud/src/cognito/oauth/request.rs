//! An authorization request, and every reason to refuse one.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html>

use url::Url;

use super::params::{Duplicate, Params, encode};
use super::pkce::Challenge;
use crate::cognito::client_settings::{ClientSettings, Flow};

/// A request that the client may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) flow: Flow,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) prompt: Prompt,
    /// What the access tokens are for, an absolute URL.
    pub(crate) resource: Option<String>,
    /// How long ago the person may have signed in, in seconds.
    pub(crate) max_age: Option<i64>,
}

/// The part of `prompt` that changes something for people of the user pool itself: `consent` and
/// `select_account` have no effect for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// The sign-in page, unless the browser is signed in.
    #[default]
    IfNeeded,
    /// `login`: the sign-in page in any case.
    Login,
    /// `none`: never a page. Without a session the client gets `login_required`.
    None,
}

/// Where the browser is sent with a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// To Cognito's own error page: the redirect URI cannot be trusted.
    Page {
        error: &'static str,
        client_id: Option<String>,
    },
    /// Back to the client.
    Client {
        redirect_uri: String,
        flow: Flow,
        error: &'static str,
        description: Option<String>,
        state: Option<String>,
    },
}

impl Refusal {
    /// Absolute for the client's own page, relative for the error page.
    pub(crate) fn location(&self) -> String {
        match self {
            Self::Page { error, client_id } => {
                let mut pairs = vec![("error", *error)];
                if let Some(client_id) = client_id {
                    pairs.push(("client_id", client_id));
                }
                format!("/error?{}", encode(pairs))
            }
            Self::Client {
                redirect_uri,
                flow,
                error,
                description,
                state,
            } => {
                let mut pairs = vec![("error", *error)];
                if let Some(description) = description {
                    pairs.push(("error_description", description));
                }
                if let Some(state) = state {
                    pairs.push(("state", state));
                }
                with_parameters(redirect_uri, *flow, &pairs)
            }
        }
    }
}

/// The redirect URI with parameters in its query, or in its fragment for the implicit flow.
pub(crate) fn with_parameters(redirect_uri: &str, flow: Flow, pairs: &[(&str, &str)]) -> String {
    let encoded = encode(pairs.iter().copied());
    match Url::parse(redirect_uri) {
        Ok(mut url) if flow == Flow::Implicit => {
            url.set_fragment(Some(&encoded));
            url.into()
        }
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.into()
        }
        // Registered URIs are absolute URLs.
        Err(_) => format!("{redirect_uri}?{encoded}"),
    }
}

impl AuthorizationRequest {
    /// Checks the parameters in the order in which a refusal may tell more.
    pub(crate) fn parse<'a>(
        params: &Params,
        find_client: impl FnOnce(&str) -> Option<&'a ClientSettings>,
    ) -> Result<Self, Refusal> {
        let page = |error, client_id: Option<&str>| Refusal::Page {
            error,
            client_id: client_id.map(str::to_owned),
        };
        let Ok(Some(client_id)) = params.single("client_id") else {
            return Err(page("invalid_request", None));
        };
        let Some(client) = find_client(client_id) else {
            return Err(page("invalid_client", Some(client_id)));
        };
        let redirect_uri = match params.single("redirect_uri") {
            Ok(Some(uri)) if client.callback_urls.iter().any(|known| known == uri) => uri,
            Ok(Some(_)) => return Err(page("redirect_mismatch", Some(client_id))),
            Ok(None) | Err(_) => return Err(page("invalid_request", Some(client_id))),
        };

        let state = params.single("state").ok().flatten().map(str::to_owned);
        let response_type = params.single("response_type");
        let flow = match response_type {
            Ok(Some("token")) => Flow::Implicit,
            _ => Flow::Code,
        };
        let refuse = |error, description: Option<&str>| Refusal::Client {
            redirect_uri: redirect_uri.to_owned(),
            flow,
            error,
            description: description.map(str::to_owned),
            state: state.clone(),
        };
        let twice = |Duplicate(name): Duplicate| {
            refuse(
                "invalid_request",
                Some(&format!("{name} was given more than once")),
            )
        };
        if !matches!(response_type, Ok(Some("code" | "token"))) {
            return Err(refuse(
                "invalid_request",
                Some("response_type must be code or token"),
            ));
        }
        if !client.permits(flow) {
            return Err(refuse("unauthorized_client", None));
        }
        params.single("state").map_err(twice)?;
        Ok(Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            flow,
            scopes: scopes(params.single("scope").map_err(twice)?, client)
                .ok_or_else(|| refuse("invalid_scope", None))?,
            nonce: params.single("nonce").map_err(twice)?.map(str::to_owned),
            challenge: challenge(
                params.single("code_challenge").map_err(twice)?,
                params.single("code_challenge_method").map_err(twice)?,
            )
            .map_err(|reason| refuse("invalid_request", Some(reason)))?,
            prompt: prompt(params.single("prompt").map_err(twice)?)
                .map_err(|reason| refuse("invalid_request", Some(reason)))?,
            resource: resource(params.single("resource").map_err(twice)?)
                .map_err(|reason| refuse("invalid_request", Some(reason)))?,
            max_age: max_age(params.single("max_age").map_err(twice)?)
                .map_err(|reason| refuse("invalid_request", Some(reason)))?,
            state,
        })
    }

    /// The answer to a request that may show no page, where there is no session
    /// ([OpenID Connect Core, 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)).
    pub(crate) fn login_required(&self) -> Refusal {
        Refusal::Client {
            redirect_uri: self.redirect_uri.clone(),
            flow: self.flow,
            error: "login_required",
            description: None,
            state: self.state.clone(),
        }
    }
}

/// A list of words, in which `none` stands alone
/// ([OpenID Connect Core, 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
fn prompt(asked: Option<&str>) -> Result<Prompt, &'static str> {
    let words: Vec<_> = asked.unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        ["none"] => Ok(Prompt::None),
        words if words.contains(&"none") => Err("prompt=none excludes every other prompt"),
        words if words.contains(&"login") => Ok(Prompt::Login),
        _ => Ok(Prompt::IfNeeded),
    }
}

/// Scopes that come only together with `openid`: "The phone, email, and profile scopes can only be
/// requested if openid scope is also requested"
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html>).
const OF_OPENID: [&str; 3] = ["email", "phone", "profile"];

/// The scopes asked for, or all of the client's if none is named; nothing if one is not allowed.
fn scopes(asked: Option<&str>, client: &ClientSettings) -> Option<Vec<String>> {
    let mut scopes: Vec<String> = Vec::new();
    match asked {
        None => scopes.clone_from(&client.scopes),
        Some(asked) => {
            for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
                if !client.scopes.iter().any(|allowed| allowed == scope) {
                    return None;
                }
                if !scopes.iter().any(|known| known == scope) {
                    scopes.push(scope.to_owned());
                }
            }
        }
    }
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let complete = has("openid") || !OF_OPENID.into_iter().any(has);
    (complete && !scopes.is_empty()).then_some(scopes)
}

/// S256 is the only method, and a challenge without a method would mean `plain`.
fn challenge(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<Challenge>, &'static str> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) => Challenge::parse(challenge)
            .map(Some)
            .ok_or("code_challenge is not a base64url-encoded SHA-256 digest"),
        (Some(_), _) => Err("code_challenge_method must be S256"),
        (None, Some(_)) => Err("code_challenge is missing"),
    }
}

/// "Values for this parameter must begin with `https://`, `http://localhost`, or a custom URL scheme"
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html>).
fn resource(asked: Option<&str>) -> Result<Option<String>, &'static str> {
    let Some(text) = asked else { return Ok(None) };
    let url = Url::parse(text).map_err(|_| "resource is not a URL")?;
    if url.scheme() == "http" && url.host_str() != Some("localhost") {
        return Err("resource must not be a URL with http, except at localhost");
    }
    Ok(Some(text.to_owned()))
}

/// "A non-negative integer that specifies the maximum number of seconds since the user last authenticated"
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html>).
fn max_age(asked: Option<&str>) -> Result<Option<i64>, &'static str> {
    let parse = |text: &str| text.parse().ok().filter(|seconds| *seconds >= 0);
    match asked {
        None => Ok(None),
        Some(text) => match parse(text) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err("max_age must be a number of seconds"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLBACK: &str = "https://example.com/cb?vendor=1";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client(flows: &[&str]) -> ClientSettings {
        serde_json::from_value(serde_json::json!({
            "CallbackURLs": [CALLBACK],
            "AllowedOAuthFlows": flows,
            "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": true,
        }))
        .unwrap()
    }

    fn parse(flows: &[&str], pairs: &[(&str, &str)]) -> Result<AuthorizationRequest, Refusal> {
        let params = Params::parse(&encode(pairs.iter().copied()));
        let client = client(flows);
        AuthorizationRequest::parse(&params, |id| (id == "guide").then_some(&client))
    }

    fn with(extra: &[(&str, &str)]) -> Result<AuthorizationRequest, Refusal> {
        let usual = [
            ("client_id", "guide"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("state", "st&te"),
        ];
        parse(&["code"], &[&usual, extra].concat())
    }

    fn location(result: Result<AuthorizationRequest, Refusal>) -> String {
        result.unwrap_err().location()
    }

    #[test]
    fn an_untrusted_redirect_uri_is_never_followed() {
        let usual = [("client_id", "guide"), ("response_type", "code")];
        for (uri, error) in [
            ("https://example.com/cb", "redirect_mismatch"),
            ("https://example.com/CB?vendor=1", "redirect_mismatch"),
            ("https://evil.example", "redirect_mismatch"),
            ("", "invalid_request"),
        ] {
            let location = location(parse(
                &["code"],
                &[&usual[..], &[("redirect_uri", uri)]].concat(),
            ));
            assert_eq!(location, format!("/error?error={error}&client_id=guide"));
        }
        let stranger = parse(&["code"], &[("client_id", "x"), ("redirect_uri", CALLBACK)]);
        assert_eq!(
            location(stranger),
            "/error?error=invalid_client&client_id=x"
        );
        assert_eq!(
            location(parse(&["code"], &[])),
            "/error?error=invalid_request"
        );
        let twice = with(&[("redirect_uri", CALLBACK)]);
        assert!(location(twice).starts_with("/error?error=invalid_request"));
    }

    #[test]
    fn other_refusals_go_back_to_the_client_with_the_state() {
        let refused = with(&[("scope", "openid phone")]);
        assert_eq!(
            location(refused),
            "https://example.com/cb?vendor=1&error=invalid_scope&state=st%26te"
        );
        for pairs in [
            &[("response_type", "code")][..],
            &[("scope", "openid"), ("scope", "openid")],
            &[("code_challenge", CHALLENGE)],
            &[
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "plain"),
            ],
            &[
                ("code_challenge", "short"),
                ("code_challenge_method", "S256"),
            ],
            &[("code_challenge_method", "S256")],
        ] {
            let location = location(with(pairs));
            assert!(
                location.contains("error=invalid_request"),
                "{pairs:?}: {location}"
            );
        }
    }

    #[test]
    fn a_flow_must_be_allowed() {
        let implicit = [
            ("client_id", "guide"),
            ("redirect_uri", CALLBACK),
            ("response_type", "token"),
        ];
        assert_eq!(
            location(parse(&["code"], &implicit)),
            format!("{CALLBACK}#error=unauthorized_client")
        );
        assert_eq!(
            parse(&["code", "implicit"], &implicit).unwrap().flow,
            Flow::Implicit
        );
    }

    #[test]
    fn scopes_default_to_all_and_repeat_once() {
        assert_eq!(with(&[]).unwrap().scopes, ["openid", "email", "profile"]);
        let asked = with(&[("scope", "email openid email")]).unwrap();
        assert_eq!(asked.scopes, ["email", "openid"]);
    }

    #[test]
    fn scopes_of_openid_come_with_it() {
        for scope in ["email", "profile", "email profile"] {
            let refused = location(with(&[("scope", scope)]));
            assert!(refused.contains("error=invalid_scope"), "{scope}");
        }
        assert_eq!(with(&[("scope", "openid")]).unwrap().scopes, ["openid"]);
    }

    #[test]
    fn a_prompt_for_nothing_stands_alone() {
        for (asked, expected) in [
            ("none", Prompt::None),
            ("login", Prompt::Login),
            ("login consent", Prompt::Login),
            ("select_account", Prompt::IfNeeded),
        ] {
            assert_eq!(with(&[("prompt", asked)]).unwrap().prompt, expected);
        }
        let refused = location(with(&[("prompt", "none login")]));
        assert!(refused.contains("error=invalid_request"), "{refused}");
    }

    #[test]
    fn a_resource_is_a_url_that_nobody_can_listen_in_on() {
        for fine in [
            "https://api.example.com",
            "http://localhost:3000/",
            "myapp://api",
        ] {
            let resource = with(&[("resource", fine)]).unwrap().resource;
            assert_eq!(resource.as_deref(), Some(fine));
        }
        for wrong in ["api.example.com", "http://api.example.com"] {
            let refused = location(with(&[("resource", wrong)]));
            assert!(refused.contains("error=invalid_request"), "{wrong}");
        }
    }

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!(with(&[]).unwrap().max_age, None);
        assert_eq!(with(&[("max_age", "0")]).unwrap().max_age, Some(0));
        for wrong in ["-1", "soon"] {
            let refused = location(with(&[("max_age", wrong)]));
            assert!(refused.contains("error=invalid_request"), "{wrong}");
        }
    }

    #[test]
    fn pkce_is_optional() {
        assert_eq!(with(&[]).unwrap().challenge, None);
        let proof = [
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        assert!(with(&proof).unwrap().challenge.is_some());
    }
}
