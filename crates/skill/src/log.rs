//! The log: one JSON object per line, and nothing in it about a person.
//!
//! Written by hand rather than through a logging framework: one line per request needs none, and
//! a framework's start costs more than the whole skill's. The line of an answered request is a
//! metric as well, in the
//! [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use std::error::Error;
use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

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
    /// Writes to standard output, which is the function's log group. `level` is the value of
    /// `AWS_LAMBDA_LOG_LEVEL`.
    pub fn to_stdout(level: Option<&str>) -> Self {
        Self {
            least: Level::at_least(level),
            write: Arc::new(|line| {
                // A log that cannot be written is not worth failing a request for.
                let _ = std::io::stdout().lock().write_all(line.as_bytes());
            }),
        }
    }

    /// Hands every line to a function.
    pub fn to(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            least: Level::Info,
            write: Arc::new(write),
        }
    }

    /// Writes one line. Fields must not be personal.
    pub(crate) fn line(&self, level: Level, message: &str, fields: Value) {
        if level < self.least {
            return;
        }
        let mut line = Map::new();
        line.insert("timestamp".into(), Timestamp::now().to_string().into());
        line.insert("level".into(), level.name().into());
        line.insert("message".into(), message.into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        (self.write)(&format!("{}\n", Value::Object(line)));
    }

    /// Writes an error with everything that led to it.
    pub fn failure(&self, message: &str, error: &(dyn Error + 'static)) {
        self.line(Level::Error, message, json!({ "error": chain(error) }));
    }

    /// Has panics logged by their place alone: a message may quote what it choked on.
    pub fn install_panic_hook(&self) {
        let log = self.clone();
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic.location().map(ToString::to_string);
            log.line(Level::Error, "panicked", json!({ "location": place }));
        }));
    }
}

/// An error and its sources in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
