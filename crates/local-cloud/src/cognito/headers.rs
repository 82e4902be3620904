//! Request headers: cookies and the content type.

use axum::http::{HeaderMap, header};

/// The cookie that stands for a browser's sign-ins.
pub(crate) const SESSION: &str = "cognito";
/// The cookie that every form must repeat.
pub(crate) const CSRF: &str = "XSRF-TOKEN";

/// The cookie that remembers the language of the pages; what Cognito calls it is not documented.
pub(crate) const LANGUAGE: &str = "lang";

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Whether the body is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}
