//! One thing that has to hold of a deployed stage, asked as a browser or as Alexa would ask it, and
//! how an answer is judged. Nothing is changed.

pub(crate) mod judge;
pub(crate) mod probe;
pub(crate) mod sign_in;

use std::fmt;

use serde::Serialize;

use self::judge::Finding;

/// One thing that has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// What was seen.
    pub seen: String,
    /// What to do about it, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Check {
    pub(crate) fn new(name: impl Into<String>, finding: Finding) -> Self {
        let (passed, seen, hint) = match finding {
            Ok(seen) => (true, seen, None),
            Err(problem) => (false, problem.seen, Some(problem.hint)),
        };
        Self {
            name: name.into(),
            passed,
            seen,
            hint,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.passed { "ok    " } else { "FAILED" };
        write!(f, "{outcome} {}: {}", self.name, self.seen)?;
        match &self.hint {
            Some(hint) => write!(f, "\n       hint: {hint}"),
            None => Ok(()),
        }
    }
}
