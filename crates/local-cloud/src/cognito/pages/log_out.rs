//! `/logout` and `/error`.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{found, page};
use crate::base::headers;
use crate::cognito::oauth::params::{Params, encode};
use crate::cognito::{Cognito, cookies};

/// A page that says what went wrong.
#[derive(askama::Template)]
#[template(path = "cognito/error.html")]
pub(super) struct ErrorPage {
    detail: String,
}

impl ErrorPage {
    pub(super) fn new(detail: &str) -> Self {
        Self {
            detail: detail.to_owned(),
        }
    }
}

/// `GET /logout`: to a registered sign-out URL, or to the sign-in page for another account.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html>
pub(super) async fn get(
    State(cognito): State<Cognito>,
    RawQuery(query): RawQuery,
    browser: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let params = Params::parse(&query);
    let mut state = cognito.lock();
    let client = params.single("client_id").ok().flatten();
    let Some((pool, client)) = client.and_then(|id| state.client(id)) else {
        return found("/error?error=invalid_request");
    };
    let location = match (params.single("logout_uri"), params.single("redirect_uri")) {
        (Ok(Some(uri)), _) if client.settings.logout_urls.iter().any(|known| known == uri) => {
            uri.to_owned()
        }
        // The sign-in page checks the rest.
        (Ok(None), Ok(Some(_))) if params.field("scope").is_empty() => {
            let scopes = client.settings.scopes.join(" ");
            format!("/login?{query}&{}", encode([("scope", scopes.as_str())]))
        }
        (Ok(None), Ok(Some(_))) => format!("/login?{query}"),
        _ => {
            let query = encode([("error", "redirect_mismatch"), ("client_id", &client.id)]);
            return found(&format!("/error?{query}"));
        }
    };
    let pool_id = pool.id.clone();
    if let Some(cookie) = headers::cookie(&browser, cookies::SESSION) {
        state.browsers.sign_out(cookie, &pool_id);
    }
    found(&location)
}

/// `GET /error`.
pub(super) async fn error(RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    page(
        StatusCode::BAD_REQUEST,
        &ErrorPage::new(params.field("error")),
    )
}
