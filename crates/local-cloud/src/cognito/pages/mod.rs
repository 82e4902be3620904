//! The sign-in pages: plain forms, no script.
//!
//! Every page carries the authorization request in its query, as Cognito's own pages do, and
//! checks it again.

mod confirm;
mod fields;
mod forgot;
mod log_in;
mod log_out;
mod second_factor;
mod sign_up;
mod visit;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;

use crate::cognito::Cognito;
use crate::cognito::oauth::params::Params;
use crate::cognito::oauth::request::{AuthorizationRequest, Refusal};
use crate::cognito::state::State;

/// Every page.
pub(crate) fn router() -> Router<Cognito> {
    Router::new()
        .route("/login", get(log_in::show).post(log_in::submit))
        .route(
            "/oneTimeCode",
            get(log_in::show_code).post(log_in::submit_code),
        )
        .route("/signup", get(sign_up::show).post(sign_up::submit))
        .route("/confirmUser", get(confirm::show).post(confirm::submit))
        .route(
            "/resendcode",
            get(confirm::show_resend).post(confirm::resend),
        )
        .route("/forgotPassword", get(forgot::show).post(forgot::submit))
        .route(
            "/confirmForgotPassword",
            get(forgot::show_reset).post(forgot::reset),
        )
        .route("/mfa", get(second_factor::show).post(second_factor::submit))
        .route(
            "/selectMfa",
            get(second_factor::show_choice).post(second_factor::choose),
        )
        .route(
            "/selectMfaSetup",
            get(second_factor::show_setup_choice).post(second_factor::choose_setup),
        )
        .route(
            "/mfaSetup",
            get(second_factor::show_setup).post(second_factor::set_up),
        )
        .route(
            "/changePassword",
            get(second_factor::show_password).post(second_factor::change_password),
        )
        .route("/logout", get(log_out::get))
        .route("/error", get(log_out::error))
}

/// The request behind a page's or an endpoint's query.
pub(crate) fn request_of(state: &State, params: &Params) -> Result<AuthorizationRequest, Refusal> {
    AuthorizationRequest::parse(params, |id| {
        state.client(id).map(|(_, client)| &client.settings)
    })
}

/// 302: after a form the browser goes on with GET.
pub(crate) fn found(location: &str) -> Response {
    let mut response = Response::new(Body::empty());
    match HeaderValue::from_str(location) {
        Ok(location) => {
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(header::LOCATION, location);
        }
        // Locations are URL-encoded; anything else was never a location.
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response
}

/// A page that no cache keeps, no other site frames and no script runs in.
fn page(status: StatusCode, template: &impl askama::Template) -> Response {
    let (status, html) = match template.render() {
        Ok(html) => (status, html),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
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
