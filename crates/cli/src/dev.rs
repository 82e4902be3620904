//! `cargo xtask dev`: save a file, and talk to the skill as it is now.

mod host;
mod round;
mod saves;
mod work;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use infra::StackFile;
use rollout::Bundle;
use rollout::deploy::Deployed;
use serde_json::json;
use tokio::sync::watch;

use crate::build::Parts;
use crate::failure::{Failure, RolloutCode};
use crate::{browser, deploy, local, output, stack, talk, workspace};
use host::Host;
use round::Round;
use saves::Saves;
use work::{Project, Work};

/// The project and the stage, and how to tell of saves.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// The first of five consecutive ports of a stage that this command starts; free ones are taken when absent
    #[arg(long)]
    port: Option<u16>,
    /// Open no browser
    #[arg(long)]
    no_open: bool,
    /// Print one JSON object a line, for the stage and for each save
    #[arg(long)]
    pub(crate) json: bool,
}

/// The end of the command's help.
pub(crate) const HELP: &str = "\
A save in crates/, skill-package/, infra/ or of stack.toml builds what cargo finds changed, and deploys
what is different, to the local stage that runs, or to one that ends with this command. Links, sessions
and data stay. When a build fails, the last good function goes on answering. A save in
tests/conversations/ holds the conversations of that file.

Deploying means what `cargo xtask deploy local` means, without trying the skill out.

Example: cargo xtask dev";

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let interrupted = interrupted()?;
    let stack = stack::read(&options.stack)?;
    let saves = Saves::of(project(&options))?;
    let host = Host::find(&stack, options.port).await?;
    greet(&options, &host);
    let mut dev = Dev {
        options,
        interrupted,
        saves,
        host,
        stack,
        bundle: None,
        deployed: None,
    };
    let result = dev.go_on().await;
    dev.host.leave().await;
    result
}

fn project(options: &Options) -> Project {
    let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
    // Of the stage, and so without its name.
    let dist = workspace::dist("");
    Project {
        root: real(workspace::root()),
        written: vec![real(workspace::target()), real(dist)],
        stack: real(stack::found(&options.stack)),
    }
}

fn greet(options: &Options, host: &Host) {
    let page = host.access.page();
    if options.json {
        let stage = json!({ "event": "stage", "page": page, "own": host.is_own() });
        output::line(&stage.to_string());
    } else {
        output::line(&format!("page     {page}"));
    }
    let opened = !options.no_open && !options.json && browser::open(&page);
    let page = if opened {
        "the page opens in your browser; "
    } else {
        ""
    };
    output::aside(&format!(
        "{page}say something with `cargo xtask say`, link an account with `cargo xtask link`; \
         Ctrl-C ends {}",
        if host.is_own() {
            "the stage too, and it forgets everything"
        } else {
            "this command, and the stage goes on"
        }
    ));
}

/// Turns true at the first signal to end; the second ends the process at once.
fn interrupted() -> Result<watch::Receiver<bool>, Failure> {
    let ended = local::until_ended()?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        ended.await;
        sender.send_replace(true);
        if let Ok(again) = local::until_ended() {
            again.await;
            std::process::exit(130);
        }
    });
    Ok(receiver)
}

/// The loop.
struct Dev {
    options: Options,
    interrupted: watch::Receiver<bool>,
    saves: Saves,
    host: Host,
    stack: StackFile,
    /// The last Lambda that was built.
    bundle: Option<Bundle>,
    /// The deployment that the stage has; `None` when it may have another one than what was saved.
    deployed: Option<Deployed>,
}

impl Dev {
    /// One round after the other, until there is a reason to end.
    async fn go_on(&mut self) -> Result<(), Failure> {
        let mut work = Work::everything();
        loop {
            let done = self.round(&mut work).await;
            if *self.interrupted.borrow() {
                return Ok(());
            }
            if let Err(failure) = done {
                self.deployed = None;
                clear();
                failure.report(self.options.json);
                if self.bundle.is_some() {
                    output::aside("the last good function goes on answering");
                }
            }
            work = tokio::select! {
                saved = self.saves.next() => saved,
                _ = self.interrupted.wait_for(|ended| *ended) => return Ok(()),
                failure = self.host.ended_by_itself() => return Err(failure),
            };
        }
    }

    /// Builds, deploys and says what is to be.
    async fn round(&mut self, work: &mut Work) -> Result<(), Failure> {
        let mut round = Round::default();
        // What it advises is said once for each save.
        if work.deploy && self.bundle.is_some() {
            self.stack = stack::read(&self.options.stack)?;
        }
        if self.host.find_again(&self.stack).await? {
            self.deployed = None;
            greet(&self.options, &self.host);
        }
        let mut is_new = false;
        if work.build || self.bundle.is_none() {
            let (bundle, took) = self.build().await?;
            is_new = (self.bundle.as_ref()).is_none_or(|last| last.digest() != bundle.digest());
            self.bundle = Some(bundle);
            round.build = Some(took);
        }
        if let Some(bundle) = self.bundle.clone()
            && (is_new || work.deploy || self.deployed.is_none())
        {
            working("deploying");
            let started = Instant::now();
            // A failure leaves it open what is deployed.
            let known = self.deployed.take().filter(|_| !work.deploy);
            let outcome = Box::pin(deploy::quietly(
                &self.options.stack,
                self.stack.clone(),
                &self.host.access,
                (bundle, known.as_ref()),
                self.interrupted.clone(),
            ))
            .await?;
            round.deployed(&outcome.plan, started.elapsed());
            self.deployed = Some(outcome.deployed);
        }
        clear();
        if !round.is_empty() {
            round.tell(self.options.json);
        }
        let files = std::mem::take(&mut work.conversations);
        let files: Vec<PathBuf> = files.into_iter().filter(|file| file.is_file()).collect();
        match &self.deployed {
            Some(deployed) if !files.is_empty() => {
                let (path, stack) = (&self.options.stack, self.stack.clone());
                let access = &self.host.access;
                talk::hold(path, stack, access, deployed, &files, self.options.json).await
            }
            _ => Ok(()),
        }
    }

    /// The Lambda as it was saved, and how long that took.
    async fn build(&mut self) -> Result<(Bundle, Duration), Failure> {
        working("building");
        let build = deploy::local_bundle(Parts::of(&self.stack));
        let built = tokio::select! {
            built = build => built?,
            // Cargo ends with the future that waits for it.
            _ = self.interrupted.wait_for(|ended| *ended) => {
                return Err(Failure::new(RolloutCode::Interrupted, "interrupted"));
            }
        };
        Ok((Bundle::new(built.zip), built.took))
    }
}

/// On a terminal, what is being done, until it is done.
fn working(text: &str) {
    if std::io::stderr().is_terminal() {
        output::replacing(text);
    }
}

fn clear() {
    working("");
}
