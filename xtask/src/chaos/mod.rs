//! `cargo xtask chaos`: deployments that are killed, or that meet a fault, at every call they make.
//!
//! Every point has a local stage of its own, in a process of its own and at its worst. A deployment
//! is begun there as a person begins it, hit, and begun again; then `judges/endstate.py` reads
//! what is there with clients of its own, and it has to be what a deployment that nothing
//! happened to leaves.

pub(crate) mod child;
mod fork;
mod judge;
mod point;
mod run;
pub(crate) mod stage;

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use cli::failure::{Code, Failure};
use cli::output;
use fork::Fork;
use point::{Point, Scenario};
use run::{Bench, Outcome};

/// What to try.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Try this many points, spread evenly, instead of every one
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Let each call fail once (429, 500, 503, reset, time-out, 409, 412) instead of killing the
    /// deployment
    #[arg(long)]
    faults: bool,
    /// How many stages run at the same time; the number of processors when absent
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Try this point alone, such as `update-12-unanswered`; may be given several times
    #[arg(long, value_name = "POINT")]
    only: Vec<String>,
    /// Deploy the project in this folder of the repository, such as `examples/taxi`, instead of this one
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
    /// List the points and end
    #[arg(long)]
    list: bool,
}

/// Tries every point that was asked for. The last line of stdout counts them.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let tally = try_all(&options).await.map_err(|error| {
        let failure = Failure::new(Code::Chaos, error.to_string());
        let causes = error.chain().skip(1);
        causes.fold(failure, |failure, cause| failure.because(cause.to_string()))
    })?;
    let Some(tally) = tally else { return Ok(()) };
    let hit = if options.faults { "injected" } else { "killed" };
    output::line(&format!(
        "{hit} {}, converged {}, failed {}",
        tally.hit,
        tally.converged,
        tally.failed.len()
    ));
    verdict(&tally, options.faults)
}

/// Whether every point that was tried ended well, and any was.
fn verdict(tally: &Tally, faults: bool) -> Result<(), Failure> {
    if tally.hit == 0 {
        let none = "no point was reached: nothing was tried";
        return Err(Failure::new(Code::Chaos, none).hint("`--list` names the points"));
    }
    if tally.failed.is_empty() {
        return Ok(());
    }
    let only: Vec<_> = tally
        .failed
        .iter()
        .map(|name| format!("--only {name}"))
        .collect();
    let faults = if faults { " --faults" } else { "" };
    Err(Failure::new(
        Code::Chaos,
        format!("{} points did not converge", tally.failed.len()),
    )
    .hint(format!(
        "repeat with `cargo xtask chaos{faults} {}`",
        only.join(" ")
    )))
}

#[derive(Debug, Default)]
struct Tally {
    hit: usize,
    converged: usize,
    unreached: usize,
    failed: Vec<String>,
}

/// `None` when the points were only listed.
async fn try_all(options: &Options) -> Result<Option<Tally>> {
    if options.sample == Some(0) {
        bail!("--sample needs at least one point");
    }
    let started = Instant::now();
    let fork = Fork::prepare(options.project.as_deref()).await?;
    let bench = Arc::new(Bench::new(fork)?);
    let mut judge = bench.judge()?;
    let mut points = Vec::new();
    let mut ideals = Vec::new();
    for scenario in [Scenario::First, Scenario::Update] {
        let (calls, ideal) = bench
            .undisturbed(scenario, &mut judge)
            .await
            .with_context(|| format!("{scenario} fails although nothing disturbs it"))?;
        output::aside(&format!("{scenario}: {} calls", calls.len()));
        points.extend(point::all(scenario, &calls, options.faults));
        ideals.push((scenario, ideal));
    }
    let points = choose(points, options)?;
    if options.list {
        for point in points {
            output::line(&point.to_string());
        }
        return Ok(None);
    }
    let jobs = match options.jobs {
        Some(jobs) => jobs.max(1),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let tally = work(&bench, Arc::new(ideals), points, jobs).await?;
    if tally.unreached > 0 {
        output::aside(&format!(
            "{} points were not reached: those deployments made fewer calls",
            tally.unreached
        ));
    }
    output::aside(&format!("took {:.0} s", started.elapsed().as_secs_f64()));
    Ok(Some(tally))
}

fn choose(points: Vec<Point>, options: &Options) -> Result<Vec<Point>> {
    if options.only.is_empty() {
        return Ok(match options.sample {
            Some(wanted) => point::sample(points, wanted),
            None => points,
        });
    }
    let named = |name: &String| {
        points
            .iter()
            .find(|point| point.name() == *name)
            .cloned()
            .ok_or_else(|| anyhow!("no point is called `{name}`; `--list` shows all"))
    };
    options.only.iter().map(named).collect()
}

/// Works through the points, several at a time.
async fn work(
    bench: &Arc<Bench>,
    ideals: Arc<Vec<(Scenario, Value)>>,
    points: Vec<Point>,
    jobs: usize,
) -> Result<Tally> {
    let total = points.len();
    let queue = Arc::new(Mutex::new(VecDeque::from(points)));
    let tally = Arc::new(Mutex::new(Tally::default()));
    let mut workers = JoinSet::new();
    for _ in 0..jobs.min(total) {
        let mut judge = bench.judge()?;
        let (bench, ideals) = (bench.clone(), ideals.clone());
        let (queue, tally) = (queue.clone(), tally.clone());
        workers.spawn(async move {
            loop {
                let Some(point) = queue.lock().await.pop_front() else {
                    return;
                };
                let outcome = bench.try_point(&point, &ideals, &mut judge).await;
                let mut tally = tally.lock().await;
                tally.count(&point, outcome);
                tally.tell(total);
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.context("a worker stopped")?;
    }
    let tally = std::mem::take(&mut *tally.lock().await);
    Ok(tally)
}

impl Tally {
    fn count(&mut self, point: &Point, outcome: Result<Outcome>) {
        match outcome {
            Ok(Outcome::Unreached) => self.unreached += 1,
            Ok(Outcome::Converged) => {
                self.hit += 1;
                self.converged += 1;
            }
            Err(error) => {
                self.hit += 1;
                self.failed.push(point.name());
                output::aside(&format!("failed: {point}: {error:#}"));
            }
        }
    }

    /// Progress: in one line on a terminal, now and then elsewhere.
    fn tell(&self, total: usize) {
        let done = self.hit + self.unreached;
        let text = format!("{done} of {total}, {} failed", self.failed.len());
        if std::io::stderr().is_terminal() {
            output::replacing(&text);
        } else if done.is_multiple_of(10) || done == total {
            output::aside(&text);
        }
    }
}

/// Where everything of a run goes.
fn folder() -> PathBuf {
    cli::workspace::target().join("chaos")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_tried_is_no_success() {
        let mut tally = Tally {
            unreached: 12,
            ..Tally::default()
        };
        let refused = verdict(&tally, false).unwrap_err().to_string();
        assert!(refused.contains("nothing was tried"), "{refused}");
        (tally.hit, tally.converged) = (1, 1);
        assert!(verdict(&tally, false).is_ok());
        tally.hit = 2;
        tally.failed.push("update-3-unanswered".to_owned());
        let refused = verdict(&tally, true).unwrap_err().to_string();
        assert!(
            refused.contains("chaos --faults --only update-3-unanswered"),
            "{refused}"
        );
    }
}
