//! The two stacks: one holds people, the other can be thrown away.

mod identity;
mod outputs;
mod parameters;
mod skill;
#[cfg(test)]
mod tests;

pub use identity::{ALEXA, ClientNames, DOMAIN, SMS_ROLE, USER_POOL, WEB, identity};
pub use outputs::{IdentityOutputs, OutputError, SkillOutputs};
pub use parameters::{IdentityParameters, SkillParameters};
pub use skill::skill;

use crate::cloudformation::{Constraint, Parameter, Template};
use crate::names;
use crate::resources::Tag;
use crate::stack_file::StackFile;

/// A URL that credentials may be sent to: https, or http on this machine.
const SECURE_URL: Constraint = Constraint::Pattern {
    pattern: r"^(https://[^\s,]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^\s,]*)?)$",
    words: "must be an https URL, or http on this machine",
};

/// Declares the parameter that every stack has.
fn stage_parameter(template: &mut Template) -> Parameter<String> {
    template.parameter(
        parameters::STAGE,
        "Which deployment this is, such as dev or prod",
        Constraint::Pattern {
            pattern: "^[a-z0-9][a-z0-9-]{0,15}$",
            words: "must be 1 to 16 of a-z, 0-9 and -",
        },
    )
}

/// The tags by which everything can be found again.
fn tags(stack: &StackFile, stage: &Parameter<String>) -> Vec<Tag> {
    vec![
        Tag {
            key: names::TAG_STACK,
            value: stack.name.as_str().into(),
        },
        Tag {
            key: names::TAG_STAGE,
            value: stage.reference(),
        },
    ]
}
