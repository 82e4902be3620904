//! A local stage in a process of its own, and the faults in it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use local_access::Access;
use local_access::faults::{CallRecord, Rule};
use reqwest::Client;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

/// After this, a deployment that has neither ended nor come to its point hangs.
const LONGEST_DEPLOYMENT: Duration = Duration::from_mins(3);

/// A running stage; killed when dropped.
#[derive(Debug)]
pub(crate) struct Stage {
    process: Child,
    client: Client,
    pub(super) access: Access,
}

#[derive(Deserialize)]
struct Calls {
    calls: Vec<CallRecord>,
}

impl Stage {
    /// Starts one that has what the stack file needs, at its worst or not.
    pub(crate) async fn start(
        program: &Path,
        home: &Path,
        stack_file: &Path,
        client: &Client,
        worst: bool,
    ) -> Result<Self> {
        let mut process = super::child::command(program, home)
            .args(["local", "--json"])
            .args(worst.then_some("--worst"))
            .arg("--stack")
            .arg(stack_file)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot start a local stage")?;
        let stdout = process.stdout.take().context("stdout is not a pipe")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).await?;
        let access = serde_json::from_str(&line)
            .with_context(|| format!("`local --json` printed “{}”", line.trim()))?;
        Ok(Self {
            process,
            client: client.clone(),
            access,
        })
    }

    /// Counts calls anew, under these rules.
    pub(super) async fn expect(&self, rules: &[Rule]) -> Result<()> {
        let url = self.access.urls.device.join("control/faults")?;
        let answer = self
            .access
            .bearer(self.client.post(url))
            .json(&json!({ "rules": rules }))
            .send();
        let answer = answer.await.context("the stage takes no faults")?;
        ensure!(answer.status().is_success(), "faults: {}", answer.status());
        Ok(())
    }

    /// The calls that were counted.
    pub(super) async fn calls(&self) -> Result<Vec<CallRecord>> {
        let url = self.access.urls.device.join("control/faults")?;
        let answer = self.access.bearer(self.client.get(url)).send().await?;
        Ok(answer.json::<Calls>().await?.calls)
    }

    /// Waits until a halt has taken effect.
    pub(super) async fn halted(&self) -> Result<()> {
        let url = self.access.urls.device.join("control/faults/halted")?;
        let answer = self
            .access
            .bearer(self.client.get(url))
            .timeout(LONGEST_DEPLOYMENT)
            .send();
        answer.await?.error_for_status()?;
        Ok(())
    }

    pub(crate) async fn end(mut self) -> Result<()> {
        self.process
            .kill()
            .await
            .context("the stage cannot be ended")
    }
}
