//! `cargo xtask deploy`: a stage from nothing, or from whatever it is, to what it shall be.

mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use infra::StackFile;
use infra::stack_file::StageName;
use jiff::Timestamp;
use local_access::Access;
use local_access::program::Start;
use rollout::calls::CallCounter;
use rollout::deploy::{Deployed, Outcome};
use rollout::diff::Plan;
use rollout::diff::change::Kind as Changed;
use rollout::error::Error;
use rollout::inputs::Inputs;
use rollout::lock::Owner;
use rollout::logs::{Line, Tail};
use rollout::progress::{Silent, Step};
use rollout::{Building, Bundle};
use serde_json::Value;
use tokio::sync::watch;

use crate::build::{self, Built, Kind, Parts};
use crate::environment::BUNDLE;
use crate::failure::{Code, Failure, RolloutCode};
use crate::inputs::{local_inputs, real_inputs};
use crate::security_profile::For;
use crate::talk::OwnStory;
use crate::{
    Deploy, ask_cli, console, discovery, local, output, person, plan, progress, question,
    security_profile, stack, verify, workspace,
};
use report::{Report, Verified};

pub(crate) async fn run(options: Deploy) -> Result<ExitCode, Failure> {
    let stack = stack::read(&options.stack)?;
    let name = stack::stage(&stack, options.stage.as_deref())?;
    let counter = output::call_counter();
    let report = if name.is_local() {
        Box::pin(deploy_local(&options, stack, &name, &counter)).await
    } else {
        deploy_real(&options, stack, &name, &counter).await
    };
    let report = report.map_err(|failure| failure.after(counter.calls()))?;
    report.print(&options, &counter);
    match report.verified.failure() {
        None => Ok(ExitCode::SUCCESS),
        // Said in the object that was printed.
        Some(_) if options.json => Ok(ExitCode::FAILURE),
        Some(failure) => Err(failure),
    }
}

/// Where a deployment takes its bundle from and leaves its documents.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Files {
    /// Deploy this bundle, a zip with `bootstrap` in it, instead of building the Lambda
    #[arg(long, value_name = "ZIP")]
    bundle: Option<PathBuf>,
    /// Where the rendered documents go, instead of `dist/STAGE`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Files {
    /// Where the rendered documents of a stage are.
    fn dist(&self, stage: &StageName) -> PathBuf {
        let folder = self.out.clone();
        folder.unwrap_or_else(|| workspace::dist(stage.as_str()))
    }
}

/// To the stage that runs, or to one that lives as long as this command.
async fn deploy_local(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
) -> Result<Report, Failure> {
    let (access, own) = if let Some(access) = discovery::running()? {
        (access, None)
    } else {
        let start = Start {
            record_smapi: options.record_smapi.clone(),
            ..Start::default()
        };
        let stage = local::start(start, &stack).await?;
        (stage.access.clone(), Some(stage))
    };
    let report = Box::pin(deploy_and_verify(options, stack, name, counter, &access)).await;
    if let Some(own) = own {
        own.stop().await;
        ask_cli::forget(&options.files.dist(name))?;
    } else if report.is_ok() && !options.json {
        output::page(&access);
    }
    report
}

async fn deploy_and_verify(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
    access: &Access,
) -> Result<Report, Failure> {
    console::prepare(access, &stack, name).await?;
    let inputs = local_inputs(&options.stack, stack, name, access)?;
    let own_story = OwnStory::read(
        &stack::project(&options.stack),
        &inputs.stack,
        inputs.package.first_locale(),
    )?;
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..security_profile::made(inputs, access).await?
    };
    // The local stage needs no asking; what is done to it is told all the same.
    let tell = |plan: &Plan| {
        plan::tell(name, plan);
        Ok(())
    };
    let mut report = roll_out(&inputs, &options.files, Kind::Local, counter, &tell).await?;
    let started = Instant::now();
    let deployed = &report.outcome.deployed;
    let stack = person::as_it_is(&inputs).await?;
    let script = person::script(&inputs, &stack, deployed, own_story.sentences())?;
    let turn = discovery::conversation().await?;
    let mut log = Tail::open(&inputs, None, Timestamp::now(), &output::call_counter()).await?;
    // What is there already was not written for this person.
    log.read().await?;
    let transcript = story::run(access, &script).await.map_err(|error| {
        let failure =
            Failure::new(Code::Story, rollout::error::chain(&error)).hint(error.hint().to_owned());
        error.turns.iter().fold(failure, |failure, turn| {
            failure.because(format!("“{}” was answered “{}”", turn.said, turn.heard))
        })
    })?;
    nothing_went_wrong(&log.read().await?)?;
    drop(turn);
    own_story.judge(&transcript)?;
    report.verified = Verified::Story(transcript, started.elapsed());
    Ok(report)
}

