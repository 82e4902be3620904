//! `cargo xtask status`: what is deployed where.

use std::path::PathBuf;

use rollout::session::Session;
use serde_json::json;

use crate::failure::Failure;
use crate::{deploy, inputs, output, plan, progress};

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

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let inputs = inputs::existing(&options.stack, options.stage.as_deref())?;
    let name = &inputs.stage;
    let counter = output::call_counter();
    let progress = progress::for_stderr();
    let session = Session::open(&inputs, &counter, &*progress, deploy::interrupted()).await?;
    let status = Box::pin(rollout::status::status(&session)).await?;
    if options.json {
        output::line(&json!({ "stage": name.as_str(), "status": status }).to_string());
        return Ok(());
    }
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    let skill = status.skill_id.map(|id| id.to_string());
    let deployed = status.deployed_at.map(|at| at.to_string());
    let pool = status.user_pool_id.map(|id| id.to_string());
    output::line(&format!("stage      {name}"));
    output::line(&format!("account    {}", status.account));
    output::line(&format!("vendor     {}", status.vendor));
    output::line(&format!("skill      {}", or_none(skill)));
    output::line(&format!("accounts   {}", status.provider));
    if inputs.stack.identity.has_a_pool() || pool.is_some() {
        output::line(&format!("user pool  {}", or_none(pool)));
    }
    output::line(&format!("sign-in    {}", or_none(status.sign_in_url)));
    output::line(&format!("deployed   {}", or_none(deployed)));
    if status.drift.is_empty() {
        output::line("drift      none");
    }
    for line in plan::lines(&status.drift) {
        output::line(&format!("drift      {line}"));
    }
    for stack in status.stacks {
        let status = stack.status.unwrap_or_else(|| "does not exist".to_owned());
        output::line(&format!(
            "stack      {} {}: {status}",
            stack.region, stack.name
        ));
        for (name, value) in stack.outputs {
            output::line(&format!("           {name} {value}"));
        }
    }
    Ok(())
}
