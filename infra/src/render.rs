//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// What every rendered template begins with.
const HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.\n";

/// The template of the delivery stack, which depends on little but the name: the name of its file, and
/// its text.
pub fn delivery(stack: &StackFile) -> Result<(&'static str, String), RenderError> {
    let yaml = stacks::delivery(stack).to_yaml()?;
    Ok(("delivery.yaml", format!("{HEADER}{yaml}")))
}

/// The file by which editors know `stack.toml`, at the root of a project.
pub const SCHEMA: &str = "stack.schema.json";

/// The file of the identity stack's template.
const IDENTITY: &str = "identity.yaml";

/// The file of the skill stacks' template.
const SKILL: &str = "skill.yaml";

const FILES: [&str; 2] = [IDENTITY, SKILL];

/// Every file that a stack file can make: its name, and its text if this one makes it.
pub fn files(stack: &StackFile) -> Result<[(&'static str, Option<String>); 2], RenderError> {
    let mut templates = templates(stack)?;
    let mut text = |name| {
        let at = templates.iter().position(|(made, _)| *made == name)?;
        Some(templates.swap_remove(at).1)
    };
    Ok(FILES.map(|name| (name, text(name))))
}

/// Every template of a stack file: the name of its file, and its text. There is no identity stack
/// where people have their accounts elsewhere.
pub fn templates(stack: &StackFile) -> Result<Vec<(&'static str, String)>, RenderError> {
    let identity = stack.identity.has_a_pool();
    let identity = identity.then(|| (IDENTITY, stacks::identity(stack)));
    let skill = (SKILL, stacks::skill(stack));
    identity
        .into_iter()
        .chain([skill])
        .map(|(path, template)| Ok((path, format!("{HEADER}{}", template.to_yaml()?))))
        .collect()
}
