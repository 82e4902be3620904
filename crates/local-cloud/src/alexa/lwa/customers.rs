//! The accounts that people have with Amazon, and the pages on which they sign in: their own
//! password, once for each browser, and nothing that the skill's developer could see.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::authorize::{expired, give};
use super::profiles::{Asked, Client};
use crate::alexa::Alexa;
use crate::alexa::state::{fingerprint, opaque};
use crate::base::conditions::Outage;
use crate::base::guard::{Browsers, Caller, Door};
use crate::base::headers::cookie;
use crate::base::html::page;
use crate::base::secret::same;
use crate::cognito::Lockout;

/// The cookie that stands for whoever is signed in.
const SESSION: &str = "session-id";
/// Said to whoever brings a wrong password, and to whoever brings an address that nobody has.
///
/// Amazon's own page is known to tell them apart, and to lock accounts and ask for a puzzle after
/// failures; it documents neither. Nobody needs to learn from this stage whose account there is, so that
/// it answers as its user pools do.
const WRONG: &str = "Your email or password was incorrect. Please try again.";
/// Said, whatever is brought, until the pause after repeated failures is over.
const LOCKED: &str = "There were too many failed attempts. Please try again later.";
/// The shortest password that Amazon takes.
const SHORTEST_PASSWORD: usize = 6;

/// Somebody's account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) email: String,
    /// Of the password.
    digest: String,
}

impl Account {
    /// Who it is for everything of this stage's developer; for other developers it is another one.
    /// <https://developer.amazon.com/docs/login-with-amazon/customer-profile.html>
    pub(super) fn user_id(&self) -> String {
        let digest = fingerprint(&self.email).to_uppercase();
        format!("amzn1.account.A{}", &digest[..27])
    }
}

/// Everybody who has an account with Amazon.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Customers {
    /// By e-mail address, in lower case.
    accounts: HashMap<String, Account>,
    /// How often signing in has failed, by whatever address was entered, in lower case.
    lockouts: HashMap<String, Lockout>,
    /// Who is signed in, by the value of the cookie.
    browsers: HashMap<String, String>,
    /// What each has allowed, by client and address.
    allowed: HashMap<(String, String), BTreeSet<String>>,
}

impl Customers {
    pub(super) fn account(&self, email: &str) -> Option<&Account> {
        self.accounts.get(email)
    }

    /// Who is signed in in a browser.
    fn signed_in(&self, headers: &HeaderMap) -> Option<String> {
        self.browsers.get(cookie(headers, SESSION)?).cloned()
    }

    /// Whether a customer has allowed all of this before: then nobody is asked again. The id alone
    /// is nothing to ask for.
    pub(super) fn has_allowed(&self, client_id: &str, email: &str, scopes: &[String]) -> bool {
        let key = (client_id.to_owned(), email.to_owned());
        let allowed = self.allowed.get(&key);
        scopes.iter().all(|scope| {
            scope == "profile:user_id" || allowed.is_some_and(|allowed| allowed.contains(scope))
        })
    }

    pub(super) fn allow(&mut self, client_id: &str, email: &str, scopes: &[String]) {
        let key = (client_id.to_owned(), email.to_owned());
        let allowed = self.allowed.entry(key).or_default();
        allowed.extend(scopes.iter().cloned());
    }

    fn register(&mut self, form: &Registration) -> Result<String, Wrong> {
        let email = address(&form.email);
        if form.name.trim().is_empty() {
            return Err(Wrong::at("name", "Enter your name"));
        }
        if !email.contains('@') {
            return Err(Wrong::at("email", "Enter your email"));
        }
        if form.password.chars().count() < SHORTEST_PASSWORD {
            return Err(Wrong::at("password", "Minimum 6 characters required"));
        }
        if self.accounts.contains_key(&email) {
            let taken = "There's already an account with this email";
            return Err(Wrong::at("email", taken));
        }
        let account = Account {
            name: form.name.trim().to_owned(),
            email: email.clone(),
            digest: fingerprint(&form.password),
        };
        self.accounts.insert(email.clone(), account);
        Ok(email)
    }

    fn sign_in(&mut self, form: &Credentials, now: Timestamp) -> Result<String, Wrong> {
        let email = address(&form.email);
        let lockout = self.lockouts.entry(email.clone()).or_default();
        if lockout.locked(now) {
            return Err(Wrong::at("", LOCKED));
        }
        let digest = fingerprint(&form.password);
        let account = self.accounts.get(&email);
        if account.is_some_and(|account| same(&account.digest, &digest)) {
            lockout.succeed();
            return Ok(email);
        }
        lockout.fail(now);
        Err(Wrong::at("email", WRONG))
    }
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wrong {
    /// The field that gets the focus; empty if it is about none.
    field: &'static str,
    problem: &'static str,
}

impl Wrong {
    fn at(field: &'static str, problem: &'static str) -> Self {
        Self { field, problem }
    }

