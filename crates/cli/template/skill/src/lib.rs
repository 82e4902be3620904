//! The Alexa skill: its intents, who answers them, and what is said.

mod handlers;
mod strings;

pub use handlers::Intent;

/// What a handler sees of a request.
type Turn<'a> = skill_kit::Turn<'a, Intent>;
