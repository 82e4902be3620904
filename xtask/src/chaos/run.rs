//! One point: deploy, hit, deploy again, and see what is there.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use infra::stack_file::{Region, StageName};
use local_access::faults::CallRecord;
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use super::child::{self, Ended};
use super::fork::{Fork, Version};
use super::judge::{self, Judge};
use super::point::{Point, Scenario};
use super::stage::Stage;
use crate::ci::toolbox::Toolbox;

/// What a point came to, if nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was hit, and things ended as they should.
    Converged,
    /// The deployment ended without making that call.
    Unreached,
}

/// Everything that tries need, made once.
#[derive(Debug)]
pub(super) struct Bench {
    fork: Fork,
    client: Client,
    /// Those of a deployment, the home region first.
    regions: Vec<String>,
    python: PathBuf,
    judge: PathBuf,
}

/// A stage with nothing on it, and the home of those who deploy to it.
struct Place {
    home: TempDir,
    stage: Stage,
}

impl Bench {
    pub(super) fn new(fork: Fork) -> Result<Self> {
        let toolbox = Toolbox::new()?;
        let home = cli::stack::home(&fork.stack, &StageName::local())
            .map_err(|failure| anyhow!("{failure}"))?;
        let functions = fork.stack.lambda.regions.distinct().into_iter();
        let functions = functions.map(|region| Region::from(region).to_string());
        let mut regions: Vec<String> = std::iter::once(home.to_string()).chain(functions).collect();
        regions.dedup();
        Ok(Self {
            fork,
            client: story::client().context("no HTTP client")?,
            regions,
            python: toolbox.python_program("python")?,
            judge: toolbox.judge("endstate.py"),
        })
    }

    pub(super) fn judge(&self) -> Result<Judge> {
        Judge::start(&self.python, &self.judge)
    }

    /// The calls of a deployment that nothing happens to, and what it leaves.
    pub(super) async fn undisturbed(
        &self,
        scenario: Scenario,
        judge: &mut Judge,
    ) -> Result<(Vec<CallRecord>, Value)> {
        let place = self.place(scenario).await?;
        place.stage.expect(&[]).await?;
        self.deploy(&place, scenario).await?;
        let calls = place.stage.calls().await?;
        let state = judge.state(&place.stage, &self.regions).await?;
        place.stage.end().await?;
        Ok((calls, state))
    }

    /// Hits a deployment at a point; an error if what then follows is not as it should be.
    pub(super) async fn try_point(
        &self,
        point: &Point,
        ideals: &[(Scenario, Value)],
        judge: &mut Judge,
    ) -> Result<Outcome> {
        let place = self.place(point.scenario).await?;
        place.stage.expect(&[point.rule()]).await?;
        let outcome = if point.hit.kills() {
            self.kill(&place, point).await?
        } else {
            self.disturb(&place, point).await?
        };
        if outcome == Outcome::Converged {
            let found = judge.state(&place.stage, &self.regions).await?;
            let ideal = ideals
                .iter()
                .find(|(scenario, _)| *scenario == point.scenario);
            let (_, ideal) = ideal.context("there is nothing to compare with")?;
            judge::same(ideal, &found)?;
        }
        place.stage.end().await?;
        Ok(outcome)
    }

    /// A stage as the scenario finds it.
    async fn place(&self, scenario: Scenario) -> Result<Place> {
        let home = self.fork.room()?;
        let stack_file = self.fork.version(scenario).stack_file;
        let program = self.fork.program();
        let stage = Stage::start(&program, home.path(), &stack_file, &self.client, true).await?;
        let place = Place { home, stage };
        if scenario == Scenario::Update {
            let before = self.deploy(&place, Scenario::First).await;
            before.context("what was to be updated could not be deployed")?;
        }
        Ok(place)
    }

    /// Kills a deployment at a point and lets another one finish.
    async fn kill(&self, place: &Place, point: &Point) -> Result<Outcome> {
        let version = self.fork.version(point.scenario);
        let mut child = version.deploy(&self.fork.program(), place.home.path())?;
        // Read while it runs, so that it never waits for us.
        let stderr = child.stderr.take().context("stderr is not a pipe")?;
        let said = tokio::spawn(drain(stderr));
        tokio::select! {
            halted = place.stage.halted() => halted?,
            ended = child.wait() => {
                return if ended?.success() {
                    Ok(Outcome::Unreached)
                } else {
                    Err(anyhow!("it failed before it was killed: {}", said.await?))
                };
            }
        }
        child
            .kill()
            .await
            .context("a deployment cannot be killed")?;
        place.stage.expect(&[]).await?;
        self.deploy(place, point.scenario)
            .await
            .context("the run after the killed one")?;
        Ok(Outcome::Converged)
    }

    /// Lets a call fail once. Either the deployment gets over it, or the next one does.
    async fn disturb(&self, place: &Place, point: &Point) -> Result<Outcome> {
        let version = self.fork.version(point.scenario);
        let ended = self.run(place, &version).await?;
        let reached = place.stage.calls().await?.len() >= point.rule().call;
        match ended {
            Ended::Well if !reached => Ok(Outcome::Unreached),
            Ended::Well => Ok(Outcome::Converged),
            Ended::Refused(said) if !said.contains("hint:") => {
                bail!("its error has no hint: {said}")
            }
            Ended::Refused(said) => {
                place.stage.expect(&[]).await?;
                self.deploy(place, point.scenario)
                    .await
                    .with_context(|| format!("the run after the one that said “{said}”"))?;
                Ok(Outcome::Converged)
            }
        }
    }

    /// A deployment that has to end well.
    async fn deploy(&self, place: &Place, scenario: Scenario) -> Result<()> {
        match self.run(place, &self.fork.version(scenario)).await? {
            Ended::Well => Ok(()),
            Ended::Refused(said) => bail!("{said}"),
        }
    }

    async fn run(&self, place: &Place, version: &Version) -> Result<Ended> {
        let child = version.deploy(&self.fork.program(), place.home.path())?;
        child::ended(child).await
    }
}

async fn drain(mut stream: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    // What was read before an error is all there is to tell.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes).await;
    String::from_utf8_lossy(&bytes).trim().to_owned()
}
