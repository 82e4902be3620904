//! What the skill does when it is spoken to, one function per intent or request.

mod built_in;
mod events;
mod launch;
mod request_info;

pub(crate) use built_in::{cancel, fallback, help, navigate_home, stop};
pub(crate) use events::skill_event;
pub(crate) use launch::launch;
pub(crate) use request_info::request_info;
