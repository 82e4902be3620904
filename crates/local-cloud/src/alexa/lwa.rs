//! Login with Amazon, for the developer of the stage and for the customers of a skill: codes and
//! refresh tokens in, access tokens out.
//!
//! <https://developer.amazon.com/docs/login-with-amazon/refresh-token.html>

mod authorize;
mod customers;
mod profiles;
mod tokens;

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::authorize::{Code, Pending};
use self::customers::Customers;
pub(super) use self::profiles::console_doors;
use self::profiles::{Client, Profiles};
use self::tokens::{Grant, Tokens};
use super::Alexa;
use super::state::{State as Alexas, fingerprint, opaque};
use crate::base::conditions::Conditions;
use crate::base::guard::{Caller, Door};
use crate::base::html;

/// How long an access token lives, in seconds.
const LIFETIME_SECONDS: u32 = 3600;

/// Everything that Login with Amazon remembers, but for the tokens of the developer.
#[derive(Debug, Default)]
pub(super) struct Amazon {
    pub(super) profiles: Profiles,
    customers: Customers,
    /// What somebody is asked, by the page's handle.
    requests: HashMap<String, Pending>,
    /// Codes that were given, by [`fingerprint`].
    codes: HashMap<String, Code>,
    /// Tokens of customers.
    pub(super) tokens: Tokens,
    conditions: Conditions,
}

impl Amazon {
    /// An authorization request that is not decided and has not expired.
    fn open_request(&mut self, handle: &str, now: jiff::Timestamp) -> Option<&mut Pending> {
        let pending = self.requests.get_mut(handle);
        pending.filter(|pending| pending.expires_at > now)
    }
}

/// Clients show their own secrets, and people their passwords.
pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    let token = Door::post("/auth/o2/token", Caller::Anyone, token);
    [
        Door::all(alexa, [token, html::icon()]),
        customers::doors(alexa),
        tokens::doors(alexa),
        authorize::doors(alexa),
    ]
    .concat()
}

/// An OAuth 2.0 error (RFC 6749, section 5.2).
#[derive(Debug, PartialEq, Eq)]
struct Denied {
    status: u16,
    error: &'static str,
    description: String,
}

impl Denied {
    fn request(description: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: "invalid_request",
            description: description.into(),
        }
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = json!({
            "error": self.error,
            "error_description": self.description,
            "request_id": uuid::Uuid::new_v4().to_string(),
        });
        (status, Json(body)).into_response()
    }
}

async fn token(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Denied> {
    let parameters = parameters(&headers, &body)?;
    let now = alexa.now();
    let granted = granted(&parameters, &mut alexa.state(), now)?;
    let (access_token, refresh_token) = match granted {
        Granted::Developer { refresh_token } => {
            let access_token = format!("Atza|{}{}", opaque(), opaque());
            let expires_at = now
                .saturating_add(SignedDuration::from_secs(i64::from(LIFETIME_SECONDS)))
                .unwrap_or(jiff::Timestamp::MAX);
            let key = fingerprint(&access_token);
            alexa.state().developer_tokens.insert(key, expires_at);
            (access_token, refresh_token)
        }
        Granted::Customer {
            grant,
            refresh_token,
        } => {
            if let Err(outage) = alexa.endure(None).await {
                return Ok(outage.into_response());
            }
            let access_token = alexa.state().amazon.tokens.issue(grant, now);
            (access_token, refresh_token)
        }
    };
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "expires_in": LIFETIME_SECONDS,
        })),
    )
        .into_response())
}

/// Whose access token is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Granted {
    /// The developer's, who deploys.
    Developer { refresh_token: String },
    /// A customer's, for whoever they allowed it.
    Customer { grant: Grant, refresh_token: String },
}

