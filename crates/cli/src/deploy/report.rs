//! What a finished deployment has to tell.

use std::time::Duration;

use infra::stack_file::StageName;
use rollout::accounts::Accounts;
use rollout::calls::CallCounter;
use rollout::deploy::Outcome;
use rollout::verify::Verification;
use serde_json::json;
use story::Transcript;

use crate::failure::Failure;
use crate::progress::seconds;
use crate::{Deploy, output, verify};

/// What a finished command has to tell.
pub(super) struct Report {
    pub(super) stage: StageName,
    pub(super) outcome: Outcome,
    pub(super) build: Duration,
    pub(super) rollout: Duration,
    pub(super) verified: Verified,
}

/// How a deployment was tried out, and how long that took.
pub(super) enum Verified {
    /// By a person, who is part of the local stage.
    Story(Transcript, Duration),
    /// As far as that goes without one.
    Checks(Verification, Duration),
    /// Not at all.
    Not,
}

impl Verified {
    fn took(&self) -> Option<Duration> {
        match self {
            Self::Story(_, took) | Self::Checks(_, took) => Some(*took),
            Self::Not => None,
        }
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Checks(verification, _) => verification.error().map(Failure::from),
            Self::Story(..) | Self::Not => None,
        }
    }
}

impl Report {
    pub(super) fn print(&self, options: &Deploy, counter: &CallCounter) {
        if options.json {
            output::line(&self.json(counter).to_string());
        } else {
            self.tell(counter);
        }
    }

    fn json(&self, counter: &CallCounter) -> serde_json::Value {
        let deployed = &self.outcome.deployed;
        let verify = self.verified.took().map(|took| took.as_secs_f64());
        let mut document = json!({
            "stage": self.stage.as_str(),
            "skillId": deployed.skill_id,
            "userPoolId": deployed.accounts.user_pool_id(),
            "clientId": deployed.accounts.client_id(),
            "webClientId": deployed.accounts.web_client_id(),
            "resources": deployed.resources,
            "calls": counter.calls(),
            "seconds": {
                "build": self.build.as_secs_f64(),
                "rollout": self.rollout.as_secs_f64(),
                "verify": verify,
            },
        });
        match &self.verified {
            Verified::Story(transcript, _) => {
                document["transcript"] = json!(transcript.turns);
                document["pages"] = json!(transcript.passed);
            }
            Verified::Checks(verification, _) => {
                document["checks"] = json!(verification.checks);
                document["leftToDo"] = json!(verification.left_to_do);
                if let Some(error) = verification.error() {
                    document["error"] = json!({
                        "code": error.code(),
                        "message": error.message(),
                        "hint": error.next_step(),
                    });
                }
            }
            Verified::Not => {}
        }
        document
    }

    fn tell(&self, counter: &CallCounter) {
        let deployed = &self.outcome.deployed;
        if let Verified::Story(transcript, _) = &self.verified {
            for turn in &transcript.turns {
                if let Some(before) = &turn.before {
                    output::line(&format!("        ({before})"));
                }
                output::line(&format!("person: {}", turn.said));
                let card = turn
                    .card
                    .as_ref()
                    .map_or_else(String::new, |card| format!("  [{card} card]"));
                output::line(&format!(" alexa: {}{card}", turn.heard));
            }
            output::line("");
        }
        output::line(&format!("stage      {}", self.stage));
        output::line(&format!("skill      {}", deployed.skill_id));
        match &deployed.accounts {
            Accounts::UserPool(pool, _) => {
                output::line(&format!("user pool  {}", pool.user_pool_id));
                output::line(&format!("app client {}", pool.client_id));
                if let Some(client) = &pool.web_client_id {
                    output::line(&format!("web client {client}"));
                }
            }
            Accounts::Amazon(client) => {
                output::line("accounts   Login with Amazon");
                output::line(&format!("client     {client}"));
            }
        }
        for (name, value) in &deployed.resources {
            output::line(&format!("{name:<10} {value}"));
        }
        let calls = counter.calls();
        let verb = if self.outcome.plan.is_empty() {
            "nothing to do"
        } else {
            "deployed"
        };
        output::line(&format!(
            "{verb}: {} reading calls, {} mutating calls",
            calls.reading, calls.mutating
        ));
        let took = self.verified.took();
        let verify = took.map_or_else(String::new, |took| format!(", verify {}", seconds(took)));
        output::line(&format!(
            "build {}, rollout {}{verify}",
            seconds(self.build),
            seconds(self.rollout)
        ));
        if let Verified::Checks(verification, _) = &self.verified {
            verify::tell(verification);
            if self.verified.failure().is_none() {
                output::line(&format!("left to you: {}", verification.left_to_do));
            }
        }
    }
}
