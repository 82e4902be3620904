//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// What every rendered template begins with.
const HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.\n";

/// Every template of a stack file: the name of its file, and its text.
pub fn templates(stack: &StackFile) -> Result<Vec<(&'static str, String)>, RenderError> {
    [
        ("identity.yaml", stacks::identity(stack)),
        ("skill.yaml", stacks::skill(stack)),
    ]
    .into_iter()
    .map(|(path, template)| Ok((path, format!("{HEADER}{}", template.to_yaml()?))))
    .collect()
}