    /// The attributes of a field of a form that comes back.
    fn about(self, field: &str) -> &'static str {
        if self.field == field {
            " aria-describedby=\"problem\" aria-invalid=\"true\" autofocus"
        } else {
            " aria-describedby=\"problem\""
        }
    }
}

/// The attributes of a field.
fn about(wrong: Option<Wrong>, field: &str) -> &'static str {
    wrong.map_or("", |wrong| wrong.about(field))
}

fn address(text: &str) -> String {
    text.trim().to_lowercase()
}

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    use Browsers::{Navigation, OwnPages};
    use Caller::Anyone;

    Door::all(
        alexa,
        [
            // The authorization endpoint redirects here, wherever the person came from.
            Door::get("/ap/signin", Anyone, sign_in_page).browsers(Navigation),
            Door::post("/ap/signin", Anyone, sign_in).browsers(OwnPages),
            Door::get("/ap/register", Anyone, register_page).browsers(OwnPages),
            Door::post("/ap/register", Anyone, register).browsers(OwnPages),
            Door::get("/ap/consent", Anyone, consent_page).browsers(Navigation),
        ],
    )
}

#[derive(askama::Template)]
#[template(path = "lwa/signin.html")]
struct SignInPage<'a> {
    handle: &'a str,
    wrong: Option<Wrong>,
}

#[derive(askama::Template)]
#[template(path = "lwa/register.html")]
struct RegisterPage<'a> {
    handle: &'a str,
    wrong: Option<Wrong>,
}

#[derive(askama::Template)]
#[template(path = "lwa/consent.html")]
pub(super) struct Consent<'a> {
    /// Who asks.
    pub(super) who: &'a str,
    pub(super) scopes: Vec<Asked<'a>>,
    pub(super) handle: &'a str,
}

/// The scopes of a request for its page.
pub(super) fn asked(scopes: &[String]) -> Vec<Asked<'_>> {
    scopes.iter().map(|name| Asked { name }).collect()
}

/// Which authorization request somebody is in the middle of.
#[derive(Deserialize)]
struct Handle {
    request: String,
}

