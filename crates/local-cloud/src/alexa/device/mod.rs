//! The device.

pub(super) mod request;
pub(super) mod session;

use axum::Router;

use super::Alexa;

pub(super) fn router(alexa: Alexa) -> Router {
    Router::new().with_state(alexa)
}