/// The skill's own opinion of the story. An apology is an answer to Alexa, and none to a person.
fn nothing_went_wrong(lines: &[Line]) -> Result<(), Failure> {
    let lines = || {
        let parsed = |line: &Line| serde_json::from_str::<Value>(&line.message).ok();
        lines.iter().filter_map(parsed)
    };
    if !lines().any(|line| line["message"] == "request") {
        return Err(Failure::new(Code::Story, "the skill has logged no request of the story")
            .hint("`cargo xtask logs local` shows what it has logged; docs/skill-log.md says what it should"));
    }
    match lines().find(|line| line["level"] != "INFO") {
        None => Ok(()),
        Some(line) => Err(Failure::new(
            Code::Story,
            "the skill logged that something went wrong in the story",
        )
        .because(line.to_string())
        .hint("docs/skill-log.md says what its outcome means")),
    }
}

async fn deploy_real(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
) -> Result<Report, Failure> {
    let inputs = real_inputs(&options.stack, stack, name)?;
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..security_profile::handed_over(inputs, For::Deployment, counter).await?
    };
    let steps = security_profile::steps(&inputs, counter).await?;
    let approve = |plan: &Plan| {
        // Afterwards nobody has to do it again.
        if links_for_the_first_time(plan) {
            security_profile::tell(&steps);
        }
        confirm(name, plan, options.yes)
    };
    let mut report = roll_out(
        &inputs,
        &options.files,
        Kind::Release(inputs.architecture),
        counter,
        &approve,
    )
    .await?;
    let started = Instant::now();
    let patience = if report.outcome.plan.is_empty() {
        Duration::ZERO
    } else {
        verify::AFTER_A_CHANGE
    };
    // What it calls is not what the deployment called.
    let checked = verify::check(&inputs, &output::call_counter(), patience).await?;
    report.verified = Verified::Checks(checked, started.elapsed());
    Ok(report)
}

/// Whether account linking is written where there was none.
fn links_for_the_first_time(plan: &Plan) -> bool {
    let mut parts = plan.to_do().filter(|part| part.step == Step::Linking);
    parts.any(|part| {
        part.changes
            .iter()
            .any(|change| change.kind == Changed::Added)
    })
}

/// Deploys to a local stage, and leaves trying it out to the caller.
pub(crate) async fn without_a_story(
    path: &Path,
    stack: StackFile,
    name: &StageName,
    access: &Access,
) -> Result<Deployed, Failure> {
    let inputs = prepared(path, stack, name, access).await?;
    let counter = output::call_counter();
    let report = roll_out(&inputs, &Files::default(), Kind::Local, &counter, &|_| {
        Ok(())
    })
    .await?;
    Ok(report.outcome.deployed)
}

/// Deploys a built Lambda to a local stage, without a word. Of a stage that is `known`, the code alone can be
/// another.
pub(crate) async fn quietly(
    path: &Path,
    stack: StackFile,
    access: &Access,
    (bundle, known): (Bundle, Option<&Deployed>),
    interrupted: watch::Receiver<bool>,
) -> Result<Outcome, Failure> {
    let name = stack::stage(&stack, Some(StageName::LOCAL))?;
    let inputs = prepared(path, stack, &name, access).await?;
    let counter = output::call_counter();
    if let Some(known) = known {
        let code = bundle.clone();
        let code = (Building::new(async { Ok(code) }), known);
        let stop = interrupted.clone();
        let plan =
            rollout::deploy::deploy_code(&inputs, code, &counter, &Silent, owner(), stop).await?;
        if let Some(plan) = plan {
            let deployed = known.clone();
            return Ok(Outcome { deployed, plan });
        }
    }
    let bundle = Building::new(async { Ok(bundle) });
    let all = |_: &Plan| Ok(());
    let outcome = rollout::deploy::deploy(
        &inputs,
        bundle,
        &counter,
        &Silent,
        &all,
        owner(),
        interrupted,
    )
    .await?;
    write_documents(&Files::default(), &inputs, &outcome)?;
    Ok(outcome)
}

