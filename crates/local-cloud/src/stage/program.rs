//! The local stage as a program of its own, which `cargo xtask` builds and starts.

use std::process::ExitCode;

use local_access::program::{About, Refusal, Start, Started};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::local_stage::{LocalStage, Options, StartError};
use crate::base::pace::Pace;

/// Runs a stage until standard input ends: what the `main` of a project's package `local` calls.
///
/// The first line of standard input is a [`Start`], the line on standard output a [`Started`].
pub fn program() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime.map(|runtime| runtime.block_on(run())) {
        Ok(Ok(code)) => code,
        // Its parent has gone, or no thread can be had: the parent says so.
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}

async fn run() -> std::io::Result<ExitCode> {
    let mut stdin = BufReader::new(tokio::io::stdin());
    let mut line = String::new();
    stdin.read_line(&mut line).await?;
    let stage = match serde_json::from_str(&line) {
        Ok(start) => LocalStage::start(options(start))
            .await
            .map_err(|error| refusal(&error)),
        Err(error) => Err(Refusal {
            about: About::Start,
            message: format!("a local stage is started with a line of JSON: {error}"),
            hint: "`cargo xtask local` starts one".to_owned(),
        }),
    };
    match stage {
        Ok(stage) => {
            answer(&Started::Listening(Box::new(stage.access()))).await?;
            let mut rest = Vec::new();
            // Nothing more is said; the end is what counts.
            let _ = stdin.read_to_end(&mut rest).await;
            stage.stop().await;
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => {
            answer(&Started::Refused(refused)).await?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn options(start: Start) -> Options {
    Options {
        port: start.port,
        record_smapi: start.record_smapi,
        aws_emulator: start.aws_emulator,
        project: start.project,
        pace: if start.worst {
            Pace::WORST
        } else {
            Pace::QUICK
        },
    }
}

fn refusal(error: &StartError) -> Refusal {
    let (about, hint) = match error {
        StartError::Listen { .. } => (
            About::Port,
            "choose another --port, or leave it out to take free ones",
        ),
        StartError::PortRange(_) => (About::Port, "choose a --port of at most 65531"),
        StartError::Emulator { .. } => (
            About::Start,
            "correct `aws-emulator` of [stages.local] in stack.toml",
        ),
        StartError::Record { .. } => (About::Recording, "choose another file for --record-smapi"),
    };
    Refusal {
        about,
        message: error.to_string(),
        hint: hint.to_owned(),
    }
}

async fn answer(started: &Started) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(started)?;
    line.push(b'\n');
    let mut stdout = tokio::io::stdout();
    stdout.write_all(&line).await?;
    stdout.flush().await
}
