//! Runs an Alexa skill that knows who is speaking.
//!
//! A skill lists its intents with [`intents!`] and its languages with [`locales!`], and its `main` calls
//! [`serve`]. A request goes through [`Skill::respond`]: it is parsed, its skill id is compared, the intent
//! is looked up and its handler is called, under a deadline and with panics caught. Handlers are plain
//! async functions from a [`Turn`] to a [`Reply`]; they never see JSON, tokens or the network.

#[macro_use]
mod intents;
#[macro_use]
mod locale;

mod answer;
mod asked;
#[cfg(feature = "aws")]
mod aws;
mod backend;
mod configuration;
mod events;
mod linking;
#[cfg(any(feature = "aws", feature = "secrets"))]
mod local_endpoint;
mod log;
mod moment;
mod outcome;
mod problem;
mod report;
#[cfg(feature = "secrets")]
mod secret;
mod serve;
mod service;
mod services;
mod turn;
mod words;

// The skill of the integration tests serves the unit tests as well.
#[cfg(test)]
extern crate self as skill_kit;
#[cfg(test)]
#[path = "../../../tests/fixtures/project/crates/skill/src/handlers.rs"]
#[allow(
    missing_docs,
    unreachable_pub,
    reason = "a skill is public where it is a crate"
)]
mod small;

#[cfg(feature = "aws")]
pub use aws_types::SdkConfig;
pub use bytes::Bytes;
pub use configuration::{Configuration, ConfigurationError};
pub use http;
pub use intents::{AccountUse, Intents, Repeating, Reply};
pub use linking::ask_to_link;
pub use locale::Locale;
pub use log::{Level, Log};
pub use models::request::SkillEvent;
pub use problem::{Problem, ServiceError};
#[cfg(feature = "secrets")]
pub use secret::Secret;
pub use serve::serve;
pub use service::{Invocation, Skill, WrongSkill};
pub use turn::{Account, Turn};
pub use user_profile::LinkProblem;
pub use words::Words;
