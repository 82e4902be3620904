//! The authorization endpoint and its consent page: the developer of the stage is signed in
//! already, and decides.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html>

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::Url;

use crate::alexa::state::{fingerprint, opaque};
use crate::alexa::{Alexa, DEVELOPER_CLIENT_ID};
use crate::loopback::is_loopback;

/// How long a code may wait to be redeemed, in seconds.
const CODE_SECONDS: i64 = 300;
/// How long a person may take to decide, in seconds.
const PATIENCE_SECONDS: i64 = 1800;
/// The path of the security profile's allowed return URLs, on any loopback port.
const RETURN_PATH: &str = "/cb";

/// What may be asked for
/// ([scopes of SMAPI](https://developer.amazon.com/docs/alexa/smapi/get-access-token-smapi.html)).
const SCOPES: [&str; 6] = [
    "alexa::ask:skills:readwrite",
    "alexa::ask:models:readwrite",
    "alexa::ask:skills:test",
    "alexa::ask:catalogs:read",
    "alexa::ask:catalogs:readwrite",
    "profile",
];

/// What somebody asks for, and is still to be decided on.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Pending {
    request: Request,
    expires_at: Timestamp,
}

/// A code that was given, for whoever redeems it.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Code {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// A checked authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    client_id: String,
    redirect_uri: Url,
    scopes: Vec<String>,
    state: Option<String>,
    /// Of method S256.
    challenge: Option<String>,
}

/// Why there is nothing to decide.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    /// Nobody who can be told: it stays on the page.
    OnThePage(String),
    /// The client is told, at its return URL.
    Back {
        redirect_uri: Box<Url>,
        state: Option<String>,
        error: &'static str,
        description: String,
    },
}

pub(super) fn router(alexa: Alexa) -> Router {
    Router::new()
        .route("/ap/oa", get(ask).post(decide))
        .with_state(alexa)
}

#[derive(askama::Template)]
#[template(path = "lwa/consent.html")]
struct Consent<'a> {
    scopes: &'a [String],
    handle: &'a str,
}

#[derive(askama::Template)]
#[template(path = "lwa/refused.html")]
struct RefusedPage<'a> {
    problem: &'a str,
}

async fn ask(State(alexa): State<Alexa>, RawQuery(query): RawQuery) -> Response {
    let request = match Request::read(query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let handle = opaque();
    let answer = page(
        StatusCode::OK,
        &Consent {
            scopes: &request.scopes,
            handle: &handle,
        },
    );
    let pending = Pending {
        request,
        expires_at: later(alexa.now(), PATIENCE_SECONDS),
    };
    alexa.state().developer_requests.insert(handle, pending);
    answer
}

#[derive(Deserialize)]
struct Decision {
    request: String,
    decision: String,
}

async fn decide(State(alexa): State<Alexa>, Form(form): Form<Decision>) -> Response {
    let now = alexa.now();
    let mut state = alexa.state();
    let pending = state.developer_requests.remove(&form.request);
    let Some(Pending { request, .. }) = pending.filter(|pending| pending.expires_at > now) else {
        let problem = "The request has expired or was decided already.";
        return Refused::OnThePage(problem.to_owned()).into_response();
    };
    if form.decision != "allow" {
        return Refused::Back {
            redirect_uri: Box::new(request.redirect_uri),
            state: request.state,
            error: "access_denied",
            description: "The user denied the request.".to_owned(),
        }
        .into_response();
    }
    let code = format!("ANdNAVhy{}", opaque());
    let mut target = request.redirect_uri.clone();
    {
        let mut query = target.query_pairs_mut();
        query.append_pair("code", &code);
        query.append_pair("scope", &request.scopes.join(" "));
        if let Some(state) = &request.state {
            query.append_pair("state", state);
        }
    }
    let given = Code {
        client_id: request.client_id,
        redirect_uri: request.redirect_uri.into(),
        challenge: request.challenge,
        expires_at: later(now, CODE_SECONDS),
    };
    state.developer_codes.insert(fingerprint(&code), given);
    found(&target)
}

impl Request {
    fn read(query: &str) -> Result<Self, Refused> {
        let mut parameters = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if parameters
                .insert(name.to_string(), value.to_string())
                .is_some()
            {
                let problem = format!("The parameter {name} was given twice.");
                return Err(Refused::OnThePage(problem));
            }
        }
        let mut take = |name: &str| parameters.remove(name).filter(|value| !value.is_empty());
        let client_id = take("client_id").unwrap_or_default();
        if client_id != DEVELOPER_CLIENT_ID {
            let problem = "An unknown client_id was specified in the request.";
            return Err(Refused::OnThePage(problem.to_owned()));
        }
        let redirect_uri = take("redirect_uri")
            .and_then(|text| Url::parse(&text).ok())
            .filter(is_return_url)
            .ok_or_else(|| {
                Refused::OnThePage(
                    "The redirect URI you provided has not been whitelisted for your application."
                        .to_owned(),
                )
            })?;
        let state = take("state");
        let refuse = |error: &'static str, description: &str| Refused::Back {
            redirect_uri: Box::new(redirect_uri.clone()),
            state: state.clone(),
            error,
            description: description.to_owned(),
        };
        match take("response_type").as_deref() {
            Some("code") => {}
            Some(_) => {
                let known = "The response type is not supported by the authorization server.";
                return Err(refuse("unsupported_response_type", known));
            }
            None => {
                let missing = "The request is missing a required parameter : response_type";
                return Err(refuse("invalid_request", missing));
            }
        }
        let scope = take("scope").ok_or_else(|| {
            refuse(
                "invalid_request",
                "The request is missing a required parameter : scope",
            )
        })?;
        let scopes: Vec<_> = scope.split(' ').map(str::to_owned).collect();
        if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            let unknown = "An unknown scope was requested";
            return Err(refuse("invalid_scope", unknown));
        }
        let challenge = take("code_challenge");
        match (&challenge, take("code_challenge_method").as_deref()) {
            (None, None) | (Some(_), Some("S256")) => {}
            _ => {
                let wrong = "The request has an invalid parameter : code_challenge_method";
                return Err(refuse("invalid_request", wrong));
            }
        }
        Ok(Self {
            client_id,
            redirect_uri,
            scopes,
            state,
            challenge,
        })
    }
}