/// The form or JSON parameters, with a client from the `Authorization` header added.
fn parameters(headers: &HeaderMap, body: &[u8]) -> Result<HashMap<String, String>, Denied> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let mut parameters: HashMap<String, String> = if is_json {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(Denied::request("The body is not a JSON object"));
        };
        object
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect()
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    if let Some((id, secret)) = basic(headers) {
        parameters.entry("client_id".to_owned()).or_insert(id);
        parameters
            .entry("client_secret".to_owned())
            .or_insert(secret);
    }
    Ok(parameters)
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = BASE64_STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// What a request asks for, if it is one that Login with Amazon grants.
fn granted(
    parameters: &HashMap<String, String>,
    state: &mut Alexas,
    now: jiff::Timestamp,
) -> Result<Granted, Denied> {
    let parameter = |name: &str| {
        parameters
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let required = |name: &str| {
        parameter(name).ok_or_else(|| {
            Denied::request(format!(
                "The request is missing a required parameter : {name}"
            ))
        })
    };
    let grant = required("grant_type")?;
    if !["authorization_code", "refresh_token"].contains(&grant) {
        return Err(Denied {
            status: 400,
            error: "unsupported_grant_type",
            description: format!("The grant type {grant} is not supported"),
        });
    }
    let client = |name: &str| {
        parameter(name).ok_or_else(|| Denied {
            status: 401,
            error: "invalid_client",
            description: format!("Client authentication failed: {name} is missing"),
        })
    };
    let (client_id, client_secret) = (client("client_id")?, client("client_secret")?);
    let known = state.amazon.profiles.client(client_id);
    let client = known
        .as_ref()
        .filter(|known| known.has_secret(client_secret));
    if grant == "authorization_code" {
        let client = client.ok_or_else(stranger)?;
        let code = required("code")?;
        // Whoever redeems it, and however that ends: a code works once.
        let code = state.amazon.codes.remove(&fingerprint(code));
        let verifier = parameter("code_verifier");
        let code = redeem(code, client_id, parameter("redirect_uri"), verifier, now)?;
        return match (client, code.customer) {
            (Client::Developer(_), _) => {
                let refresh_token = format!("Atzr|{}{}", opaque(), opaque());
                let key = fingerprint(&refresh_token);
                state.developer_refresh_tokens.insert(key);
                Ok(Granted::Developer { refresh_token })
            }
            (Client::Profile(_), Some(email)) => {
                let grant = Grant {
                    client_id: code.client_id,
                    email,
                    scopes: code.scopes,
                };
                let refresh_token = state.amazon.tokens.grant(grant.clone());
                Ok(Granted::Customer {
                    grant,
                    refresh_token,
                })
            }
            (Client::Profile(_), None) => Err(invalid_grant("code")),
        };
    }
    let refresh_token = required("refresh_token")?;
    if matches!(known, Some(Client::Profile(_))) && client.is_none() {
        return Err(stranger());
    }
    if let Some(grant) = state.amazon.tokens.granted(refresh_token) {
        if client.is_none() || grant.client_id != client_id {
            return Err(invalid_grant("refresh_token"));
        }
        return Ok(Granted::Customer {
            grant: grant.clone(),
            refresh_token: refresh_token.to_owned(),
        });
    }
    if matches!(client, Some(Client::Profile(_))) {
        return Err(invalid_grant("refresh_token"));
    }
    let issued = state
        .developer_refresh_tokens
        .contains(&fingerprint(refresh_token));
    match client {
        None => Err(stranger()),
        Some(_) if issued => Ok(Granted::Developer {
            refresh_token: refresh_token.to_owned(),
        }),
        Some(_) => Err(invalid_grant("refresh_token")),
    }
}

fn stranger() -> Denied {
    Denied {
        status: 401,
        error: "invalid_client",
        description: "Client authentication failed".to_owned(),
    }
}

fn invalid_grant(parameter: &str) -> Denied {
    Denied {
        status: 400,
        error: "invalid_grant",
        description: format!("The request has an invalid grant parameter : {parameter}"),
    }
}

/// Whether a code is redeemed by whom it was given to (RFC 6749, 4.1.3, and RFC 7636, 4.6).
fn redeem(
    code: Option<Code>,
    client_id: &str,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
    now: jiff::Timestamp,
) -> Result<Code, Denied> {
    let code = code
        .filter(|code| code.expires_at > now && code.client_id == client_id)
        .ok_or_else(|| invalid_grant("code"))?;
    if redirect_uri != Some(code.redirect_uri.as_str()) {
        return Err(invalid_grant("redirect_uri"));
    }
    let challenged =
        verifier.map(|verifier| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    if code.challenge == challenged {
        Ok(code)
    } else {
        Err(invalid_grant("code_verifier"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage whose developer has the secret `b` and the refresh token `Atzr|x`.
    fn alexas() -> Alexas {
        let mut alexas = Alexas::default();
        alexas.amazon.profiles.developer = "b".into();
        alexas
            .developer_refresh_tokens
            .insert(fingerprint("Atzr|x"));
        alexas
    }

    fn form(body: &str) -> Result<String, &'static str> {
        let parameters = parameters(&HeaderMap::new(), body.as_bytes()).unwrap();
        granted(&parameters, &mut alexas(), jiff::Timestamp::UNIX_EPOCH)
            .map(|granted| match granted {
                Granted::Developer { refresh_token } | Granted::Customer { refresh_token, .. } => {
                    refresh_token
                }
            })
            .map_err(|denied| denied.error)
    }

    #[test]
    fn a_refresh_token_of_the_stages_own_is_granted_to_the_developers_client_alone() {
        let body = |token: &str, client: &str, secret: &str| {
            form(&format!(
                "grant_type=refresh_token&refresh_token=Atzr%7C{token}&client_id={client}\
                 &client_secret={secret}"
            ))
        };
        let own = local_access::DEVELOPER_CLIENT_ID;
        assert_eq!(body("x", own, "b"), Ok("Atzr|x".to_owned()));
        assert_eq!(body("x", "a", "b"), Err("invalid_client"));
        assert_eq!(body("x", own, "c"), Err("invalid_client"));
        // Amazon's form is not enough: this stage did not issue it.
        assert_eq!(body("y", own, "b"), Err("invalid_grant"));
    }

    #[test]
    fn refusals_are_told_apart() {
        assert_eq!(form("refresh_token=Atzr%7Cx"), Err("invalid_request"));
        assert_eq!(form("grant_type=password"), Err("unsupported_grant_type"));
        assert_eq!(
            form("grant_type=refresh_token&refresh_token=Atzr%7Cx&client_id=a"),
            Err("invalid_client")
        );
        assert_eq!(
            form("grant_type=refresh_token&refresh_token=x&client_id=a&client_secret=b"),
            Err("invalid_client")
        );
    }

    #[test]
    fn a_client_may_authenticate_with_a_header() {
        let mut headers = HeaderMap::new();
        let basic = BASE64_STANDARD.encode(format!("{}:b", local_access::DEVELOPER_CLIENT_ID));
        headers.insert(
            header::AUTHORIZATION,
            format!("Basic {basic}").parse().unwrap(),
        );
        let body = b"grant_type=refresh_token&refresh_token=Atzr%7Cx";
        let parameters = parameters(&headers, body).unwrap();
        let granted = granted(&parameters, &mut alexas(), jiff::Timestamp::UNIX_EPOCH);
        let refresh_token = "Atzr|x".to_owned();
        assert_eq!(granted, Ok(Granted::Developer { refresh_token }));
    }

    #[test]
    fn a_code_is_redeemed_by_its_own_client_with_its_verifier_in_time() {
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let code = Code {
            client_id: "a".to_owned(),
            redirect_uri: "http://127.0.0.1:9090/cb".to_owned(),
            // RFC 7636, appendix B.
            scopes: Vec::new(),
            customer: None,
            challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
            expires_at: at(300),
        };
        let verifier = Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let home = Some(code.redirect_uri.as_str());
        let redeem = |client, uri, verifier, now| {
            let redeemed = redeem(Some(code.clone()), client, uri, verifier, at(now));
            redeemed.map(|_| ()).map_err(|denied| denied.error)
        };
        assert_eq!(redeem("a", home, verifier, 299), Ok(()));
        for (client, uri, verifier, now) in [
            ("b", home, verifier, 299),
            ("a", Some("http://127.0.0.1:1/cb"), verifier, 299),
            ("a", None, verifier, 299),
            ("a", home, None, 299),
            ("a", home, Some("another"), 299),
            ("a", home, verifier, 300),
        ] {
            assert_eq!(redeem(client, uri, verifier, now), Err("invalid_grant"));
        }
    }
}
