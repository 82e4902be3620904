//! A local stage in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use local_cloud::Access;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::xtask;

/// A running `cargo xtask local`.
pub(crate) struct Stage {
    home: TempDir,
    process: Child,
    pub(crate) urls: Value,
}

impl Stage {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let mut process = xtask(home.path())
            .args(["local", "--json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            home,
            process,
            urls: serde_json::from_str(&line).unwrap(),
        }
    }

    /// The stage's addresses and keys.
    pub(crate) fn access(&self) -> Access {
        serde_json::from_value(self.urls.clone()).unwrap()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sends a signal and waits; whether the stage ended as it should.
    pub(crate) fn end(mut self, signal: &str) -> bool {
        let sent = Command::new("kill")
            .args([signal, &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let ended = self.process.wait().unwrap();
        ended.success() && !self.home().join("local-stage.json").exists()
    }
}

impl Stage {
    /// Ends it without a chance to clean up.
    pub(crate) fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill();
    }
}
