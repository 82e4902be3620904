//! Alexa: SMAPI, Login with Amazon, account linking and the device.
//!
//! What Alexa would decide is pure and lives beside what decides it: the rules for manifests and
//! interaction models in `smapi`, the understanding of utterances and the checking of responses
//! in `device`. This module holds the state that they share.

mod app;
mod customer;
mod device;
mod events;
mod linking;
mod lwa;
mod region;
mod smapi;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;

use crate::Shared;
use crate::lambda::Lambda;
pub(crate) use customer::{Customer, Voice};
pub use device::{Understanding, understanding};
use state::State;

/// A refresh token that Login with Amazon accepts on every local stage.
pub const DEVELOPER_REFRESH_TOKEN: &str = "Atzr|local-developer";
/// An access token that SMAPI accepts on every local stage and that never expires.
pub const DEVELOPER_ACCESS_TOKEN: &str = "Atza|local-developer";
/// The Login with Amazon security profile of the local developer.
pub const DEVELOPER_CLIENT_ID: &str = "amzn1.application-oa2-client.local";
/// The secret of [`DEVELOPER_CLIENT_ID`].
pub const DEVELOPER_CLIENT_SECRET: &str = "local-developer-secret";

/// The Alexa service of the stage. Clones share it.
#[derive(Debug, Clone)]
pub struct Alexa {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Shared,
    lambda: Lambda,
    state: Mutex<State>,
    outgoing: linking::Outgoing,
    events: events::Dispatcher,
    /// Held while an access token is being refreshed.
    refreshing: tokio::sync::Mutex<()>,
}

impl Alexa {
    /// One vendor, no skills.
    pub fn new(shared: Shared, lambda: Lambda) -> Self {
        Self {
            inner: Arc::new(Inner {
                shared,
                lambda,
                state: Mutex::default(),
                outgoing: linking::Outgoing::default(),
                events: events::Dispatcher::default(),
                refreshing: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// The Alexa Skill Management API.
    pub fn smapi_router(&self) -> Router {
        smapi::router(self.clone())
    }

    /// Login with Amazon tokens.
    pub fn lwa_router(&self) -> Router {
        lwa::router(self.clone())
    }

    /// The device, the Alexa app, the developer console and the redirect hosts.
    pub fn device_router(&self) -> Router {
        app::router(self.clone())
            .merge(lwa::console(self.clone()))
            .merge(device::router(self.clone()))
            .merge(linking::router(self.clone()))
    }

    /// The state, with everything that has finished meanwhile applied. Never held over an await.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self
            .inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.settle(self.inner.shared.clock.now());
        state
    }

    fn pace(&self) -> crate::Pace {
        self.inner.shared.pace
    }

    fn now(&self) -> jiff::Timestamp {
        self.inner.shared.clock.now()
    }
}
