//! The log: one JSON object per line, and nothing in it about a person.
//!
//! Written by hand rather than through a logging framework: one line per request needs none, and
//! a framework's start costs more than the whole skill's.

use std::error::Error;
use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What happened.
    Info,
    /// Something that a user was not served because of, outside the skill.
    Warn,
    /// Something that has to be mended in the skill or its configuration.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// The lowest level to write, from Lambda's own
    /// [setting](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
    fn at_least(setting: Option<&str>) -> Self {
        match setting {
            Some("WARN") => Self::Warn,
            Some("ERROR" | "FATAL") => Self::Error,
            _ => Self::Info,
        }
    }
}

/// Where lines go. Clones write to the same place.
#[derive(Clone)]
pub struct Log {
    least: Level,
    write: Arc<dyn Fn(&str) + Send + Sync>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("least", &self.least)
            .finish_non_exhaustive()
    }
}

impl Log {
    /// Writes to standard output, which is the function's log group.
    pub fn to_stdout() -> Self {
        Self::to(|line| {
            // A log that cannot be written is not worth failing a request for.
            let _ = std::io::stdout().lock().write_all(line.as_bytes());
        })
    }

    /// Hands every line to a function.
    pub fn to(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            least: Level::Info,
            write: Arc::new(write),
        }
    }

    /// Leaves out what is below a level: the value of `AWS_LAMBDA_LOG_LEVEL`.
    #[must_use]
    pub fn at_least(self, level: Option<&str>) -> Self {
        let least = Level::at_least(level);
        Self { least, ..self }
    }

    /// Writes one line, whatever its level. Fields must not be personal.
    pub(crate) fn metric(&self, level: Level, message: &str, fields: Map<String, Value>) {
        let mut line = Map::new();
        line.insert("timestamp".into(), Timestamp::now().to_string().into());
        line.insert("level".into(), level.name().into());
        line.insert("message".into(), message.into());
        line.extend(fields);
        (self.write)(&format!("{}\n", Value::Object(line)));
    }

    /// Writes one line with one field, which must not be personal, if the level is worth it.
    fn line(&self, level: Level, message: &str, name: &str, value: String) {
        if level >= self.least {
            let fields = [(name.to_owned(), value.into())];
            self.metric(level, message, fields.into_iter().collect());
        }
    }

    /// Writes an error with everything that led to it.
    pub fn failure(&self, message: &str, error: &(dyn Error + 'static)) {
        self.line(Level::Error, message, "error", chain(error));
    }

    /// Writes an error that the user hardly notices.
    pub(crate) fn warning(&self, message: &str, error: &(dyn Error + 'static)) {
        self.line(Level::Warn, message, "error", chain(error));
    }

    /// Has panics logged by their place alone: a message may quote what it choked on.
    pub fn install_panic_hook(&self) {
        let log = self.clone();
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic.location().map(ToString::to_string);
            let place = place.unwrap_or_else(|| "unknown".to_owned());
            log.line(Level::Error, "panicked", "location", place);
        }));
    }
}

/// Most characters of an error in a line: some causes are other programs' words.
const MOST_CHARACTERS: usize = 500;

/// An error and its sources in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
