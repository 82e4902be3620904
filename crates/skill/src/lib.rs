//! The Alexa skill: its intents, who answers them, and what is said.
//!
//! [`Intent`] is the table of intents; what the handlers say comes from [`Strings`], one set per
//! language. `skill-kit` runs it. To add an intent, see `docs/add-an-intent.md`.

mod handlers;
mod info_type;
mod strings;

pub use handlers::Intent;
pub use info_type::InfoType;
pub use strings::{Locale, Strings};

/// What a handler sees of a request.
pub(crate) type Turn<'a> = skill_kit::Turn<'a, Intent>;
