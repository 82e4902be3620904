//! `cargo xtask unlock`: breaks the lock of a stage that its holder does not release.

use std::path::PathBuf;

use infra::stack_file::StageName;
use jiff::SignedDuration;
use rollout::error::Error;
use rollout::lock::HeldLock;
use serde_json::json;

use crate::failure::Failure;
use crate::{inputs, output, question};

pub(crate) const HELP: &str = "\
A lock runs out by itself a minute after its holder's last sign of life. A holder that is
alive stops within ten seconds; what it has begun by then goes on.

Example: cargo xtask unlock dev --fence 7";

/// The end when nothing was done.
const UNTOUCHED: &str = "the lock was not broken";

/// Which stage, and which of its locks.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Do not ask, and break the lock with this number only: the one that was seen
    #[arg(long, value_name = "N")]
    fence: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let inputs = inputs::existing_on_aws(&options.stack, options.stage.as_deref())?;
    let stage = &inputs.stage;
    let counter = output::call_counter();
    let approve = |lock: &HeldLock| {
        for line in seen(stage, lock) {
            output::aside(&line);
        }
        confirm(lock, options.fence)
    };
    let broken = rollout::unlock::unlock(&inputs, &counter, options.fence, &approve)
        .await
        .map_err(|error| Failure::from(error).after(counter.calls()))?;
    if options.json {
        let report = json!({
            "stage": stage.as_str(),
            "broken": broken,
            "calls": counter.calls(),
        });
        output::line(&report.to_string());
        return Ok(());
    }
    output::line(&match broken {
        Some(lock) => format!("broken: the lock of {} on stage {stage}", lock.owner),
        None => format!("stage {stage} is not locked"),
    });
    Ok(())
}

/// Goes on when the lock was named, or when somebody at a terminal says yes.
fn confirm(lock: &HeldLock, fence: Option<u64>) -> Result<(), Error> {
    if fence.is_some() {
        return Ok(());
    }
    let otherwise = format!("add --fence {}", lock.fence);
    question::agree("break this lock?", UNTOUCHED, &otherwise)
}

/// What is known of a lock, one line each.
fn seen(stage: &StageName, lock: &HeldLock) -> [String; 3] {
    [
        format!("stage {stage} is locked by {}", lock.owner),
        format!(
            "  taken {}, at {}; last sign of life {}",
            ago(lock.age_seconds),
            lock.since,
            ago(lock.silent_seconds)
        ),
        format!("  fence {}; runs out at {}", lock.fence, lock.expires),
    ]
}

/// A time by S3's clock in words.
fn ago(seconds: i64) -> String {
    let length = i64::try_from(seconds.unsigned_abs()).unwrap_or(i64::MAX);
    let length = SignedDuration::from_secs(length);
    if seconds < 0 {
        format!("{length:#} in the future (a clock ran ahead)")
    } else {
        format!("{length:#} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_both_directions() {
        assert_eq!(ago(0), "0s ago");
        assert_eq!(ago(3_661), "1h 1m 1s ago");
        assert_eq!(ago(-7_200), "2h in the future (a clock ran ahead)");
        assert!(ago(i64::MIN).contains("in the future"));
    }
}
