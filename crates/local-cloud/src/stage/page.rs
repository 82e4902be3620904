//! The stage's page: what a browser that has shown the token can read.

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use secrecy::ExposeSecret as _;

use crate::aws::Shared;
use crate::base::guard::{Caller, Door, cookie_name, token_in_query};

/// The doors of the page.
pub(crate) fn doors(shared: &Shared) -> Vec<Door> {
    Door::all(shared, [Door::get("/", Caller::StagePage, open)])
}

#[derive(askama::Template)]
#[template(path = "stage/page.html")]
struct Page;

/// The page; or, at the printed address, the cookie that opens it.
async fn open(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut answer = match token_in_query(&parts) {
        None => match askama::Template::render(&Page) {
            Ok(page) => Html(page).into_response(),
            Err(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
            }
        },
        Some(token) if shared.keys.opens(&token) => let_in(&shared),
        Some(_) => (
            StatusCode::UNAUTHORIZED,
            "This address is of another stage, or of an earlier one: `cargo xtask local` prints the \
             address of the stage that is running.",
        )
            .into_response(),
    };
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The token leaves the address, so that it is in no history entry that can be opened again.
fn let_in(shared: &Shared) -> Response {
    let port = shared.urls.device.port().unwrap_or_default();
    let cookie = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict",
        cookie_name(port),
        shared.keys.cookie().expose_secret()
    );
    ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}
