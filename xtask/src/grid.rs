//! `cargo xtask grid`: every way to sign in that a stack file can name, deployed and tried out.
//!
//! A combination is a project of its own on a local stage: it is deployed as a person deploys it, and the built-in
//! story has to end well. Stages and the skill's program are shared, people and user pools are not.

mod combination;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};
use infra::StackFile;
use infra::stack_file::{FirstFactor, Mfa};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use self::combination::{Combination, is_explained, pairwise};
use crate::chaos::child;
use crate::chaos::stage::Stage;
use cli::build::{self, Kind, Parts, Site, What};
use cli::failure::{Code, Failure};
use cli::{output, workspace};

/// Which combinations to try.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Deploy every combination, instead of as few as show every two options together
    #[arg(long)]
    whole: bool,
    /// How many stages run at the same time; twice the number of processors when absent
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Deploy this combination alone, such as `phone/password/off/none/phone/essentials`; may be given several times
    #[arg(long, value_name = "COMBINATION")]
    only: Vec<String>,
    /// List the combinations that would be deployed, and end
    #[arg(long)]
    list: bool,
}

/// Deploys what was asked for. The last line of stdout counts.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let failure = |error: anyhow::Error| {
        let failure = Failure::new(Code::Grid, error.to_string());
        let causes = error.chain().skip(1);
        causes.fold(failure, |failure, cause| failure.because(cause.to_string()))
    };
    let all = Combination::all();
    let accepted = accepted(&all).map_err(failure)?;
    let wanted = choose(&accepted, &options).map_err(failure)?;
    if options.list {
        for combination in wanted {
            output::line(&combination.to_string());
        }
        return Ok(());
    }
    let started = Instant::now();
    let count = wanted.len();
    let failed = deploy_all(wanted, options.jobs).await.map_err(failure)?;
    output::aside(&format!("took {:.0} s", started.elapsed().as_secs_f64()));
    output::line(&format!(
        "combinations {}, refused {}, deployed {count}, ended well {}, failed {}",
        all.len(),
        all.len() - accepted.len(),
        count - failed.len(),
        failed.len()
    ));
    if failed.is_empty() {
        return Ok(());
    }
    let message = format!("{} combinations did not end well", failed.len());
    let only: Vec<_> = failed.iter().map(|one| format!("--only {one}")).collect();
    Err(Failure::new(Code::Grid, message)
        .hint(format!("repeat with `cargo xtask grid {}`", only.join(" "))))
}

/// Those that a stack file may name; the others have to be refused with a reason.
fn accepted(all: &[Combination]) -> Result<Vec<Combination>> {
    let mut accepted = Vec::new();
    for combination in all {
        match combination.read() {
            Ok(_) => accepted.push(*combination),
            Err(error) if is_explained(&error) => {}
            Err(error) => bail!("{combination} is refused without a reason: {error}"),
        }
    }
    Ok(accepted)
}

fn choose(accepted: &[Combination], options: &Options) -> Result<Vec<Combination>> {
    if options.only.is_empty() {
        return Ok(if options.whole {
            accepted.to_vec()
        } else {
            pairwise(accepted)
        });
    }
    let named = |name: &String| {
        let mut accepted = accepted.iter();
        accepted
            .find(|combination| combination.to_string() == *name)
            .copied()
            .ok_or_else(|| anyhow!("no combination that a stack file may name is `{name}`; `--whole --list` shows all"))
    };
    options.only.iter().map(named).collect()
}

/// The program, the bundle and the folder of all deployments.
struct Shared {
    folder: TempDir,
    program: PathBuf,
    bundle: PathBuf,
    client: reqwest::Client,
}

impl Shared {
    async fn prepare() -> Result<Self> {
        let target = workspace::target();
        let folder = tempfile::Builder::new()
            .prefix("grid-")
            .tempdir_in(&target)
            .with_context(|| format!("cannot make a folder in {}", target.display()))?;
        let what = What::Bootstrap(Parts::default());
        let bootstrap = build::compile(Kind::Local, what, &Site::here())
            .await
            .map_err(|error| anyhow!("{error}"))?;
        let bundle = folder.path().join("bundle.zip");
        let zip = build::zip(&bootstrap, Kind::Local).map_err(|error| anyhow!("{error}"))?;
        fs::write(&bundle, zip)?;
        // The program that is running may be built anew meanwhile.
        let running = std::env::current_exe().context("cannot tell which program this is")?;
        let program = folder.path().join("xtask");
        fs::copy(&running, &program)
            .with_context(|| format!("cannot copy {}", running.display()))?;
        Ok(Self {
            program,
            bundle,
            client: story::client().context("no HTTP client")?,
            folder,
        })
    }

