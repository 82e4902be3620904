//! The Alexa skill: intents, handlers and strings, and the Lambda that runs them.
//!
//! A request goes through [`Skill::respond`]: it is parsed, its skill id is compared, the
//! [`Intent`] is looked up and its handler is called, under a deadline and with panics caught.
//! Handlers are plain async functions from a [`Turn`] to an answer; they never see JSON, tokens
//! or the network. What they say comes from [`Strings`], one set per language.
//!
//! To add an intent, see `docs/add-an-intent.md`.

#[macro_use]
mod intents;

mod answer;
mod asked;
mod configuration;
mod handlers;
mod info_type;
mod linking;
mod log;
mod moment;
mod report;
mod service;
mod strings;
mod turn;

pub use configuration::{Configuration, ConfigurationError};
pub use handlers::Intent;
pub use info_type::InfoType;
pub use intents::{AccountUse, Repeating};
pub use log::{Level, Log};
pub use service::{Invocation, Skill, WrongSkill};
pub use strings::{Locale, Strings};
pub use turn::{Account, Turn};
