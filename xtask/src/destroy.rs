//! `cargo xtask destroy`: what a deployment can make anew goes, the people stay.

use std::io::{IsTerminal, Write as _};
use std::path::PathBuf;

use infra::stack_file::{Region, StageName};
use rollout::calls::CallCounter;
use rollout::destroy::{Kept, Removal};
use rollout::error::{Code, Error};
use rollout::guards::Guard;
use rollout::session::{Inputs, Session};
use serde_json::json;

use crate::failure::Failure;
use crate::{deploy, output, plan, progress};

/// Which stage, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Remove the skill as well; Amazon refuses that for one that is certified or live
    #[arg(long)]
    skill: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[arg(long, value_name = "GUARD", help = plan::allow_help())]
    allow: Vec<Guard>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..deploy::existing(&options.stack, options.stage.as_deref())?
    };
    let name = inputs.stage.clone();
    let home = inputs.home.clone();
    let counter = CallCounter::default();
    let progress = progress::for_stderr();
    let approve = |removal: &Removal| confirm(&name, &home, removal, options.yes);
    let removal = async {
        let session = Session::open(&inputs, &counter, &*progress, deploy::interrupted()).await?;
        Box::pin(rollout::destroy::destroy(
            &session,
            options.skill,
            &approve,
            deploy::owner(),
        ))
        .await
    };
    let removal = removal
        .await
        .map_err(|error| Failure::from(error).after(counter.calls()))?;
    if options.json {
        let report = json!({
            "stage": name.as_str(),
            "removed": { "stacks": removal.stacks, "skill": removal.skill },
            "kept": removal.kept,
            "home": home.to_string(),
            "console": console(&name, &home, &removal.kept),
            "calls": counter.calls(),
        });
        output::line(&report.to_string());
        return Ok(());
    }
    for line in kept(&name, &home, &removal.kept) {
        output::line(&line);
    }
    let calls = counter.calls();
    let verb = if removal.is_empty() {
        "nothing to remove"
    } else {
        "removed"
    };
    output::line(&format!(
        "{verb}: {} reading calls, {} mutating calls",
        calls.reading, calls.mutating
    ));
    Ok(())
}

/// Says what will happen and asks whether it shall, on every stage.
fn confirm(stage: &StageName, home: &Region, removal: &Removal, yes: bool) -> Result<(), Error> {
    output::aside(&format!("stage {stage}:"));
    for stack in &removal.stacks {
        let (region, name) = (&stack.region, &stack.name);
        output::aside(&format!(
            "  removes stack {name} in {region}: the function, its versions, role and log"
        ));
    }
    if let Some(skill) = &removal.skill {
        output::aside(&format!(
            "  removes skill {skill}: everybody who linked an account has to link again"
        ));
    }
    for line in kept(stage, home, &removal.kept) {
        output::aside(&format!("  {line}"));
    }
    if yes {
        return Ok(());
    }
    let refused = |message: &str| Error::new(Code::Confirm, message);
    if !std::io::stdin().is_terminal() {
        return Err(refused("nothing was removed: nobody is there to confirm").hint("add --yes"));
    }
    let mut question = std::io::stderr();
    let mut answer = String::new();
    write!(question, "remove? [y/N] ")
        .and_then(|()| question.flush())
        .and_then(|()| std::io::stdin().read_line(&mut answer))
        .map_err(|error| refused("nothing was removed").because(error.to_string()))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(refused("nothing was removed"))
    }
}

/// What stays and where it is, one line each.
fn kept(stage: &StageName, home: &Region, kept: &Kept) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(pool) = &kept.user_pool_id {
        lines.push(format!(
            "keeps user pool {pool} in {home}, with everybody in it"
        ));
    }
    if let Some(console) = console(stage, home, kept) {
        lines.push(format!("      {console}"));
    }
    if let Some(stack) = &kept.identity_stack {
        lines.push(format!("keeps stack {} in {}", stack.name, stack.region));
    }
    if let Some(skill) = &kept.skill {
        lines.push(format!(
            "keeps skill {skill}, which answers nothing until it is deployed again"
        ));
    }
    if let Some(bucket) = &kept.bucket {
        lines.push(format!(
            "keeps bucket {bucket} in {home}: state and bundles"
        ));
    }
    lines
}

/// Where to look at the user pool in a browser; a local stage has no console.
fn console(stage: &StageName, home: &Region, kept: &Kept) -> Option<String> {
    let pool = kept.user_pool_id.as_ref()?;
    (!stage.is_local()).then(|| {
        format!(
            "https://{home}.console.aws.amazon.com/cognito/v2/idp/user-pools/{pool}/overview?region={home}"
        )
    })
}