#[derive(Deserialize)]
struct Credentials {
    request: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Registration {
    request: String,
    name: String,
    email: String,
    password: String,
}

async fn sign_in_page(
    State(alexa): State<Alexa>,
    Query(Handle { request }): Query<Handle>,
) -> Response {
    show(
        &alexa,
        &request,
        &SignInPage {
            handle: &request,
            wrong: None,
        },
    )
    .await
}

async fn register_page(
    State(alexa): State<Alexa>,
    Query(Handle { request }): Query<Handle>,
) -> Response {
    show(
        &alexa,
        &request,
        &RegisterPage {
            handle: &request,
            wrong: None,
        },
    )
    .await
}

/// A page of a request that is still open.
async fn show(alexa: &Alexa, request: &str, template: &impl askama::Template) -> Response {
    if alexa.endure(None).await.is_err() {
        return Outage::page();
    }
    let now = alexa.now();
    match alexa.state().amazon.open_request(request, now) {
        Some(_) => page(StatusCode::OK, template),
        None => expired(),
    }
}

async fn sign_in(State(alexa): State<Alexa>, Form(form): Form<Credentials>) -> Response {
    let now = alexa.now();
    let found = alexa.state().amazon.customers.sign_in(&form, now);
    match found {
        Ok(email) => enter(&alexa, &form.request, &email),
        Err(wrong) => page(
            StatusCode::OK,
            &SignInPage {
                handle: &form.request,
                wrong: Some(wrong),
            },
        ),
    }
}

async fn register(State(alexa): State<Alexa>, Form(form): Form<Registration>) -> Response {
    let made = alexa.state().amazon.customers.register(&form);
    match made {
        Ok(email) => enter(&alexa, &form.request, &email),
        Err(wrong) => page(
            StatusCode::OK,
            &RegisterPage {
                handle: &form.request,
                wrong: Some(wrong),
            },
        ),
    }
}

/// Somebody has shown who they are: their browser remembers it.
fn enter(alexa: &Alexa, request: &str, email: &str) -> Response {
    let session = opaque();
    let mut answer = {
        let mut state = alexa.state();
        let customers = &mut state.amazon.customers;
        customers.browsers.insert(session.clone(), email.to_owned());
        drop(state);
        go_on(alexa, request, email)
    };
    let cookie = format!("{SESSION}={session}; Path=/ap; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

/// Where an authorization request of a skill begins: whoever is signed in goes on at once.
pub(super) fn begin(alexa: &Alexa, headers: &HeaderMap, request: &str) -> Response {
    let signed_in = alexa.state().amazon.customers.signed_in(headers);
    match signed_in {
        Some(email) => go_on(alexa, request, &email),
        None => Redirect::to(&format!("/ap/signin?request={request}")).into_response(),
    }
}

/// To the question whether it is allowed, or back to the skill if it was before.
fn go_on(alexa: &Alexa, handle: &str, email: &str) -> Response {
    let now = alexa.now();
    let mut state = alexa.state();
    let Some(pending) = state.amazon.open_request(handle, now) else {
        return expired();
    };
    pending.customer = Some(email.to_owned());
    let request = pending.request.clone();
    let customers = &state.amazon.customers;
    if !customers.has_allowed(&request.client_id, email, &request.scopes) {
        return Redirect::to(&format!("/ap/consent?request={handle}")).into_response();
    }
    state.amazon.requests.remove(handle);
    give(&mut state, request, Some(email.to_owned()), now)
}

async fn consent_page(
    State(alexa): State<Alexa>,
    headers: HeaderMap,
    Query(Handle { request: handle }): Query<Handle>,
) -> Response {
    let now: Timestamp = alexa.now();
    let mut state = alexa.state();
    let signed_in = state.amazon.customers.signed_in(&headers);
    let Some(pending) = state.amazon.open_request(&handle, now) else {
        return expired();
    };
    if signed_in.is_none() || pending.customer != signed_in {
        return expired();
    }
    let request = pending.request.clone();
    let Some(Client::Profile(profile)) = state.amazon.profiles.client(&request.client_id) else {
        return expired();
    };
    let template = Consent {
        who: &profile.name,
        scopes: asked(&request.scopes),
        handle: &handle,
    };
    page(StatusCode::OK, &template)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(email: &str, password: &str) -> Registration {
        Registration {
            request: String::new(),
            name: "Ada Lovelace".to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
        }
    }

    fn credentials(email: &str, password: &str) -> Credentials {
        Credentials {
            request: String::new(),
            email: email.to_owned(),
            password: password.to_owned(),
        }
    }

    #[test]
    fn an_address_has_one_account_and_one_password() {
        let mut customers = Customers::default();
        assert!(customers.register(&registration("ada", "secret")).is_err());
        assert!(
            customers
                .register(&registration("a@example.com", "short"))
                .is_err()
        );
        let made = customers.register(&registration("A@example.com", "secret"));
        assert_eq!(made, Ok("a@example.com".to_owned()));
        assert!(
            customers
                .register(&registration("a@Example.com", "other1"))
                .is_err()
        );
        let mut sign_in = |email, password| {
            let form = credentials(email, password);
            let signed_in = customers.sign_in(&form, Timestamp::UNIX_EPOCH);
            signed_in.map_err(|wrong| wrong.problem)
        };
        assert_eq!(
            sign_in(" a@example.COM", "secret").as_deref(),
            Ok("a@example.com")
        );
        assert_eq!(sign_in("a@example.com", "other1"), Err(WRONG));
        assert_eq!(sign_in("b@example.com", "secret"), Err(WRONG));
        let id = customers.account("a@example.com").unwrap().user_id();
        assert_eq!(id.len(), "amzn1.account.".len() + 28);
    }

    #[test]
    fn whoever_has_allowed_it_is_not_asked_again() {
        let mut customers = Customers::default();
        let scopes = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let id = scopes(&["profile:user_id"]);
        assert!(customers.has_allowed("c", "a@example.com", &id));
        let profile = scopes(&["profile"]);
        assert!(!customers.has_allowed("c", "a@example.com", &profile));
        customers.allow("c", "a@example.com", &profile);
        assert!(customers.has_allowed("c", "a@example.com", &profile));
        assert!(!customers.has_allowed("d", "a@example.com", &profile));
        assert!(!customers.has_allowed("c", "b@example.com", &profile));
        let more = scopes(&["profile", "postal_code"]);
        assert!(!customers.has_allowed("c", "a@example.com", &more));
    }
}
