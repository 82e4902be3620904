//! The Lambda's entry point.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use skill::{Configuration, Invocation, Log, Skill, WrongSkill};

/// One event at a time, so one thread is enough and quicker to start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        let mut stderr = std::io::stderr();
        // Nobody is left to tell when this fails.
        let _ = writeln!(
            stderr,
            "bootstrap is started by AWS Lambda; `cargo xtask deploy` runs it on this machine"
        );
        return ExitCode::FAILURE;
    }
    let level = std::env::var(models::environment::LOG_LEVEL.name).ok();
    let log = Log::to_stdout().at_least(level.as_deref());
    log.install_panic_hook();
    let configuration = Configuration::read(|name| std::env::var(name).ok());
    let skill = Arc::new(Skill::new(configuration, log.clone()));

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
