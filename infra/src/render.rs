//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// The version of this crate, which decides what a stack file renders to.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every rendered template begins with these words and the [version](VERSION) that has rendered it.
const HEADER: &str = "# Rendered by `cargo xtask render` of Voicelink ";

/// The first line of templates that version 0.1.0 has rendered, which did not name itself.
const FIRST_HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.";

/// The version that has rendered a committed template, if its first line says so.
pub fn version(text: &str) -> Option<&str> {
    let line = text.lines().next()?;
    if line == FIRST_HEADER {
        return Some("0.1.0");
    }
    line.strip_prefix(HEADER)?.strip_suffix("; do not edit.")
}

fn with_header(yaml: &str) -> String {
    format!("{HEADER}{VERSION}; do not edit.\n{yaml}")
}

/// The template of the delivery stack, which depends on little but the name: the name of its file, and
/// its text.
pub fn delivery(stack: &StackFile) -> Result<(&'static str, String), RenderError> {
    let yaml = stacks::delivery(stack).to_yaml()?;
    Ok(("delivery.yaml", with_header(&yaml)))
}

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
        .map(|(path, template)| Ok((path, with_header(&template.to_yaml()?))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_which_version_has_rendered_it() {
        let stack = StackFile::parse("name = 'guide'", "stack.toml").unwrap();
        let (_, text) = delivery(&stack).unwrap();
        assert_eq!(version(&text), Some(VERSION));
        assert_eq!(version(FIRST_HEADER), Some("0.1.0"));
        assert_eq!(version("Resources: {}"), None);
    }
}
