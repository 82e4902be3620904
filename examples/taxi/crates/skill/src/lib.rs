//! The Alexa skill: its intents, who answers them, and what is said.

mod addresses;
mod dispatch;
mod handlers;
mod orders;
mod strings;

pub use handlers::Intent;

/// A request, as a handler sees it.
type Turn<'a> = skill_kit::Turn<'a, Intent>;
