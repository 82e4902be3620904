//! Where the story stopped, what was expected, what came, and what to look at next.

use std::fmt;

use url::Url;

use crate::Turn;

/// The step at which the story stopped.
#[derive(Debug)]
pub struct StoryError {
    /// The step, such as `sign up`.
    pub step: &'static str,
    /// What went wrong there.
    pub problem: Problem,
    /// The conversation until then.
    pub turns: Vec<Turn>,
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.problem)
    }
}

impl std::error::Error for StoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.source()
    }
}

impl StoryError {
    /// What to look at next.
    pub fn hint(&self) -> &str {
        self.problem.hint()
    }
}

/// What went wrong, without the step.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A service of the stage could not be talked to.
    #[error("no usable answer from {url}")]
    Unreachable {
        /// The address that was called, without its query.
        url: String,
        /// What the HTTP client says.
        #[source]
        source: reqwest::Error,
    },
    /// Something else came than what the story tells.
    #[error("expected {expected}, got {found}")]
    Unexpected {
        /// What should have happened.
        expected: String,
        /// What did.
        found: String,
        /// What to look at next.
        hint: String,
    },
}

impl Problem {
    /// What to look at next.
    pub fn hint(&self) -> &str {
        match self {
            Self::Unreachable { .. } => {
                "see whether the local stage is still running (`cargo xtask local`)"
            }
            Self::Unexpected { hint, .. } => hint,
        }
    }

    pub(super) fn unexpected(
        expected: impl Into<String>,
        found: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Unexpected {
            expected: expected.into(),
            found: found.into(),
            hint: hint.into(),
        }
    }

    /// A query may hold a code, so it is left out.
    pub(super) fn unreachable(url: &Url, source: reqwest::Error) -> Self {
        Self::Unreachable {
            url: without_query(url),
            source: source.without_url(),
        }
    }
}

/// The address up to the query.
pub(super) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}
