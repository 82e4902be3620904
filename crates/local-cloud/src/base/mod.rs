//! Things that know no service: time, randomness, secrets and keys, the guard before every listener, and how
//! a listener is served.

#[cfg(feature = "attack-test")]
pub(crate) mod attack_test;
pub(crate) mod clock;
pub(crate) mod conditions;
pub(crate) mod error;
pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod html;
pub(crate) mod keys;
pub(crate) mod loopback;
pub(crate) mod news;
pub(crate) mod outbox;
pub(crate) mod pace;
pub(crate) mod random;
pub(crate) mod secret;
pub(crate) mod server;
pub(crate) mod wire;
