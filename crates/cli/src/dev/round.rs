//! The report of one save: a line for people, an object for programs.

use std::time::Duration;

use ::console::style;
use rollout::diff::Plan;
use serde_json::{Value, json};

use crate::output;
use crate::progress::seconds;

/// The outcome of a save.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Round {
    /// The steps that had something to do; `None` where nothing was compared.
    pub(super) steps: Option<Vec<String>>,
    /// Until the Lambda was built and zipped.
    pub(super) build: Option<Duration>,
    /// Until the stage was as it should be.
    pub(super) rollout: Option<Duration>,
}

impl Round {
    /// Adds what a deployment has done.
    pub(super) fn deployed(&mut self, plan: &Plan, took: Duration) {
        self.steps = Some(plan.to_do().map(|part| part.step.to_string()).collect());
        self.rollout = Some(took);
    }

    /// True if nothing was built or compared.
    pub(super) fn is_empty(&self) -> bool {
        self.build.is_none() && self.rollout.is_none()
    }

    /// Prints a line: of colour on a terminal, or of JSON.
    pub(super) fn tell(&self, json: bool) {
        if json {
            output::line(&self.json().to_string());
        } else if self.has_deployed() {
            output::line(&style(self.told()).green().to_string());
        } else {
            output::line(&style(self.told()).dim().to_string());
        }
    }

    /// True if the stage has changed.
    fn has_deployed(&self) -> bool {
        self.steps.as_ref().is_some_and(|steps| !steps.is_empty())
    }

    /// In words.
    fn told(&self) -> String {
        let what = match self.steps.as_deref() {
            None => "nothing to deploy, the Lambda is the same".to_owned(),
            Some([]) => "nothing to deploy".to_owned(),
            Some(steps) => format!("deployed: {}", steps.join(", ")),
        };
        let parts = [("build", self.build), ("rollout", self.rollout)];
        let parts = parts.into_iter().filter_map(|(name, took)| {
            let took = took?;
            Some(format!("{name} {}", seconds(took)))
        });
        format!("{what} ({})", parts.collect::<Vec<_>>().join(", "))
    }

    /// As an object.
    fn json(&self) -> Value {
        let seconds = |took: Option<Duration>| took.map(|took| took.as_secs_f64());
        json!({
            "event": "save",
            "outcome": if self.has_deployed() { "deployed" } else { "unchanged" },
            "steps": self.steps.as_deref().unwrap_or_default(),
            "seconds": { "build": seconds(self.build), "rollout": seconds(self.rollout) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_done_and_how_long_it_took() {
        let round = |steps: Option<&[&str]>, rollout| Round {
            steps: steps.map(|steps| steps.iter().map(|&step| step.to_owned()).collect()),
            build: Some(Duration::from_millis(610)),
            rollout,
        };
        let rollout = Some(Duration::from_millis(280));
        let done = round(Some(&["lambda bundle", "skill stack us-east-1"]), rollout);
        assert_eq!(
            done.told(),
            "deployed: lambda bundle, skill stack us-east-1 (build 0.61 s, rollout 0.28 s)"
        );
        assert_eq!(done.json()["outcome"], "deployed");
        let same = round(None, None);
        assert_eq!(
            same.told(),
            "nothing to deploy, the Lambda is the same (build 0.61 s)"
        );
        let same = round(Some(&[]), rollout);
        assert_eq!(
            same.told(),
            "nothing to deploy (build 0.61 s, rollout 0.28 s)"
        );
        assert_eq!(same.json()["outcome"], "unchanged");
    }
}
