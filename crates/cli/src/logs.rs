//! `cargo xtask logs`: what the skill has logged.

use std::path::PathBuf;
use std::time::Duration;

use infra::stack_file::Region;
use jiff::{Span, SpanRelativeTo, Timestamp};
use rollout::logs::{Line, Tail};
use serde_json::json;

use crate::failure::{Failure, RolloutCode};
use crate::{inputs, output};

pub(crate) const HELP: &str = "\
What the lines say: docs/skill-log.md. Only AWS is called, by reading.

Examples:
  cargo xtask logs dev --since 2h
  cargo xtask logs dev --follow --region eu-west-1";

/// How often a log is read that is followed.
const PAUSE: Duration = Duration::from_secs(2);

/// Whose log, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// How far back, such as 30s, 15m, 2h or 3d
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    since: Duration,
    /// Go on until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// Only this region of those that the skill runs in
    #[arg(long)]
    region: Option<Region>,
    /// Print one JSON object per line of the log
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let inputs = inputs::existing_on_aws(&options.stack, options.stage.as_deref())?;
    let counter = output::call_counter();
    let since = Timestamp::now()
        .checked_sub(options.since)
        .map_err(|error| {
            Failure::new(RolloutCode::Logs, format!("--since is too long: {error}"))
        })?;
    let mut tail = Tail::open(&inputs, options.region.as_ref(), since, &counter).await?;
    let mut anything = false;
    loop {
        let lines = tail.read().await?;
        anything |= !lines.is_empty();
        for line in &lines {
            output::line(&told(line, options.json));
        }
        if !options.follow {
            break;
        }
        // Ctrl-C ends the process; nothing is left half done by that.
        tokio::time::sleep(PAUSE).await;
    }
    if !anything {
        output::aside("nothing was logged in that time; --since looks further back");
    }
    Ok(())
}

fn told(line: &Line, as_json: bool) -> String {
    if as_json {
        json!(line).to_string()
    } else {
        format!("{:.3} {} {}", line.timestamp, line.region, line.message)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = (text.parse::<Span>())
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| "use a number and a unit, such as 30s, 15m, 2h or 3d".to_owned())?;
    Duration::try_from(duration).map_err(|_| "use a time that is over".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(duration("15m"), Ok(Duration::from_mins(15)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("3d"), Ok(Duration::from_hours(72)));
        for bad in ["", "15", "soon", "-5m"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_is_told_with_its_time_and_region() {
        let line = Line {
            timestamp: "2026-11-25T13:00:00.25Z".parse().unwrap(),
            region: "us-east-1".to_owned(),
            stream: "2026/11/25/[1]abc".to_owned(),
            message: "{\"message\":\"request\"}".to_owned(),
        };
        assert_eq!(
            told(&line, false),
            "2026-11-25T13:00:00.250Z us-east-1 {\"message\":\"request\"}"
        );
        let json: serde_json::Value = serde_json::from_str(&told(&line, true)).unwrap();
        assert_eq!(json["message"], "{\"message\":\"request\"}");
    }
}
