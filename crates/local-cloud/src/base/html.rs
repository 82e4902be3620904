//! The answer to a browser: a rendered template and the headers of every page of the stage.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::base::guard::{Browsers, Caller, Door};

/// The sign that browsers ask for by themselves: an SVG image, which they take by its type.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
    <rect width=\"32\" height=\"32\" rx=\"7\" fill=\"#0b5fa5\"/>\
    <path d=\"M8 9l8 15 8-15\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"4\"/></svg>";

/// `GET /favicon.ico`, for a listener with pages.
pub(crate) fn icon<S: Clone + Send + Sync + 'static>() -> Door<S> {
    let icon = async || {
        let headers = [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "max-age=86400"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, ICON)
    };
    Door::get("/favicon.ico", Caller::Anyone, icon).browsers(Browsers::OwnPages)
}

/// A page that no cache keeps, no other site frames and no script runs in.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    page_in(status, template, str::to_owned)
}

/// The same, translated.
pub(crate) fn page_in(
    status: StatusCode,
    template: &impl Template,
    translate: impl FnOnce(&str) -> String,
) -> Response {
    let (status, html) = match template.render() {
        Ok(html) => (status, translate(&html)),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; \
             frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
