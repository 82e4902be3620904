//! Alexa: SMAPI, Login with Amazon, account linking and the device.

use axum::Router;

use crate::Shared;
use crate::lambda::Lambda;

/// The Alexa service of the stage. Clones share it.
#[derive(Debug, Clone)]
pub struct Alexa {}

impl Alexa {
    /// One vendor, no skills.
    pub fn new(_shared: Shared, _lambda: Lambda) -> Self {
        Self {}
    }

    /// The Alexa Skill Management API.
    pub fn smapi_router(&self) -> Router {
        Router::new()
    }

    /// Login with Amazon tokens.
    pub fn lwa_router(&self) -> Router {
        Router::new()
    }

    /// The device, the Alexa app, the developer console and the redirect hosts.
    pub fn device_router(&self) -> Router {
        Router::new()
    }
}
