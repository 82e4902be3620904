//! The sign-in pages: plain forms, no script.
//!
//! Every page carries the authorization request in its query, as Cognito's own pages do, and
//! checks it again.

mod confirm;
mod fields;
mod forgot;
mod language;
mod log_in;
mod log_out;
mod qr_code;
mod second_factor;
mod sign_up;
mod visit;
mod words;
mod wrong;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::base::guard::{Browsers, Caller, Door};
use crate::base::html::{self, page};
use crate::cognito::Cognito;
use crate::cognito::oauth::params::Params;
use crate::cognito::oauth::request::{AuthorizationRequest, Refusal};
use crate::cognito::state::State;

/// Every page. The query says for whom the page is; forms repeat the token of their own page.
pub(crate) fn doors() -> Vec<Door<Cognito>> {
    use Browsers::{Navigation, OwnPages};
    use Caller::Anyone;

    let shown = |door: Door<Cognito>| door.browsers(OwnPages);
    // Where the authorization endpoint, an application or a link may lead.
    let entry = |door: Door<Cognito>| door.browsers(Navigation);
    vec![
        entry(Door::get("/login", Anyone, log_in::show)),
        shown(Door::post("/login", Anyone, log_in::submit)),
        shown(Door::get("/oneTimeCode", Anyone, log_in::show_code)),
        shown(Door::post("/oneTimeCode", Anyone, log_in::submit_code)),
        entry(Door::get("/signup", Anyone, sign_up::show)),
        shown(Door::post("/signup", Anyone, sign_up::submit)),
        shown(Door::get("/confirmUser", Anyone, confirm::show)),
        shown(Door::post("/confirmUser", Anyone, confirm::submit)),
        shown(Door::get("/resendcode", Anyone, confirm::show_resend)),
        shown(Door::post("/resendcode", Anyone, confirm::resend)),
        shown(Door::get("/forgotPassword", Anyone, forgot::show)),
        shown(Door::post("/forgotPassword", Anyone, forgot::submit)),
        shown(Door::get(
            "/confirmForgotPassword",
            Anyone,
            forgot::show_reset,
        )),
        shown(Door::post("/confirmForgotPassword", Anyone, forgot::reset)),
        shown(Door::get("/mfa", Anyone, second_factor::show)),
        shown(Door::post("/mfa", Anyone, second_factor::submit)),
        shown(Door::get("/selectMfa", Anyone, second_factor::show_choice)),
        shown(Door::post("/selectMfa", Anyone, second_factor::choose)),
        shown(Door::get(
            "/selectMfaSetup",
            Anyone,
            second_factor::show_setup_choice,
        )),
        shown(Door::post(
            "/selectMfaSetup",
            Anyone,
            second_factor::choose_setup,
        )),
        shown(Door::get("/mfaSetup", Anyone, second_factor::show_setup)),
        shown(Door::post("/mfaSetup", Anyone, second_factor::set_up)),
        shown(Door::get(
            "/changePassword",
            Anyone,
            second_factor::show_password,
        )),
        shown(Door::post(
            "/changePassword",
            Anyone,
            second_factor::change_password,
        )),
        entry(Door::get("/logout", Anyone, log_out::get)).changing(),
        entry(Door::get("/error", Anyone, log_out::error)),
        html::icon(),
    ]
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
