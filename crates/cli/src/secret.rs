//! `cargo xtask secret`: the values of the secrets that stack.toml names.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use infra::StackFile;
use infra::stack_file::{SecretName, StageName};
use local_access::Access;
use rollout::secrets::{MOST_BYTES, Secrets};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::failure::{Code, Failure, RolloutCode};
use crate::{console, inputs, output, question, stack};

pub(crate) const HELP: &str = "\
The value is asked for, or read from stdin: never an argument, which others on the machine could see.
A secret is a SecureString in Parameter Store, in the stage's home region. docs/variables.md says how
the skill reads it.

Examples:
  cargo xtask secret set dev backend-key
  cargo xtask secret list dev
  pass show backend-key | cargo xtask secret set dev backend-key";

/// Work on the secrets of a stage.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
    /// The stack file
    #[arg(long, global = true, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write a secret, over the one that is there
    Set {
        /// A stage of stack.toml
        stage: String,
        /// The secret, as stack.toml names it
        name: SecretName,
    },
    /// List the secrets that stack.toml names or the stage has, without their values
    List {
        /// A stage of stack.toml
        stage: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Remove a secret
    Remove {
        /// A stage of stack.toml
        stage: String,
        /// The secret, as stack.toml names it
        name: SecretName,
    },
}

impl Options {
    /// True if it prints JSON.
    pub(crate) fn json(&self) -> bool {
        matches!(self.action, Action::List { json: true, .. })
    }
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let (Action::Set { stage, .. } | Action::List { stage, .. } | Action::Remove { stage, .. }) =
        &options.action;
    let inputs = inputs::existing_on_aws(&options.stack, Some(stage))?;
    let counter = output::call_counter();
    let secrets = Secrets::open(&inputs, &counter).await?;
    match &options.action {
        Action::Set { stage, name } => {
            refuse_arn(name)?;
            secrets.set(name, &value(stage, name)?).await?;
            output::line(&format!("stage {stage} has the secret {name}"));
            output::aside(
                "functions that run already keep the value that they have read; the next deployment with a change, or \
                 some time without a request, ends them",
            );
        }
        Action::List { json, .. } => list(&inputs.stack, &inputs.stage, &secrets, *json).await?,
        Action::Remove { stage, name } => {
            refuse_arn(name)?;
            if secrets.remove(name).await? {
                output::line(&format!("removed the secret {name} of stage {stage}"));
            } else {
                output::line(&format!("stage {stage} had no secret {name}"));
            }
        }
    }
    Ok(())
}

async fn list(
    stack: &StackFile,
    stage: &StageName,
    secrets: &Secrets<'_>,
    as_json: bool,
) -> Result<(), Failure> {
    let stored = secrets.list().await?;
    let environment = stack.environment(stage);
    let named = environment.secrets();
    let missing: Vec<_> = (named.iter())
        .filter(|name| !name.is_arn() && !stored.iter().any(|one| one.name == name.as_str()))
        .map(|name| name.as_str())
        .collect();
    if as_json {
        let document = json!({ "stage": stage.as_str(), "secrets": stored, "missing": missing });
        output::line(&document.to_string());
        return Ok(());
    }
    for one in &stored {
        let is_named = named.iter().any(|name| name.as_str() == one.name);
        let note = if is_named {
            ""
        } else {
            "  stack.toml does not name it"
        };
        let written = one
            .written_at
            .map_or_else(String::new, |time| format!("{time:.0}"));
        output::line(&format!("{:<24} {written}{note}", one.name));
    }
    for name in named.iter().filter(|name| name.is_arn()) {
        output::line(&format!("{name}  of Secrets Manager"));
    }
    for name in missing {
        output::line(&format!(
            "{name:<24} missing: cargo xtask secret set {stage} {name}"
        ));
    }
    Ok(())
}

/// A secret of Secrets Manager is whose it is.
fn refuse_arn(name: &SecretName) -> Result<(), Failure> {
    if name.is_arn() {
        return Err(Failure::new(
            RolloutCode::Secret,
            format!("{name} is a secret of Secrets Manager, which is not this project's to write"),
        )
        .hint("change it there, or give the variable { secret = \"NAME\" } of its own"));
    }
    Ok(())
}

/// The value, without the end of its line.
fn value(stage: &str, name: &SecretName) -> Result<SecretString, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(Code::Io, format!("cannot read the value: {error}"));
    let value = if std::io::stdin().is_terminal() {
        question::ask_hidden(&format!("value of {name} in stage {stage}")).map_err(failed)?
    } else {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        text
    };
    let value = SecretString::from(value.trim_end_matches(['\r', '\n']));
    let length = value.expose_secret().len();
    if length == 0 || length > MOST_BYTES {
        return Err(Failure::new(
            RolloutCode::Secret,
            format!("the value of {name} has {length} bytes"),
        )
        .hint(format!(
            "Parameter Store takes 1 to {MOST_BYTES} bytes; nothing was written"
        )));
    }
    Ok(value)
}

/// Makes the secrets of a local stage, with random values; those that are there stay as they are.
pub(crate) async fn register(
    access: &Access,
    stack: &StackFile,
    stage: &StageName,
) -> Result<(), Failure> {
    let environment = stack.environment(stage);
    let mut made = Vec::new();
    for secret in environment.secrets() {
        let home = stack::home(stack, stage)?;
        let body = json!({ "region": home.as_str(), "place": secret.place(&stack.name, stage) });
        if console::post(access, "secrets", &body).await? {
            made.push(secret.as_str());
        }
    }
    if !made.is_empty() {
        output::aside(&format!(
            "the local stage had no secret {}: random values were made (`cargo xtask secret set {stage} NAME` writes \
             others)",
            made.join(", ")
        ));
    }
    Ok(())
}
