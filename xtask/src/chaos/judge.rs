//! The judge of end states: boto3 in a process of its own, asked again and again.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::stage::Stage;
use cli::child;

/// `judges/endstate.py`.
#[derive(Debug)]
pub(super) struct Judge {
    _process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

#[derive(Deserialize)]
struct Answer {
    problems: Vec<String>,
    state: Value,
}

impl Judge {
    pub(super) fn start(python: &Path, program: &Path) -> Result<Self> {
        let mut process = child::task(python)
            .arg("-B")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", python.display()))?;
        let questions = process.stdin.take().context("stdin is not a pipe")?;
        let answers = process.stdout.take().context("stdout is not a pipe")?;
        Ok(Self {
            _process: process,
            questions,
            answers: BufReader::new(answers).lines(),
        })
    }

    /// What is on a stage; an error if that is wrong whatever was deployed.
    /// `regions` are those of the deployment, the home region first.
    pub(super) async fn state(&mut self, stage: &Stage, regions: &[String]) -> Result<Value> {
        let question = json!({
            "access": stage.access,
            "regions": regions,
            "stage": "local",
        });
        let line = format!("{question}\n");
        self.questions.write_all(line.as_bytes()).await?;
        self.questions.flush().await?;
        let line = self.answers.next_line().await?;
        let line = line.context("the judge has stopped")?;
        let answer: Answer =
            serde_json::from_str(&line).with_context(|| format!("the judge said “{line}”"))?;
        if !answer.problems.is_empty() {
            bail!("{}", answer.problems.join("; "));
        }
        Ok(answer.state)
    }
}

/// Fails with the places where two end states differ.
pub(super) fn same(ideal: &Value, found: &Value) -> Result<()> {
    let mut places = Vec::new();
    differences(ideal, found, &mut String::new(), &mut places);
    ensure!(
        places.is_empty(),
        "it ends in another state: {}",
        places.join("; ")
    );
    Ok(())
}

fn differences(ideal: &Value, found: &Value, place: &mut String, places: &mut Vec<String>) {
    match (ideal, found) {
        (Value::Object(ideal), Value::Object(found)) => {
            let names = ideal
                .keys()
                .chain(found.keys().filter(|name| !ideal.contains_key(*name)));
            for name in names {
                let length = place.len();
                place.push('/');
                place.push_str(name);
                let of = |members: &serde_json::Map<String, Value>| {
                    members.get(name).cloned().unwrap_or_default()
                };
                differences(&of(ideal), &of(found), place, places);
                place.truncate(length);
            }
        }
        (ideal, found) if ideal == found => {}
        (ideal, found) => places.push(format!("{place} should be {ideal} and is {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_its_place() {
        let ideal = json!({"pool": {"mfa": "OFF", "tags": []}});
        assert!(same(&ideal, &ideal).is_ok());
        let found = json!({"pool": {"mfa": "ON", "tags": []}, "extra": 1});
        let error = same(&ideal, &found).unwrap_err().to_string();
        assert!(
            error.contains("/pool/mfa should be \"OFF\" and is \"ON\""),
            "{error}"
        );
        assert!(error.contains("/extra should be null and is 1"), "{error}");
    }
}