fn is_return_url(url: &Url) -> bool {
    url.scheme() == "http"
        && is_loopback(url)
        && url.path() == RETURN_PATH
        && url.query().is_none()
        && url.fragment().is_none()
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::OnThePage(problem) => {
                page(StatusCode::BAD_REQUEST, &RefusedPage { problem: &problem })
            }
            Self::Back {
                mut redirect_uri,
                state,
                error,
                description,
            } => {
                {
                    let mut query = redirect_uri.query_pairs_mut();
                    query.append_pair("error", error);
                    query.append_pair("error_description", &description);
                    if let Some(state) = &state {
                        query.append_pair("state", state);
                    }
                }
                found(&redirect_uri)
            }
        }
    }
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

fn found(target: &Url) -> Response {
    let location = HeaderValue::from_str(target.as_str());
    match location {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn page(status: StatusCode, template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("client_id", DEVELOPER_CLIENT_ID),
        ("redirect_uri", "http://127.0.0.1:9090/cb"),
        ("response_type", "code"),
        ("scope", "alexa::ask:skills:readwrite"),
    ];

    /// What comes of a good request with one parameter changed.
    fn with(name: &str, value: &str) -> Result<Request, Refused> {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(GOOD.iter().filter(|(other, _)| *other != name))
            .append_pair(name, value)
            .finish();
        Request::read(&query)
    }

    #[test]
    fn a_stranger_is_not_redirected_to() {
        assert!(with("state", "s").is_ok());
        for (name, value) in [
            ("client_id", "amzn1.application-oa2-client.other"),
            ("redirect_uri", "https://example.com/cb"),
            ("redirect_uri", "http://127.0.0.1:9090/elsewhere"),
            ("redirect_uri", "http://127.0.0.1:9090/cb?a=b"),
        ] {
            assert!(
                matches!(with(name, value), Err(Refused::OnThePage(_))),
                "{name}={value}"
            );
        }
    }

    #[test]
    fn the_client_is_told_what_is_wrong_with_the_rest() {
        for (name, value, expected) in [
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "", "invalid_request"),
            ("scope", "", "invalid_request"),
            ("scope", "alexa::everything", "invalid_scope"),
            ("code_challenge", "abc", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
        ] {
            match with(name, value) {
                Err(Refused::Back { error, .. }) => assert_eq!(error, expected, "{name}={value}"),
                other => panic!("{name}={value}: {other:?}"),
            }
        }
    }
}
