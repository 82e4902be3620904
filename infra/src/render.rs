//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// What every rendered template begins with.
const HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.\n";

/// The template of the delivery stack, which follows from the name alone: the name of its file, and
/// its text.
pub fn delivery(stack: &StackFile) -> Result<(&'static str, String), RenderError> {
    let yaml = stacks::delivery(stack).to_yaml()?;
    Ok(("delivery.yaml", format!("{HEADER}{yaml}")))
}

/// The templates of a stack file that a deployment uses: the name of each file, and its text.
pub fn templates(stack: &StackFile) -> Result<Vec<(&'static str, String)>, RenderError> {
    [
        ("identity.yaml", stacks::identity(stack)),
        ("skill.yaml", stacks::skill(stack)),
    ]
    .into_iter()
    .map(|(path, template)| Ok((path, format!("{HEADER}{}", template.to_yaml()?))))
    .collect()
}
