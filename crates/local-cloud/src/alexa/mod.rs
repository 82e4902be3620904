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

use axum::response::Response;
use http::request::Parts;
use secrecy::ExposeSecret as _;

use crate::aws::Shared;
use crate::base::guard::{Caller, Door};
use crate::lambda::Lambda;
pub(crate) use customer::{Customer, Voice};
pub(crate) use linking::{Held, claims};
use state::State;

/// The Alexa service of the stage. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Alexa {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Shared,
    lambda: Lambda,
    state: Mutex<State>,
    outgoing: linking::Outgoing,
    events: events::Dispatcher,
    turns: device::turns::Turns,
    /// Held while an access token is being refreshed.
    refreshing: tokio::sync::Mutex<()>,
}

impl Alexa {
    /// One vendor, no skills.
    pub(crate) fn new(shared: Shared, lambda: Lambda) -> Self {
        let mut state = State::default();
        let developer = shared.keys.developer();
        let refresh_token = state::fingerprint(developer.refresh_token.expose_secret());
        state.developer_refresh_tokens.insert(refresh_token);
        let access_token = state::fingerprint(developer.access_token.expose_secret());
        state
            .developer_tokens
            .insert(access_token, jiff::Timestamp::MAX);
        state.amazon.profiles.developer = developer.client_secret.clone();
        Self {
            inner: Arc::new(Inner {
                shared,
                lambda,
                state: Mutex::new(state),
                outgoing: linking::Outgoing::default(),
                events: events::Dispatcher::default(),
                turns: device::turns::Turns::default(),
                refreshing: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// The Alexa Skill Management API.
    pub(crate) fn smapi_doors(&self) -> Vec<Door> {
        smapi::doors(self)
    }

    /// Login with Amazon.
    pub(crate) fn lwa_doors(&self) -> Vec<Door> {
        lwa::doors(self)
    }

    /// The device, the Alexa app, the developer console and the redirect hosts.
    pub(crate) fn device_doors(&self) -> Vec<Door> {
        [
            app::doors(self),
            lwa::console_doors(self),
            device::doors(self),
            linking::doors(self),
        ]
        .concat()
    }

    /// Refuses a call of the Skill Management API that does not show what its door wants.
    pub(crate) fn ask(&self, caller: Caller, parts: &Parts) -> Result<(), Box<Response>> {
        smapi::ask(self, caller, parts)
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

    fn pace(&self) -> crate::base::pace::Pace {
        self.inner.shared.pace
    }

    fn now(&self) -> jiff::Timestamp {
        self.inner.shared.clock.now()
    }
}
