//! One request of a browser for one page: what it asks for, which cookies it has, what it gets.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::language::Language;
use super::log_out::ErrorPage;
use super::{fields, found, page, request_of, wrong};
use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::base::html::page_in;
use crate::base::secret::same;
use crate::base::{headers, random};
use crate::cognito::browsers::{Notice, SignedIn, Step};
use crate::cognito::domain::{Domain, Host, elsewhere};
use crate::cognito::oauth::authorize;
use crate::cognito::oauth::params::Params;
use crate::cognito::oauth::request::AuthorizationRequest;
use crate::cognito::pool::Pool;
use crate::cognito::settings::FirstFactor;
use crate::cognito::users::sign_in::{self, Next, SecondFactor};
use crate::cognito::users::totp::TotpSecret;
use crate::cognito::{Cognito, cookies, errors};

/// How long a browser keeps its cookies: as long as a confirmation code can be entered. What they stand
/// for ends by the stage's clock, a sign-in after an hour.
const COOKIE_SECONDS: i64 = super::confirm::SECONDS;

/// What every template shows or sends back.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The authorization request, URL-encoded.
    pub(super) query: String,
    pub(super) csrf: String,
    /// Whether the pages are those of managed login.
    pub(super) managed: bool,
    pub(super) error: Option<String>,
    pub(super) notice: Option<String>,
    /// The fields that the error is about; the first gets the focus.
    wrong: Vec<String>,
}

impl Frame {
    /// What assistive technology reads with a field: its hint, and what was wrong; and the focus, if it is
    /// the first field that is wrong. These are attributes, to be put into the tag as they are.
    pub(super) fn about(&self, field: &str, hint: &str) -> String {
        let error = self.error.as_ref().map(|_| "error");
        let ids: Vec<_> = (Some(hint).filter(|hint| !hint.is_empty()).into_iter())
            .chain(error)
            .collect();
        let mut attributes = String::new();
        if !ids.is_empty() {
            attributes.push_str(" aria-describedby=\"");
            attributes.push_str(&ids.join(" "));
            attributes.push('"');
        }
        if self.wrong.iter().any(|wrong| wrong == field) {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        if self.wrong.first().is_some_and(|first| first == field) {
            attributes.push_str(" autofocus");
        }
        attributes
    }

    /// The frame of a page that asks for these fields alone.
    pub(super) fn asking_for(mut self, fields: &[&str]) -> Self {
        self.wrong.retain(|wrong| fields.contains(&wrong.as_str()));
        self
    }

    /// Whether the error is about no field, so that its own text gets the focus.
    pub(super) fn is_general(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// A page's request, checked.
pub(super) struct Visit {
    cognito: Cognito,
    pub(super) request: AuthorizationRequest,
    pool_id: String,
    query: String,
    csrf: String,
    session: String,
    managed: bool,
    language: Language,
}

/// A form that came from our own page.
pub(super) struct Submitted(pub(super) Visit, pub(super) Params);

/// A code as it is checked: people copy it with the spaces that messages and apps show.
pub(super) fn code(entered: &Params) -> String {
    let letters = entered.field("code").chars();
    letters.filter(|letter| !letter.is_whitespace()).collect()
}

#[derive(askama::Template)]
#[template(path = "cognito/unavailable.html")]
struct Unavailable {
    /// Where the pool's pages are, if they are not here.
    elsewhere: Option<String>,
}

impl FromRequestParts<Cognito> for Visit {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        cognito: &Cognito,
    ) -> Result<Self, Self::Rejection> {
        let Ok(host) = Host::from_request_parts(parts, cognito).await;
        let query = parts.uri.query().unwrap_or_default();
        Self::begin(cognito, host, query, &parts.headers).map_err(|response| *response)
    }
}

impl FromRequest<Cognito> for Submitted {
    type Rejection = Response;

    async fn from_request(request: Request, cognito: &Cognito) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, cognito).await?;
        let token = headers::cookie(&parts.headers, cookies::CSRF)
            .unwrap_or_default()
            .to_owned();
        let body = String::from_request(Request::from_parts(parts, body), cognito)
            .await
            .map_err(IntoResponse::into_response)?;
        let form = Params::parse(&body);
        if token.is_empty() || !same(&token, form.field("_csrf")) {
            let error = ErrorPage::new("The form has expired. Please go back and try again.");
            return Err(visit.show(StatusCode::FORBIDDEN, &error));
        }
        Ok(Self(visit, form))
    }
}

