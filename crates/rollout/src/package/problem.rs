//! What is wrong with a skill package, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use models::package::Finding;

use super::source::Document;
use crate::error::{Code, Error};

/// A skill package that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageError {
    problems: Vec<Problem>,
}

impl PackageError {
    /// An error about several things; none if there is nothing wrong.
    pub(super) fn unless_empty(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }

    /// Everything that is wrong.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for PackageError {
    fn from(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PackageError {}

impl From<PackageError> for Error {
    fn from(error: PackageError) -> Self {
        let mut problems = error.problems().iter();
        let place = |problem: &Problem| match problem.position {
            Some((line, column)) => format!(
                "{}:{line}:{column}: {}",
                problem.file.display(),
                problem.message
            ),
            None => format!("{}: {}", problem.file.display(), problem.message),
        };
        let first = problems.next();
        let message = first.map_or_else(|| error.to_string(), place);
        let hint = first.and_then(|problem| problem.hint.clone());
        let failure = problems.fold(Error::new(Code::Package, message), |failure, problem| {
            failure.because(place(problem))
        });
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: PathBuf,
    /// Line and column, both from 1, where the problem is at one place.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub(super) fn new(file: &Path, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            position: None,
            message: message.into(),
            hint: None,
        }
    }

    /// A problem with reading or writing a file.
    pub(super) fn io(file: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::new(file, format!("cannot {doing}: {error}"))
    }

    /// A text that is not the JSON it should be.
    pub(super) fn json(file: &Path, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let message = text
            .strip_suffix(&format!(" at line {line} column {column}"))
            .unwrap_or(&text);
        Self::new(file, format!("not JSON: {message}")).at(Some((line, column)))
    }

    /// What is to be said about a place of a document.
    pub(super) fn found(document: &Document, finding: Finding) -> Self {
        Self::new(&document.file, finding.message)
            .at(Some(finding.place.position(&document.text)))
            .hint(finding.hint)
    }

    pub(super) fn at(mut self, position: Option<(usize, usize)>) -> Self {
        self.position = position;
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
