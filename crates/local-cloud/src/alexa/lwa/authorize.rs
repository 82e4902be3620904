//! The authorization endpoint and its consent page. The developer of the stage is signed in already,
//! and decides; a customer of a skill signs in first.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html>

use std::collections::HashMap;

use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use local_access::DEVELOPER_CLIENT_ID;
use serde::Deserialize;
use url::Url;

use super::customers::{self, Consent};
use super::profiles::{Client, Profiles};
use crate::alexa::Alexa;
use crate::alexa::state::{State as Alexas, fingerprint, opaque};
use crate::base::conditions::Outage;
use crate::base::guard::{Browsers, Caller, Door};
use crate::base::html::page;

/// How long a code may wait to be redeemed, in seconds.
const CODE_SECONDS: i64 = 300;
/// How long a person may take to decide, in seconds.
const PATIENCE_SECONDS: i64 = 1800;
/// What somebody asks for, and is still to be decided on.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) request: Request,
    pub(super) expires_at: Timestamp,
    /// Who is asked, once they have signed in; the developer is signed in always.
    pub(super) customer: Option<String>,
}

/// A code that was given, for whoever redeems it.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    /// Whose it is, if not the developer's.
    pub(super) customer: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// A checked authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) client_id: String,
    redirect_uri: Url,
    pub(super) scopes: Vec<String>,
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

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    Door::all(
        alexa,
        [
            // What is asked is remembered until the person has decided.
            Door::get("/ap/oa", Caller::Anyone, ask)
                .browsers(Browsers::Navigation)
                .changing(),
            Door::post("/ap/oa", Caller::Anyone, decide).browsers(Browsers::OwnPages),
        ],
    )
}

#[derive(askama::Template)]
#[template(path = "lwa/refused.html")]
struct RefusedPage<'a> {
    problem: &'a str,
}

async fn ask(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let read = Request::read(&query, &alexa.state().amazon.profiles);
    let (request, client) = match read {
        Ok(read) => read,
        Err(refused) => return refused.into_response(),
    };
    let handle = opaque();
    let scopes = request.scopes.clone();
    let pending = Pending {
        request,
        expires_at: later(alexa.now(), PATIENCE_SECONDS),
        customer: None,
    };
    alexa
        .state()
        .amazon
        .requests
        .insert(handle.clone(), pending);
    match client {
        Client::Developer(_) => {
            let template = Consent {
                who: "The local developer's security profile",
                scopes: customers::asked(&scopes),
                handle: &handle,
            };
            page(StatusCode::OK, &template)
        }
        Client::Profile(_) => match alexa.endure(None).await {
            Ok(()) => customers::begin(&alexa, &headers, &handle),
            Err(_) => Outage::page(),
        },
    }
}

#[derive(Deserialize)]
struct Decision {
    request: String,
    decision: String,
}

async fn decide(State(alexa): State<Alexa>, Form(form): Form<Decision>) -> Response {
    let now = alexa.now();
    let mut state = alexa.state();
    let pending = state.amazon.requests.remove(&form.request);
    let Some(pending) = pending.filter(|pending| pending.expires_at > now) else {
        return expired();
    };
    let Pending {
        request, customer, ..
    } = pending;
    if customer.is_none() && request.client_id != DEVELOPER_CLIENT_ID {
        // Nobody has signed in who could allow anything.
        return expired();
    }
    if form.decision != "allow" {
        return Refused::Back {
            redirect_uri: Box::new(request.redirect_uri),
            state: request.state,
            error: "access_denied",
            description: "The user denied the request.".to_owned(),
        }
        .into_response();
    }
    if let Some(email) = &customer {
        let customers = &mut state.amazon.customers;
        customers.allow(&request.client_id, email, &request.scopes);
    }
    give(&mut state, request, customer, now)
}

/// The page of a request that is over, or never was.
pub(super) fn expired() -> Response {
    let problem = "The request has expired or was decided already.";
    Refused::OnThePage(problem.to_owned()).into_response()
}

/// Sends the browser back with a code.
pub(super) fn give(
    state: &mut Alexas,
    request: Request,
    customer: Option<String>,
    now: Timestamp,
) -> Response {
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
        scopes: request.scopes,
        customer,
        challenge: request.challenge,
        expires_at: later(now, CODE_SECONDS),
    };
    state.amazon.codes.insert(fingerprint(&code), given);
    found(&target)
}

impl Request {
    fn read(query: &str, profiles: &Profiles) -> Result<(Self, Client), Refused> {
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
        let client = profiles.client(&client_id).ok_or_else(|| {
            let problem = "An unknown client_id was specified in the request.";
            Refused::OnThePage(problem.to_owned())
        })?;
        let redirect_uri = take("redirect_uri")
            .and_then(|text| Url::parse(&text).ok())
            .filter(|url| client.allows(url))
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
        let known = |scope: &String| client.scopes().contains(&scope.as_str());
        if !scopes.iter().all(known) {
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
        let request = Self {
            client_id,
            redirect_uri,
            scopes,
            state,
            challenge,
        };
        Ok((request, client))
    }
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
        Request::read(&query, &Profiles::default()).map(|(request, _)| request)
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
