//! Templates as files.

use crate::cloudformation::RenderError;
use crate::stack_file::StackFile;
use crate::stacks;

/// The version of this crate, which decides what a stack file renders to.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The words before the [version](VERSION) in a rendered document.
const RENDERED_BY: &str = "Rendered by `cargo xtask render` of Voicelink ";

/// The words after it.
const DO_NOT_EDIT: &str = "; do not edit.";

/// The first line of templates that version 0.1.0 has rendered, which did not name itself.
const FIRST_HEADER: &str = "# Rendered by `cargo xtask render`; do not edit.";

/// The version that has rendered a committed document, if one of its lines says so.
pub fn version(text: &str) -> Option<&str> {
    if text.starts_with(FIRST_HEADER) {
        return Some("0.1.0");
    }
    text.lines().find_map(|line| {
        let (_, rest) = line.split_once(RENDERED_BY)?;
        Some(rest.split_once(DO_NOT_EDIT)?.0)
    })
}

/// The sentence that a rendered document begins with.
pub(crate) fn rendered_by() -> String {
    format!("{RENDERED_BY}{VERSION}{DO_NOT_EDIT}")
}

fn with_header(yaml: &str) -> String {
    format!("# {}\n{yaml}", rendered_by())
}

/// The template of the delivery stack, which depends on little but the name: the name of its file, and
/// its text.
pub fn delivery(stack: &StackFile) -> Result<(&'static str, String), RenderError> {
    let yaml = stacks::delivery(stack).to_yaml()?;
    Ok(("delivery.yaml", with_header(&yaml)))
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
        let schema = crate::stack_file::declaration::schema_text();
        assert_eq!(version(&schema), Some(VERSION));
    }
}
