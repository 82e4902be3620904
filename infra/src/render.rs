//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// What every rendered template begins with.
const HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.\n";

/// Every template of a stack file: its path from the root of the repository, and its text.
pub fn templates(stack: &StackFile) -> Result<Vec<(&'static str, String)>, RenderError> {
    [
        ("infra/templates/identity.yaml", stacks::identity(stack)),
        ("infra/templates/skill.yaml", stacks::skill(stack)),
    ]
    .into_iter()
    .map(|(path, template)| Ok((path, format!("{HEADER}{}", template.to_yaml()?))))
    .collect()
}