    /// A home with a project in it, and a stage that only this home knows.
    async fn place(&self) -> Result<(TempDir, Stage)> {
        let home = tempfile::tempdir_in(self.folder.path())?;
        workspace::copy_folder(
            &workspace::skill_package(),
            &home.path().join("skill-package"),
        )?;
        let story = "tests/conversations/story.yaml";
        if workspace::root().join(story).is_file() {
            fs::create_dir_all(home.path().join("tests/conversations"))?;
            fs::copy(workspace::root().join(story), home.path().join(story))?;
        }
        let stack_file = home.path().join("stack.toml");
        fs::write(&stack_file, "name = \"grid\"\n")?;
        let stage =
            Stage::start(&self.program, home.path(), &stack_file, &self.client, false).await?;
        Ok((home, stage))
    }

    /// Deploys a combination, whose story has to end well.
    async fn deploy(&self, home: &Path, name: &str, combination: Combination) -> Result<()> {
        let stack_file = home.join("stack.toml");
        fs::write(&stack_file, combination.text(name))?;
        let child = child::deploy(&self.program, home, &stack_file, &self.bundle)?;
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let told: Vec<_> = said.lines().filter(|line| child::is_told(line)).collect();
            bail!("{}", told.join("; "));
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = said.lines().last().unwrap_or_default();
        let deployed: Value = serde_json::from_str(last).context("`deploy --json`")?;
        judge(&combination.read()?, &deployed)
    }
}

/// Compares the pages that people got through with the stack file: they were asked what it wants, and nothing else.
fn judge(stack: &StackFile, deployed: &Value) -> Result<()> {
    let pages = deployed["pages"].as_array().context("no pages")?;
    let passed = |path: &str| pages.iter().any(|page| page["page"] == path);
    let identity = &stack.identity;
    let has_codes = (identity.first_factors.iter()).any(|one| *one != FirstFactor::Password);
    for (path, wanted) in [
        ("/signup", true),
        ("/confirmUser", true),
        ("/oneTimeCode", has_codes),
        ("/mfa", identity.mfa == Mfa::Required),
    ] {
        ensure!(
            passed(path) == wanted,
            "people {} {path}: {pages:?}",
            if wanted { "never saw" } else { "saw" }
        );
    }
    Ok(())
}

/// Deploys each, several at a time; those that did not end well.
async fn deploy_all(wanted: Vec<Combination>, jobs: Option<usize>) -> Result<Vec<Combination>> {
    let shared = Arc::new(Shared::prepare().await?);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // People wait half a minute for another code of their authenticator app.
    let jobs = jobs.unwrap_or(2 * processors).max(1);
    let total = wanted.len();
    let queue: VecDeque<_> = wanted.into_iter().enumerate().collect();
    let queue = Arc::new(Mutex::new(queue));
    let failed = Arc::new(Mutex::new(Vec::new()));
    let mut workers = JoinSet::new();
    for _ in 0..jobs.min(total) {
        let (shared, queue, failed) = (shared.clone(), queue.clone(), failed.clone());
        workers.spawn(async move {
            let (home, stage) = shared.place().await?;
            loop {
                let Some((index, combination)) = queue.lock().await.pop_front() else {
                    break;
                };
                let name = format!("grid-{index}");
                let outcome = shared.deploy(home.path(), &name, combination).await;
                let outcome = match outcome {
                    Ok(()) => "ok".to_owned(),
                    Err(error) => {
                        failed.lock().await.push(combination);
                        format!("FAILED: {error:#}")
                    }
                };
                output::aside(&format!("{}/{total} {combination} {outcome}", index + 1));
            }
            stage.end().await
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.context("a worker stopped")??;
    }
    let failed = std::mem::take(&mut *failed.lock().await);
    Ok(failed)
}
