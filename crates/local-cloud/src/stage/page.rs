//! The stage's page, for a browser that has shown the token.

use axum::extract::{Request, State};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use secrecy::ExposeSecret as _;

use crate::aws::Shared;
use crate::base::guard::{Caller, Door, cookie_name, token_in_query};

/// The page, its style and its script: all that there is of it.
const HTML: &str = include_str!("../../page/index.html");
const STYLE: &str = include_str!("../../page/page.css");
const SCRIPT: &str = include_str!("../../page/page.js");

/// The doors of the page.
pub(crate) fn doors(shared: &Shared) -> Vec<Door> {
    let style = async || file("text/css; charset=utf-8", STYLE);
    let script = async || file("text/javascript; charset=utf-8", SCRIPT);
    Door::all(
        shared,
        [
            Door::get("/", Caller::StagePage, open),
            Door::get("/page.css", Caller::StageToken, style),
            Door::get("/page.js", Caller::StageToken, script),
        ],
    )
}

/// The page; or, at the printed address, the cookie that opens it.
async fn open(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answer = match token_in_query(&parts) {
        None => return file("text/html; charset=utf-8", HTML),
        Some(token) if shared.keys.opens(&token) => let_in(&shared),
        Some(_) => (
            StatusCode::UNAUTHORIZED,
            "This address is of another stage, or of an earlier one: `cargo xtask local` prints the \
             address of the stage that is running.",
        )
            .into_response(),
    };
    closed(answer)
}

fn file(kind: &'static str, content: &'static str) -> Response {
    closed(([(CONTENT_TYPE, kind)], content).into_response())
}

/// An answer that no cache keeps, no other site frames, and that loads nothing from elsewhere.
fn closed(mut answer: Response) -> Response {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
             img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
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
    let cookies = [cookie, shared.keys.strip_cookie()].map(|cookie| (SET_COOKIE, cookie));
    (AppendHeaders(cookies), Redirect::to("/")).into_response()
}
