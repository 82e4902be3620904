//! What is judged where a judge cannot take every project: people with an e-mail address and a password,
//! say. A project of another kind is told so.

use std::path::Path;

use anyhow::{Context, Result};
use infra::StackFile;

use super::toolbox::Toolbox;
use cli::workspace;

/// E-mail address and password.
pub(crate) const EMAIL: &str = "infra/presets/email.toml";
/// Phone number, and a text message as second factor.
pub(super) const PHONE_MFA: &str = "infra/presets/phone-mfa.toml";
/// The project's own.
const PROJECT: &str = "stack.toml";

/// Says that the project was not looked at unless its people sign in as those of a judged preset.
pub(super) fn tell(toolbox: &Toolbox, judged: &[&str]) -> Result<()> {
    if judge(&toolbox.root, judged)? {
        return Ok(());
    }
    toolbox.not_checked(
        Some("this project"),
        format!(
            "its {PROJECT} has another `[identity]` or `[linking]` than {}, which was looked at",
            judged.join(" and ")
        ),
    );
    Ok(())
}

/// The project's own stack file where its people sign in as those of [`EMAIL`], which stands in for it
/// otherwise.
pub(crate) fn project_or_email() -> Result<&'static str> {
    Ok(if judge(&workspace::root(), &[EMAIL])? {
        PROJECT
    } else {
        EMAIL
    })
}

fn judge(root: &Path, judged: &[&str]) -> Result<bool> {
    let project = read(root, PROJECT)?;
    for preset in judged {
        let preset = read(root, preset)?;
        if is_as(&project, &preset) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_as(project: &StackFile, preset: &StackFile) -> bool {
    project.identity == preset.identity && project.linking == preset.linking
}

fn read(root: &Path, path: &str) -> Result<StackFile> {
    let text =
        std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
    Ok(StackFile::parse(&text, path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_judged_by_how_its_people_sign_in() {
        let email = read(&workspace::root(), EMAIL).unwrap();
        let parse = |text: &str| StackFile::parse(text, "stack.toml").unwrap();
        let named = parse("name = \"taxi-desk\"\n[lambda]\nmemory = 512\n");
        assert!(is_as(&named, &email));
        let other = parse("name = \"taxi-desk\"\n[identity]\nself-sign-up = false\n");
        assert!(!is_as(&other, &email));
        let other = parse("name = \"taxi-desk\"\n[linking]\noptional = false\n");
        assert!(!is_as(&other, &email));
    }

    #[test]
    fn the_presets_that_are_judged_differ() {
        let root = workspace::root();
        assert!(!is_as(
            &read(&root, PHONE_MFA).unwrap(),
            &read(&root, EMAIL).unwrap()
        ));
    }
}
