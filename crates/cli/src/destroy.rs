//! `cargo xtask destroy`: what a deployment can make anew goes, the people stay.

use std::path::PathBuf;

use infra::stack_file::{Region, StageName};
use rollout::destroy::{Kept, Removal, Scope};
use rollout::error::Error;
use rollout::guards::Guard;
use rollout::inputs::Inputs;
use rollout::session::Session;
use serde_json::json;

use crate::failure::Failure;
use crate::{ask_cli, deploy, inputs, output, plan, progress, question, workspace};

/// What is said when it ends before anything was done.
const UNTOUCHED: &str = "nothing was removed";

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
    /// Delete the user pool as well, with everybody in it; the stage's name has to be typed, here or
    /// when it is asked for
    #[arg(
        long,
        value_name = "STAGE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    delete_users: Option<String>,
    /// Delete the resources of infra/resources.yaml as well, with the data in them; the stage's name has to be typed,
    /// here or when it is asked for
    #[arg(
        long,
        value_name = "STAGE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    delete_data: Option<String>,
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
        ..inputs::existing(&options.stack, options.stage.as_deref())?
    };
    let name = inputs.stage.clone();
    let home = inputs.home.clone();
    let counter = output::call_counter();
    let progress = progress::for_stderr();
    let scope = Scope {
        skill: options.skill,
        users: options.delete_users.is_some(),
        data: options.delete_data.is_some(),
    };
    let approve = |removal: &Removal| {
        announce(&name, &home, removal);
        if removal.users.is_some() {
            confirm_loss(&name, options.delete_users.as_deref(), "users", "everybody")?;
        }
        if scope.data && removal.resources.is_some() {
            confirm_loss(&name, options.delete_data.as_deref(), "data", "the data")?;
        }
        question::confirm("remove?", UNTOUCHED, options.yes)
    };
    let removal = async {
        let session = Session::open(&inputs, &counter, &*progress, deploy::interrupted()).await?;
        Box::pin(rollout::destroy::destroy(
            &session,
            scope,
            &approve,
            deploy::owner(),
        ))
        .await
    };
    let removal = removal
        .await
        .map_err(|error| Failure::from(error).after(counter.calls()))?;
    if removal.skill.is_some() {
        ask_cli::forget(&workspace::dist(name.as_str()))?;
    }
    if options.json {
        let report = json!({
            "stage": name.as_str(),
            "removed": {
                "stacks": removal.stacks,
                "skill": removal.skill,
                "resources": removal.resources,
                "users": removal.users,
            },
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

/// Says what will happen.
fn announce(stage: &StageName, home: &Region, removal: &Removal) {
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
    if let Some(stack) = &removal.resources {
        output::aside(&format!(
            "  REMOVES stack {} in {home}: the resources of infra/resources.yaml, with what is in them, for good",
            stack.name
        ));
    }
    if let Some(users) = &removal.users {
        let pool = users.user_pool_id.as_ref();
        output::aside(&format!(
            "  REMOVES stack {} in {home}: user pool {}, with EVERYBODY in it, for good",
            users.identity_stack.name,
            pool.map_or("without an id", |pool| pool.as_str())
        ));
    }
    for line in kept(stage, home, &removal.kept) {
        output::aside(&format!("  {line}"));
    }
}

/// Asks for the stage's name before something is lost for good.
fn confirm_loss(
    stage: &StageName,
    typed: Option<&str>,
    option: &str,
    lost: &str,
) -> Result<(), Error> {
    let typed = match typed {
        None | Some("") => question::require(
            &format!("type the stage's name, {stage}, to delete {lost}: "),
            UNTOUCHED,
            &format!("add --delete-{option}={stage}"),
        )?,
        Some(typed) => typed.to_owned(),
    };
    if typed == stage.as_str() {
        return Ok(());
    }
    Err(question::refused(&format!(
        "{UNTOUCHED}: “{typed}” is not the name of this stage, {stage}"
    )))
}

/// What stays and where it is, one line each.
fn kept(stage: &StageName, home: &Region, kept: &Kept) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(pool) = &kept.user_pool_id {
        lines.push(format!(
            "keeps user pool {pool} in {home}, with everybody in it"
        ));
    }
    if let Some(stack) = &kept.resources {
        lines.push(format!(
            "keeps stack {} in {home}, whose resources hold data",
            stack.name
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