/// The inputs of a local stage, which gets what the stack file takes to be there.
async fn prepared(
    path: &Path,
    stack: StackFile,
    name: &StageName,
    access: &Access,
) -> Result<Inputs, Failure> {
    console::prepare(access, &stack, name).await?;
    let inputs = local_inputs(path, stack, name, access)?;
    security_profile::made(inputs, access).await
}

async fn roll_out(
    inputs: &Inputs,
    files: &Files,
    kind: Kind,
    counter: &CallCounter,
    approve: rollout::diff::Approve<'_>,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let (took, build_took) = watch::channel(Duration::ZERO);
    let building = building(inputs, files, kind, took);
    let progress = progress::for_stderr();
    let outcome = rollout::deploy::deploy(
        inputs,
        building,
        counter,
        &*progress,
        approve,
        owner(),
        interrupted(),
    )
    .await?;
    write_documents(files, inputs, &outcome)?;
    let build = *build_took.borrow();
    Ok(Report {
        stage: inputs.stage.clone(),
        outcome,
        build,
        rollout: started.elapsed().saturating_sub(build),
        verified: Verified::Not,
    })
}

/// The bundle: built on a task of its own, so that it goes on while nobody looks.
pub(crate) fn building(
    inputs: &Inputs,
    files: &Files,
    kind: Kind,
    took: watch::Sender<Duration>,
) -> Building<'static> {
    let parts = Parts::of(&inputs.stack);
    let build = match files.bundle.clone() {
        Some(path) => tokio::spawn(build::read(path)),
        None if kind == Kind::Local => tokio::spawn(local_bundle(parts)),
        None => tokio::spawn(build::bundle(kind, parts)),
    };
    Building::new(async move {
        let built = build.await.map_err(|error| {
            Error::new(RolloutCode::Build, format!("the build stopped: {error}"))
        })??;
        took.send_replace(built.took);
        Ok(Bundle::new(built.zip))
    })
}

/// The bundle for a local stage, built unless the environment names one.
pub(crate) async fn local_bundle(parts: Parts) -> Result<Built, Error> {
    match std::env::var_os(BUNDLE.name) {
        Some(path) => build::read(path.into()).await,
        None => build::bundle(Kind::Local, parts).await,
    }
}

/// What was deployed, for people and for ask-cli. The client secret is not in it.
fn write_documents(files: &Files, inputs: &Inputs, outcome: &Outcome) -> Result<(), Failure> {
    let dist = files.dist(&inputs.stage);
    let deployed = &outcome.deployed;
    deployed.package.write(&dist).map_err(Error::from)?;
    rollout::package::write_account_linking(&dist, &deployed.linking).map_err(Error::from)?;
    let profile = stack::ask_profile(&inputs.stack, &inputs.stage);
    ask_cli::remember(&dist, &profile, &deployed.skill_id)
}

/// Turns true at the first Ctrl-C; the second ends the process at once.
pub(crate) fn interrupted() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if sender.send_replace(true) {
                std::process::exit(130);
            }
            output::aside("finishing what is in flight; Ctrl-C again ends it at once");
        }
    });
    receiver
}

/// Who holds a stage's lock, for whoever waits for it.
pub fn owner() -> Owner {
    let variable = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| std::env::var(name).ok())
            .unwrap_or_else(|| "unknown".to_owned())
    };
    Owner::this_process(variable(&["USER", "USERNAME", "LOGNAME"]))
}

/// A real stage is changed only when somebody has said so.
fn confirm(stage: &StageName, plan: &Plan, yes: bool) -> Result<(), Error> {
    plan::tell(stage, plan);
    question::confirm("deploy?", "nothing was changed", yes)
}
