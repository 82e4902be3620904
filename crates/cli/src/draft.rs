//! Changes to a project's files that are checked, and shown, before any is written.

use std::path::Path;

use rollout::error::Error;
use rollout::package::SourcePackage;
use similar::TextDiff;

use crate::failure::{Code, Failure};
use crate::workspace;

/// A file, as a path below the project's root, and its text before and after. A file that is not there, or is to
/// go, has no text.
pub(crate) struct Edit {
    pub(crate) path: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Edit {
    /// The lines that change, as `diff` shows them.
    pub(crate) fn difference(&self) -> String {
        TextDiff::from_lines(&self.before, &self.after)
            .unified_diff()
            .context_radius(1)
            .header(&self.path, &self.path)
            .to_string()
    }

    fn apply(&self, root: &Path) -> Result<(), Failure> {
        let file = root.join(&self.path);
        let written = if self.after.is_empty() {
            std::fs::remove_file(&file)
        } else {
            std::fs::write(&file, &self.after)
        };
        written.map_err(|error| {
            Failure::new(
                Code::Io,
                format!("cannot write {}: {error}", file.display()),
            )
        })
    }
}

/// Writes what is not as it is to be.
pub(crate) fn write(root: &Path, edits: &[Edit]) -> Result<(), Failure> {
    let mut edits = edits.iter().filter(|edit| edit.before != edit.after);
    edits.try_for_each(|edit| edit.apply(root))
}

/// The text of a project's file.
pub(crate) fn read(root: &Path, path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root.join(path))
        .map_err(|error| Failure::new(Code::Io, format!("cannot read {path}: {error}")))
}

/// The skill package of a project, refused where a deployment would refuse it.
pub(crate) fn read_package(root: &Path) -> Result<SourcePackage, Failure> {
    SourcePackage::read(&root.join("skill-package"))
        .map_err(|error| Failure::from(Error::from(error)))
}

/// Judges the skill package as it would be, by the rules of every deployment and in a copy: what is refused leaves
/// everything as it was. The error has this code, and this hint beside its own.
pub(crate) fn check(root: &Path, edits: &[Edit], code: Code, hint: &str) -> Result<(), Failure> {
    let copy = tempfile::tempdir()
        .map_err(|error| Failure::new(Code::Io, format!("cannot make a folder: {error}")))?;
    let package = copy.path().join("skill-package");
    workspace::copy_folder(&root.join("skill-package"), &package)
        .map_err(|error| Failure::new(Code::Io, format!("cannot copy skill-package: {error}")))?;
    for edit in edits {
        if edit.path.starts_with("skill-package/") {
            edit.apply(copy.path())?;
        }
    }
    SourcePackage::read(&package).map(drop).map_err(|error| {
        let error = Error::from(error);
        let shown = |text: &str| text.replace(&format!("{}/", copy.path().display()), "");
        let failure = (error.causes().iter()).fold(
            Failure::new(code, shown(error.message())),
            |failure, cause| failure.because(shown(cause)),
        );
        failure.hint(format!(
            "{}; nothing was written. {hint}",
            error.next_step().unwrap_or("answer otherwise")
        ))
    })
}
