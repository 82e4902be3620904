//! The files of a new project, with placeholders.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::failure::{Code, Failure};

/// Paths below the project's root, and texts.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        ".cargo/config.toml",
        include_str!("../../template/cargo-config.toml"),
    ),
    (".gitignore", include_str!("../../template/gitignore")),
    (
        ".github/actions/hand-over/action.yml",
        include_str!("../../template/github/actions/hand-over/action.yml"),
    ),
    (
        ".github/actions/setup/action.yml",
        include_str!("../../template/github/actions/setup/action.yml"),
    ),
    (
        ".github/actions/take/action.yml",
        include_str!("../../template/github/actions/take/action.yml"),
    ),
    (
        ".github/workflows/build.yml",
        include_str!("../../template/github/workflows/build.yml"),
    ),
    (
        ".github/workflows/ci.yml",
        include_str!("../../template/github/workflows/ci.yml"),
    ),
    (
        ".github/workflows/deploy.yml",
        include_str!("../../template/github/workflows/deploy.yml"),
    ),
    (
        ".github/workflows/release.yml",
        include_str!("../../template/github/workflows/release.yml"),
    ),
    ("Cargo.toml", include_str!("../../template/Cargo.toml.in")),
    ("README.md", include_str!("../../template/README.md")),
    (
        "crates/skill/Cargo.toml",
        include_str!("../../template/skill/Cargo.toml.in"),
    ),
    (
        "crates/skill/src/handlers.rs",
        include_str!("../../template/skill/src/handlers.rs"),
    ),
    (
        "crates/skill/src/lib.rs",
        include_str!("../../template/skill/src/lib.rs"),
    ),
    (
        "crates/skill/src/main.rs",
        include_str!("../../template/skill/src/main.rs"),
    ),
    (
        "crates/skill/src/strings.rs",
        include_str!("../../template/skill/src/strings.rs"),
    ),
    (
        "local/Cargo.toml",
        include_str!("../../template/local/Cargo.toml.in"),
    ),
    (
        "local/src/main.rs",
        include_str!("../../template/local/main.rs"),
    ),
    (
        "skill-package/accountLinking.json",
        include_str!("../../template/skill-package/accountLinking.json"),
    ),
    (
        "skill-package/interactionModels/custom/en-US.json",
        include_str!("../../template/skill-package/en-US.json"),
    ),
    (
        "skill-package/skill.json",
        include_str!("../../template/skill-package/skill.json"),
    ),
    (
        "tests/conversations/en-US.yaml",
        include_str!("../../template/conversations/en-US.yaml"),
    ),
    (
        "xtask/Cargo.toml",
        include_str!("../../template/xtask/Cargo.toml.in"),
    ),
    (
        "xtask/src/main.rs",
        include_str!("../../template/xtask/main.rs"),
    ),
];

/// The parts of a project that are its skill, and that the sample has as well.
const SKILL: [&str; 3] = [
    "crates/skill/src/",
    "skill-package/",
    "tests/conversations/",
];

/// True for a path of a project that is in its skill.
pub(super) fn is_of_the_skill(path: &str) -> bool {
    SKILL.iter().any(|part| path.starts_with(part))
}

/// The files of the sample skill of a checkout of the tool, as [`FILES`] has those of a small one.
pub(super) fn sample(checkout: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = SKILL.iter().map(|part| checkout.join(part)).collect();
    while let Some(folder) = folders.pop() {
        let cannot = |error: std::io::Error| {
            Failure::new(
                Code::Io,
                format!("cannot read {}: {error}", folder.display()),
            )
        };
        for entry in std::fs::read_dir(&folder).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(cannot)?;
            let shown = path.strip_prefix(checkout).unwrap_or(&path);
            files.push((shown.display().to_string(), text));
        }
    }
    Ok(files)
}

/// The crates that a project takes, and their folders in the tool's repository.
const CRATES: [(&str, &str); 4] = [
    ("voicelink-cli", "crates/cli"),
    ("voicelink-local-cloud", "crates/local-cloud"),
    ("voicelink-models", "crates/models"),
    ("voicelink-skill-kit", "crates/skill-kit"),
];

/// What stands in the place of placeholders.
#[derive(Debug)]
pub(super) struct Values {
    /// The skill's name in the store.
    pub(super) title: String,
    /// What people call it.
    pub(super) invocation: String,
    /// The version of the tool.
    pub(super) version: String,
}

impl Values {
    /// A text without placeholders. Braces of other kinds stay as they are.
    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{{title}}", &self.title)
            .replace("{{invocation}}", &self.invocation)
            .replace("{{version}}", &self.version)
    }
}

/// The end of a Cargo.toml that takes the tool's crates from a checkout.
pub fn patch(from: &Path) -> String {
    let mut text = String::from(
        "\n# The tool's crates from a checkout, whatever its version; without these lines, from the registry.\n\
         [patch.crates-io]\n",
    );
    for (name, folder) in CRATES {
        let path = toml::Value::from(from.join(folder).display().to_string());
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name} = {{ path = {path} }}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    /// Where a project and this repository are the same, one is made from the other.
    #[test]
    fn pipelines_are_those_of_this_repository() {
        for (path, text) in FILES
            .iter()
            .filter(|(path, _)| path.starts_with(".github/"))
        {
            let own = std::fs::read_to_string(workspace::root().join(path)).unwrap();
            let own = own
                .replace("run: cargo xtask ci\n", "run: cargo xtask test\n")
                .replace(
                    "hashFiles('Cargo.lock', 'judges/**')",
                    "hashFiles('Cargo.lock')",
                )
                .replace(
                    "# Judges and builds may be deleted",
                    "# Builds may be deleted",
                );
            assert_eq!(*text, own, "{path}");
        }
        for path in [
            ".cargo/config.toml",
            "local/src/main.rs",
            "crates/skill/src/main.rs",
            "skill-package/accountLinking.json",
        ] {
            let (_, text) = FILES.iter().find(|(known, _)| *known == path).unwrap();
            let own = std::fs::read_to_string(workspace::root().join(path)).unwrap();
            assert_eq!(*text, own, "{path}");
        }
    }

    #[test]
    fn a_small_skill_is_small() {
        let rust = FILES.iter().filter(|(path, _)| path.contains("/src/"));
        let lines: usize = rust.map(|(_, text)| text.lines().count()).sum();
        assert!(lines <= 400, "{lines} lines");
    }
}
