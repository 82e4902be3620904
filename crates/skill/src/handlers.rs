//! What the skill does when it is spoken to, one function per intent or request.

mod account_status;
mod built_in;
mod events;
mod greeting;
mod request_info;

use models::response::Answer;
use user_profile::LinkProblem;

pub(crate) use account_status::account_status;
pub(crate) use built_in::{cancel, fallback, help, navigate_home, repeat, stop};
pub(crate) use events::skill_event;
pub(crate) use greeting::{hello_world, launch};
pub(crate) use request_info::request_info;

/// What a handler has to say. A problem with the account has an answer of its own, the same for
/// every handler; `?` leaves the handler for it.
pub(crate) type Reply = Result<Answer, LinkProblem>;
