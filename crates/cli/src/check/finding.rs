//! What a check has found: a code, a place and a fix.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::render;

/// What a finding is in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// A deployment is refused, or would fail.
    Error,
    /// Works, and has a cost.
    Advice,
    /// The skill can be deployed and tried out, and Amazon would not certify it.
    Certification,
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    file: String,
    line: usize,
    column: usize,
}

impl Place {
    /// Line and column count from 1.
    pub(super) fn new(file: &Path, line: usize, column: usize) -> Self {
        Self {
            file: render::shown(file),
            line,
            column,
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    #[serde(flatten)]
    place: Option<Place>,
    message: String,
    fix: Option<String>,
}

impl Finding {
    pub(super) fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            place: None,
            message: message.into(),
            fix: None,
        }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn fix(mut self, fix: impl Into<Option<String>>) -> Self {
        self.fix = fix.into();
        self
    }
}

impl Finding {
    /// Everything but what to do, and how many others are of the same kind.
    pub(super) fn folded(&self, others: usize) -> String {
        let whole = self.to_string();
        let first = whole.lines().next().unwrap_or_default();
        match others {
            0 => first.to_owned(),
            others => format!("{first}, and {others} more (--certification)"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line, column }) = &self.place {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Certification => "certification",
            Severity::Advice => "advice",
        };
        write!(f, "{word}[{}]: {}", self.code, self.message)?;
        match &self.fix {
            Some(fix) => write!(f, "\n  fix: {fix}"),
            None => Ok(()),
        }
    }
}
