//! What a local stage in a process of its own is told, and what it answers: a line of JSON each, on
//! standard input and standard output. The stage ends when its standard input does.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Access;

/// The stage that is to be started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Start {
    /// The first of five consecutive ports; free ones are taken when absent.
    pub port: Option<u16>,
    /// A file to write every exchange with the Skill Management API to.
    pub record_smapi: Option<PathBuf>,
    /// The folder of the project that it is started for: a conversation can be saved there as a test.
    #[serde(default)]
    pub project: Option<PathBuf>,
    /// Whether it behaves as the real services do on a bad day.
    pub worst: bool,
    /// An AWS emulator for what the stage has not: https, or http on this machine.
    pub aws_emulator: Option<Url>,
}

/// The answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Started {
    /// It listens.
    Listening(Box<Access>),
    /// It does not, and its process ends.
    Refused(Refusal),
}

/// The reason why a stage does not start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What cannot be had.
    pub about: About,
    /// What failed, and why.
    pub message: String,
    /// The next step.
    pub hint: String,
}

/// What a stage cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A port.
    Port,
    /// The file of a recording.
    Recording,
    /// The line that says what to start.
    Start,
}

impl Refusal {
    /// The code of the error, as docs/errors.md lists it.
    pub fn code(&self) -> &'static str {
        match self.about {
            About::Port => "PORT",
            About::Recording => "IO",
            About::Start => "LOCAL_STAGE",
        }
    }
}