impl Visit {
    /// Checks the query as the authorization endpoint does, and that there are pages to show.
    fn begin(
        cognito: &Cognito,
        host: Host,
        query: &str,
        browser: &HeaderMap,
    ) -> Result<Self, Box<Response>> {
        let state = cognito.lock();
        let request = request_of(&state, &Params::parse(query))
            .map_err(|refusal| Box::new(found(&refusal.location())))?;
        let unavailable = |elsewhere: Option<String>| {
            Box::new(page(StatusCode::FORBIDDEN, &Unavailable { elsewhere }))
        };
        let client = state.client(&request.client_id);
        let (pool, _) = client.ok_or_else(|| unavailable(None))?;
        let here = pool.domains_at(host, &cognito.shared);
        if here.is_empty() {
            return Err(unavailable(elsewhere(
                &pool.domains,
                host,
                &cognito.shared.urls,
            )));
        }
        let managed = look(pool, &here, &request.client_id).ok_or_else(|| unavailable(None))?;
        Ok(Self {
            pool_id: pool.id.clone(),
            session: headers::cookie(browser, cookies::SESSION)
                .filter(|cookie| state.browsers.knows(cookie))
                .map_or_else(random::token, str::to_owned),
            csrf: headers::cookie(browser, cookies::CSRF)
                .filter(|token| token.len() >= 32)
                .map_or_else(random::token, str::to_owned),
            cognito: cognito.clone(),
            request,
            query: query.to_owned(),
            managed,
            language: if managed {
                language(query, browser)
            } else {
                Language::English
            },
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.cognito.shared.clock.now()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.cognito.shared
    }

    pub(super) fn client_id(&self) -> &str {
        &self.request.client_id
    }

    /// `login_hint`: what to fill in for the person.
    pub(super) fn login_hint(&self) -> String {
        Params::parse(&self.query).field("login_hint").to_owned()
    }

    /// The name that a form asks for, as the pool knows it.
    pub(super) fn name_in(&self, entered: &Params) -> Result<String, AwsError> {
        self.with_pool(|pool| Ok(fields::username(&pool.settings, "").read(entered)))
    }

    /// Works on the pool under the lock.
    pub(super) fn with_pool<T>(
        &self,
        work: impl FnOnce(&mut Pool) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let mut state = self.cognito.lock();
        let pool = state
            .pools
            .get_mut(&self.pool_id)
            .ok_or_else(|| errors::no_pool(&self.pool_id))?;
        work(pool)
    }

    /// What the templates need, with the notice that the last page left.
    fn frame(&self, error: Option<&AwsError>, name: &str) -> Frame {
        let mut state = self.cognito.lock();
        let (failed, notice) = match state.browsers.take_notice(&self.session, &self.pool_id) {
            None => (None, None),
            Some(Notice::Done(text)) => (None, Some(text)),
            Some(Notice::Failed(text)) => (Some(text), None),
        };
        Frame {
            query: self.query.clone(),
            csrf: self.csrf.clone(),
            managed: self.managed,
            error: error.map(|error| error.message.clone()).or(failed),
            notice,
            wrong: error.map_or_else(Vec::new, |error| wrong::fields(error, name)),
        }
    }

    /// The step that the person has come to.
    pub(super) fn step(&self) -> Option<Step> {
        let state = self.cognito.lock();
        state
            .browsers
            .step(&self.session, &self.pool_id, self.now())
            .cloned()
    }

    /// A page, with the cookies that its form needs.
    pub(super) fn show(&self, status: StatusCode, template: &impl askama::Template) -> Response {
        let page = page_in(status, template, |html| self.language.translate(html));
        self.with_cookies(page, &self.session)
    }

    /// A form, or the same form again with what was wrong.
    pub(super) fn form<T: askama::Template>(
        &self,
        error: Option<&AwsError>,
        template: impl FnOnce(&Pool, Frame) -> T,
    ) -> Response {
        self.form_of("username", error, template)
    }

    /// The same for a form whose user name has another field.
    pub(super) fn form_of<T: askama::Template>(
        &self,
        name: &str,
        error: Option<&AwsError>,
        template: impl FnOnce(&Pool, Frame) -> T,
    ) -> Response {
        let status = match error {
            None => StatusCode::OK,
            Some(_) => StatusCode::BAD_REQUEST,
        };
        let frame = self.frame(error, name);
        match self.with_pool(|pool| Ok(template(pool, frame))) {
            Ok(template) => self.show(status, &template),
            Err(error) => self.show(StatusCode::NOT_FOUND, &ErrorPage::new(&error.message)),
        }
    }

    /// Another page of the same request.
    pub(super) fn go(&self, path: &str) -> Response {
        self.with_cookies(found(&format!("{path}?{}", self.query)), &self.session)
    }

    /// Another page, which says what was done.
    pub(super) fn go_saying(&self, path: &str, done: &str) -> Response {
        self.leave_notice(done);
        self.go(path)
    }

    /// Another page, which says why there is nothing to go on with.
    pub(super) fn go_failing(&self, path: &str, why: &str) -> Response {
        self.leave(Notice::Failed(why.to_owned()));
        self.go(path)
    }

    /// The next page says what was done.
    pub(super) fn leave_notice(&self, done: &str) {
        self.leave(Notice::Done(done.to_owned()));
    }

    fn leave(&self, notice: Notice) {
        let mut state = self.cognito.lock();
        let browsers = &mut state.browsers;
        browsers.set_notice(&self.session, &self.pool_id, notice);
    }

    /// Another page, where the next step waits for `seconds`.
    pub(super) fn go_on(&self, path: &str, step: Step, seconds: i64) -> Response {
        self.cognito.lock().browsers.set_step(
            &self.session,
            &self.pool_id,
            step,
            seconds,
            self.now(),
        );
        self.go(path)
    }

    /// The first factor was shown: on to the next one, or back to the client.
    pub(super) async fn advance(
        &self,
        sub: &str,
        first: FirstFactor,
    ) -> Result<Response, AwsError> {
        let next = self.with_pool(|pool| {
            let user = pool
                .users
                .find(&pool.settings, sub)
                .ok_or_else(errors::no_user)?;
            sign_in::next(pool, user, first)
        })?;
        let seconds = self.challenge_seconds()?;
        let sub = sub.to_owned();
        let (path, step) = match next {
            Next::SignedIn => return Ok(self.sign_in(&sub).await),
            Next::Challenge(factor) => return self.challenge(&sub, factor, false),
            Next::Choose => ("/selectMfa", Step::Choose { sub }),
            Next::ChooseSetUp => ("/selectMfaSetup", Step::ChooseSetUp { sub }),
            Next::SetUpTotp => return self.set_up_app(&sub),
            Next::NewPassword => ("/changePassword", Step::NewPassword { sub }),
        };
        Ok(self.go_on(path, step, seconds))
    }

    /// The page that shows the key for a new authenticator app.
    pub(super) fn set_up_app(&self, sub: &str) -> Result<Response, AwsError> {
        let step = Step::SetUpTotp {
            sub: sub.to_owned(),
            secret: TotpSecret::generate(),
        };
        Ok(self.go_on("/mfaSetup", step, self.challenge_seconds()?))
    }

    /// The page that asks for a code of this factor, which is on its way; `new` says that the person
    /// has chosen it just now, to be asked for from then on.
    pub(super) fn challenge(
        &self,
        sub: &str,
        factor: SecondFactor,
        new: bool,
    ) -> Result<Response, AwsError> {
        let seconds = self.challenge_seconds()?;
        self.with_pool(|pool| sign_in::send_challenge(pool, sub, factor, self.shared()))?;
        let sub = sub.to_owned();
        Ok(self.go_on("/mfa", Step::Challenge { sub, factor, new }, seconds))
    }

    fn challenge_seconds(&self) -> Result<i64, AwsError> {
        self.with_pool(|pool| {
            let settings = &pool.client(self.client_id())?.settings;
            Ok(settings.lifetimes.challenge_seconds())
        })
    }

    /// Every factor was shown: back to the client.
    pub(super) async fn sign_in(&self, sub: &str) -> Response {
        let now = self.now();
        let cookie = self
            .cognito
            .lock()
            .browsers
            .sign_in(&self.session, &self.pool_id, sub, now);
        let signed_in = SignedIn {
            sub: sub.to_owned(),
            auth_time: now,
        };
        let response = authorize::finish(&self.cognito, &self.request, &signed_in).await;
        self.with_cookies(response, &cookie)
    }

    fn with_cookies(&self, mut response: Response, session: &str) -> Response {
        for (name, value) in [
            (cookies::CSRF, self.csrf.as_str()),
            (cookies::SESSION, session),
            (cookies::LANGUAGE, self.language.tag()),
        ] {
            let cookie =
                format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        response
    }
}

/// The language that the address names, or that the browser was shown before.
fn language(query: &str, browser: &HeaderMap) -> Language {
    let named = Params::parse(query);
    let remembered = || headers::cookie(browser, cookies::LANGUAGE).and_then(Language::of);
    Language::of(named.field("lang"))
        .or_else(remembered)
        .unwrap_or_default()
}

/// Whether the client's pages are those of managed login; nothing if there are none, because the client
/// has no branding style.
fn look(pool: &Pool, here: &[&Domain], client_id: &str) -> Option<bool> {
    let managed = here.iter().any(|domain| domain.managed_login());
    let styled = pool
        .brandings
        .iter()
        .any(|style| style.client_id == client_id);
    let shown = !managed || styled;
    shown.then_some(managed)
}
