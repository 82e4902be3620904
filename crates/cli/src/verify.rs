//! `cargo xtask verify`: what can be known of a deployed stage without a person.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use infra::stack_file::StageName;
use rollout::calls::CallCounter;
use rollout::inputs::Inputs;
use rollout::verify::Verification;
use serde_json::json;

use crate::failure::Failure;
use crate::{deploy, inputs, output, progress};

/// Which stage, and how to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// How long what a deployment has made may take to answer.
pub(crate) const AFTER_A_CHANGE: Duration = Duration::from_mins(2);

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let counter = output::call_counter();
    let stage = options.stage.as_deref();
    let inputs = inputs::existing_with_its_client(&options.stack, stage, &counter).await?;
    let verification = check(&inputs, &counter, Duration::ZERO)
        .await
        .map_err(|failure| failure.after(counter.calls()))?;
    let failure = verification.error().map(Failure::from);
    if options.json {
        output::line(&document(&inputs.stage, &verification, &counter).to_string());
        return Ok(failure.map_or(ExitCode::SUCCESS, |_| ExitCode::FAILURE));
    }
    tell(&verification);
    if let Some(failure) = failure {
        return Err(failure);
    }
    output::line(&format!("left to you: {}", verification.left_to_do));
    Ok(ExitCode::SUCCESS)
}

/// Checks a stage that has been deployed.
pub(crate) async fn check(
    inputs: &Inputs,
    counter: &CallCounter,
    patience: Duration,
) -> Result<Verification, Failure> {
    let progress = progress::for_stderr();
    let interrupted = deploy::interrupted();
    Ok(rollout::verify::verify(inputs, counter, &*progress, interrupted, patience).await?)
}

/// One line for each check.
pub(crate) fn tell(verification: &Verification) {
    for check in &verification.checks {
        output::line(&check.to_string());
    }
}

fn document(
    name: &StageName,
    verification: &Verification,
    counter: &CallCounter,
) -> serde_json::Value {
    let mut document = json!({
        "stage": name.as_str(),
        "checks": verification.checks,
        "leftToDo": verification.left_to_do,
        "calls": counter.calls(),
    });
    if let Some(error) = verification.error() {
        document["error"] = json!({
            "code": error.code(),
            "message": error.message(),
            "hint": error.next_step(),
        });
    }
    document
}
