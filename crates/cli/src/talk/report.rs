//! Telling what became of the conversations.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::conversation::{Conversation, Turn};
use super::{Outcome, Talked};
use crate::output;

/// Every turn with its outcome, in the order of the files.
#[derive(Debug)]
pub(super) struct Report {
    talked: Vec<Talked>,
}

impl Report {
    pub(super) fn new(talked: Vec<Talked>) -> Self {
        Self { talked }
    }

    fn turns(&self) -> impl Iterator<Item = (&Conversation, &Turn, &Outcome)> {
        self.talked.iter().flat_map(|talked| {
            let turns = talked.conversation.turns.iter().zip(&talked.outcomes);
            turns.map(|(turn, outcome)| (&talked.conversation, turn, outcome))
        })
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.turns()
            .filter(|(_, _, outcome)| which(outcome))
            .count()
    }

    fn passed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Passed(_)))
    }

    fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(..) | Outcome::Broken { .. }))
    }

    /// Success is that something was said and nothing failed.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.failed() == 0 && self.passed() > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// As one object, or in lines for people, of which the last is for scripts too.
    pub(super) fn print(&self, json: bool) {
        if json {
            output::line(&self.json().to_string());
        } else {
            for line in self.lines() {
                output::line(&line);
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for talked in &self.talked {
            if let Some(Outcome::Skipped(why)) = talked.outcomes.first() {
                let conversation = &talked.conversation;
                lines.push(format!(
                    "skipped {}:{}: {} ({} turns): {why}",
                    conversation.file.display(),
                    conversation.line,
                    conversation.name,
                    conversation.turns.len()
                ));
            }
        }
        for (conversation, turn, outcome) in self.turns() {
            let heading = format!(
                "FAILED {}:{}: {} ({}, {})",
                conversation.file.display(),
                turn.line,
                conversation.name,
                conversation.locale,
                conversation.account.name()
            );
            let said = match &turn.voice {
                Some(voice) => format!("  said      {} (by {voice})", turn.say),
                None => format!("  said      {}", turn.say),
            };
            match outcome {
                Outcome::Passed(_) | Outcome::Skipped(_) => {}
                Outcome::Failed(_, differences) => {
                    lines.push(heading);
                    lines.push(said);
                    for difference in differences {
                        lines.push(format!(
                            "  expected  {} {}",
                            difference.what, difference.expected
                        ));
                        lines.push(format!(
                            "  heard     {} {}",
                            difference.what, difference.heard
                        ));
                    }
                }
                Outcome::Broken { why, hint } => {
                    lines.push(heading);
                    lines.push(said);
                    lines.push(format!("  problem   {why}"));
                    lines.push(format!("  hint      {hint}"));
                }
            }
        }
        lines.push(format!(
            "{} turns passed, {} failed",
            self.passed(),
            self.failed()
        ));
        lines
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let turns: Vec<Value> = self
            .turns()
            .map(|(conversation, turn, outcome)| {
                let mut document = json!({
                    "file": conversation.file,
                    "line": turn.line,
                    "conversation": conversation.name,
                    "locale": conversation.locale,
                    "account": conversation.account.name(),
                    "said": turn.say,
                    "voice": turn.voice,
                });
                match outcome {
                    Outcome::Passed(heard) => {
                        document["outcome"] = "passed".into();
                        document["heard"] = json!(heard);
                    }
                    Outcome::Failed(heard, differences) => {
                        document["outcome"] = "failed".into();
                        document["heard"] = json!(heard);
                        document["differences"] = json!(differences);
                    }
                    Outcome::Broken { why, hint } => {
                        document["outcome"] = "failed".into();
                        document["problem"] = why.as_str().into();
                        document["hint"] = hint.as_str().into();
                    }
                    Outcome::Skipped(why) => {
                        document["outcome"] = "skipped".into();
                        document["problem"] = why.as_str().into();
                    }
                }
                document
            })
            .collect();
        json!({
            "passed": self.passed(),
            "failed": self.failed(),
            "skipped": self.count(|outcome| matches!(outcome, Outcome::Skipped(_))),
            "turns": turns,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::conversation::parse;
    use super::super::known::Known;
    use super::super::verdict::{Difference, Heard};
    use super::*;

    fn report(outcomes: &[Outcome]) -> Report {
        let text = "locale: en-US\nconversations:\n  - {name: A, account: linked, turns: [\
                    {say: hello, hear: Hi., session: open}]}\n";
        let conversation = parse(Path::new("a.yaml"), text, &Known::these(&[]))
            .unwrap()
            .remove(0);
        Report::new(
            outcomes
                .iter()
                .map(|outcome| Talked::throughout(conversation.clone(), outcome))
                .collect(),
        )
    }

    fn failed() -> Outcome {
        Outcome::Failed(
            Heard::default(),
            vec![Difference {
                what: "card",
                expected: "none".to_owned(),
                heard: "Simple".to_owned(),
            }],
        )
    }

    #[test]
    fn a_failure_says_where_what_and_how() {
        let report = report(&[Outcome::Passed(Heard::default()), failed()]);
        assert_eq!(
            report.lines(),
            [
                "FAILED a.yaml:3: A (en-US, linked)",
                "  said      hello",
                "  expected  card none",
                "  heard     card Simple",
                "1 turns passed, 1 failed",
            ]
        );
        let json = report.json();
        assert_eq!((&json["passed"], &json["failed"]), (&json!(1), &json!(1)));
        assert_eq!(json["turns"][1]["differences"][0]["what"], "card");
    }

    #[test]
    fn only_turns_that_ran_well_are_a_success() {
        let success = |outcomes: &[Outcome]| {
            format!("{:?}", report(outcomes).exit_code()) == format!("{:?}", ExitCode::SUCCESS)
        };
        let skipped = || Outcome::Skipped("why".to_owned());
        assert!(success(&[Outcome::Passed(Heard::default()), skipped()]));
        assert!(!success(&[skipped()]));
        assert!(!success(&[]));
        assert!(!success(&[Outcome::Passed(Heard::default()), failed()]));
    }

    #[test]
    fn what_is_skipped_is_named() {
        let lines = report(&[Outcome::Skipped("needs a link".to_owned())]).lines();
        assert_eq!(lines[0], "skipped a.yaml:3: A (1 turns): needs a link");
        assert_eq!(lines[1], "0 turns passed, 0 failed");
    }
}
