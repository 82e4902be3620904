//! The Lambda's `main`.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::{Configuration, Intents, Invocation, Log, Skill, WrongSkill};

/// Serves a skill as a Lambda function, until Lambda ends the process: what `main` calls.
///
/// What the function has to know is in the environment, as [`Configuration`] says.
pub fn serve<I: Intents>() -> ExitCode {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return refuse(
            "bootstrap is started by AWS Lambda; `cargo xtask deploy` runs it on this machine",
        );
    }
    // One event at a time, so one thread is enough and quicker to start.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run::<I>()),
        Err(error) => refuse(&format!("cannot start a runtime: {error}")),
    }
}

async fn run<I: Intents>() -> ExitCode {
    let level = std::env::var(models::environment::LOG_LEVEL.name).ok();
    let log = Log::to_stdout().at_least(level.as_deref());
    log.install_panic_hook();
    let configuration = Configuration::read(|name| std::env::var(name).ok());
    let skill = Arc::new(Skill::<I>::new(configuration, log.clone()));

    let served = lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let skill = Arc::clone(&skill);
        async move {
            let now = Timestamp::now();
            let invocation = Invocation::new(&event.context, now);
            let answer: Result<Value, WrongSkill> =
                skill.respond(event.payload, &invocation, now).await;
            answer
        }
    }))
    .await;
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log.failure("the Lambda runtime failed", error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn refuse(why: &str) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "{why}");
    ExitCode::FAILURE
}
