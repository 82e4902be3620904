//! `cargo xtask ci`: everything that has to hold before a change is merged.
//!
//! Every step runs one program and prints what that program prints. What a step needs beyond
//! Rust is set up under the target folder, pinned; a missing interpreter fails the step, it
//! never skips it. What a step cannot look at, such as a database that is out of reach, is
//! `not checked` where it happens and in the summary, and a failure with `--strict`.

mod ask_cli;
mod browsers;
mod chaos;
mod example;
mod grid;
mod lambda;
mod ministack;
mod oidc;
pub(crate) mod presets;
mod project;
mod python;
mod queue;
mod report;
mod rust;
mod stage;
mod supply_chain;
pub(crate) mod toolbox;
mod workflows;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

pub(crate) use browsers::screenshots;
pub(crate) use example::FOLDER as EXAMPLE;

use cli::output;
use toolbox::{NotChecked, Toolbox};

/// Which steps to run.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Options {
    /// Run this step alone; may be given several times
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Run as well what takes longer than a change can wait for
    #[arg(long)]
    full: bool,
    /// Run the remaining steps after one has failed
    #[arg(long)]
    keep_going: bool,
    /// Fail also for what could not be checked, such as advisories where their database is out of reach
    #[arg(long)]
    strict: bool,
    /// List the steps and end
    #[arg(long)]
    list: bool,
}

/// One thing that has to hold.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Toolbox) -> Result<()>,
}

/// In the order in which they run: quick answers first.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the code is formatted",
        run: rust::fmt,
    },
    Step {
        name: "tidy",
        about: "dependencies, long files, links of the pages, and words are as we agreed",
        run: rust::tidy,
    },
    Step {
        name: "clippy",
        about: "no compiler or clippy warning",
        run: rust::clippy,
    },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        run: rust::doc,
    },
    Step {
        name: "test",
        about: "unit, property and integration tests",
        run: rust::test,
    },
    Step {
        name: "package",
        about: "cargo packages the crates that projects take",
        run: rust::package,
    },
    Step {
        name: "render",
        about: "the committed templates are those that the code renders",
        run: rust::render,
    },
    Step {
        name: "docs",
        about: "the generated pages are those that are committed",
        run: rust::docs,
    },
    Step {
        name: "stack-schema",
        about: "a JSON schema validator accepts the stack files that we read, and no others",
        run: python::stack_schema,
    },
    Step {
        name: "cfn-lint",
        about: "cfn-lint accepts the templates",
        run: python::cfn_lint,
    },
    Step {
        name: "policies",
        about: "every policy allows actions that IAM knows, and a local stage decides as a simulator",
        run: python::policies,
    },
    Step {
        name: "yaml",
        about: "a YAML 1.1 reader reads from the templates what was meant",
        run: python::yaml,
    },
    Step {
        name: "schemas",
        about: "the local stage's resource schemas are Amazon's",
        run: python::schemas,
    },
    Step {
        name: "cognito-api",
        about: "what is known of Cognito's API is what Amazon's model says",
        run: python::cognito_api,
    },
    Step {
        name: "workflows",
        about: "actionlint and zizmor accept the pipelines",
        run: workflows::workflows,
    },
    Step {
        name: "story",
        about: "a deployment to this machine, and the conversation that follows",
        run: stage::story,
    },
    Step {
        name: "talk",
        about: "the conversations, in every language and for every state of an account",
        run: stage::talk,
    },
    Step {
        name: "local",
        about: "a stage that stays up is found, not changed twice, and ends cleanly",
        run: stage::local,
    },
    Step {
        name: "project",
        about: "a project that `cargo xtask new` makes is deployed, and passes its own checks",
        run: project::project,
    },
    Step {
        name: "example",
        about: "the example of a skill of your own is deployed, and boto3 and the AWS SDK judge its table and its queue",
        run: example::example,
    },
    Step {
        name: "smapi-spec",
        about: "Amazon's specification accepts every exchange with SMAPI, and our facts are its",
        run: stage::smapi_spec,
    },
    Step {
        name: "types",
        about: "Amazon's types accept rendered documents, requests and every answer of the tests",
        run: stage::types,
    },
    Step {
        name: "tokens",
        about: "boto3 reads the deployment back, and PyJWT verifies tokens",
        run: stage::tokens,
    },
    Step {
        name: "ask-cli",
        about: "ask-cli works on the same skill, before, between and after deployments",
        run: ask_cli::ask_cli,
    },
    Step {
        name: "aws-cli",
        about: "the AWS CLI reads the stacks, the user pool and the function",
        run: ask_cli::aws_cli,
    },
    Step {
        name: "browsers",
        about: "pages in Chromium cannot misuse a local stage, people and programs can use it",
        run: browsers::browsers,
    },
    Step {
        name: "page",
        about: "a person links an account on the stage's page, with each preset",
        run: browsers::page,
    },
    Step {
        name: "oidc",
        about: "independent OAuth clients get from every endpoint what Amazon's documentation says",
        run: oidc::oidc,
    },
    Step {
        name: "chaos",
        about: "deployments that are killed or meet a fault are put right by the next",
        run: chaos::chaos,
    },
    Step {
        name: "grid",
        about: "every two options of signing in are deployed together, and end well",
        run: grid::grid,
    },
    Step {
        name: "supply-chain",
        about: "cargo-deny accepts the licences and sources of every dependency",
        run: supply_chain::supply_chain,
    },
    Step {
        name: "bench",
        about: "the Lambda is measured, and as small as it should be",
        run: lambda::bench,
    },
    Step {
        name: "reproducible",
        about: "builds in different folders make the same zip",
        run: lambda::reproducible,
    },
    Step {
        name: "ministack",
        about: "the rollout's AWS half also works on an AWS that is not ours",
        run: ministack::ministack,
    },
];

/// Steps that `--full` and the scheduled pipeline run: each builds what it takes once more.
const FULL: [&str; 4] = ["project", "example", "reproducible", "page"];

/// Runs the steps that were asked for.
pub(crate) fn run(options: &Options) -> Result<()> {
    let steps = chosen(&options.only, options.full || options.list)?;
    if options.list {
        for step in steps {
            output::line(&format!("{:<12} {}", step.name, step.about));
        }
        return Ok(());
    }
    let toolbox = Toolbox::new()?;
    let mut ended = Vec::new();
    for step in steps {
        output::line(&format!("\n=== {}: {}", step.name, step.about));
        let started = Instant::now();
        let result = (step.run)(&toolbox);
        let took = started.elapsed();
        let outcome = outcome(result, toolbox.take_not_checked());
        for line in outcome.lines(step.name) {
            output::line(&line);
        }
        if let Outcome::Failed(error) = &outcome {
            output::aside(&format!(
                "=== {} failed after {}: {error}",
                step.name,
                seconds(took)
            ));
        }
        let failed = outcome.is_failure(options.strict);
        ended.push(Ended {
            name: step.name,
            took,
            outcome,
        });
        if failed && !options.keep_going {
            break;
        }
    }
    output::line("");
    for step in &ended {
        output::line(&step.row());
    }
    verdict(&ended, options.strict)
}

/// A step that has ended.
struct Ended {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

/// What a step came to.
#[derive(Debug)]
enum Outcome {
    Held,
    /// What was looked at holds; these could not be.
    NotChecked(Vec<NotChecked>),
    Failed(String),
}

fn outcome(result: Result<()>, not_checked: Vec<NotChecked>) -> Outcome {
    match result {
        Err(error) => Outcome::Failed(format!("{error:#}")),
        Ok(()) if not_checked.is_empty() => Outcome::Held,
        Ok(()) => Outcome::NotChecked(not_checked),
    }
}

impl Outcome {
    fn is_failure(&self, strict: bool) -> bool {
        match self {
            Self::Held => false,
            Self::NotChecked(_) => strict,
            Self::Failed(_) => true,
        }
    }

    /// What is said of it before the next step.
    fn lines(&self, step: &str) -> Vec<String> {
        match self {
            Self::NotChecked(parts) => parts
                .iter()
                .map(|part| format!("not checked: {}: {}", part.name(step), part.why))
                .collect(),
            Self::Held | Self::Failed(_) => Vec::new(),
        }
    }
}

impl NotChecked {
    /// The step, and the part of it if it is not all of it.
    fn name(&self, step: &str) -> String {
        match self.part {
            Some(part) => format!("{step} ({part})"),
            None => step.to_owned(),
        }
    }
}

impl Ended {
    /// Its line of the summary.
    fn row(&self) -> String {
        let outcome = match &self.outcome {
            Outcome::Held => "ok".to_owned(),
            Outcome::Failed(_) => "FAILED".to_owned(),
            Outcome::NotChecked(parts) => {
                let parts: Vec<_> = parts.iter().filter_map(|part| part.part).collect();
                match &parts[..] {
                    [] => "not checked".to_owned(),
                    parts => format!("ok, not checked: {}", parts.join(", ")),
                }
            }
        };
        format!("{:<12} {:>8}  {outcome}", self.name, seconds(self.took))
    }
}

fn chosen(only: &[String], full: bool) -> Result<Vec<&'static Step>> {
    let named = |name: &String| STEPS.iter().find(|step| step.name == name);
    if let Some(unknown) = only.iter().find(|name| named(name).is_none()) {
        let every: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "no step is called `{unknown}`; there are {}",
            every.join(", ")
        );
    }
    if only.is_empty() {
        let is_wanted = |step: &&Step| full || !FULL.contains(&step.name);
        Ok(STEPS.iter().filter(is_wanted).collect())
    } else {
        Ok(only.iter().filter_map(named).collect())
    }
}

/// Whether the run has succeeded.
fn verdict(ended: &[Ended], strict: bool) -> Result<()> {
    let failed: Vec<_> = (ended.iter())
        .filter(|step| step.outcome.is_failure(strict))
        .map(|step| step.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let mut only: Vec<_> = failed.iter().map(|name| format!("--only {name}")).collect();
    if strict {
        only.push("--strict".to_owned());
    }
    bail!(
        "{} failed; repeat with `cargo xtask ci {}`",
        failed.join(", "),
        only.join(" ")
    )
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_by_name() {
        let names = ["fmt".to_owned(), "test".to_owned()];
        let found: Vec<_> = chosen(&names, false)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect();
        assert_eq!(found, ["fmt", "test"]);
        assert_eq!(chosen(&[], true).unwrap().len(), STEPS.len());
        let usual = chosen(&[], false).unwrap();
        assert_eq!(usual.len() + FULL.len(), STEPS.len());
        let error = chosen(&["nope".to_owned()], false)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("`nope`") && error.contains("clippy"),
            "{error}"
        );
    }

    #[test]
    fn a_failure_says_how_to_repeat_it() {
        let ended = [
            ended("fmt", Outcome::Held),
            ended("doc", Outcome::Failed("no".to_owned())),
        ];
        let error = verdict(&ended, false).unwrap_err().to_string();
        assert_eq!(error, "doc failed; repeat with `cargo xtask ci --only doc`");
        assert!(verdict(&ended[..1], false).is_ok());
    }

    #[test]
    fn what_could_not_be_checked_is_never_ok_alone() {
        let why = "it is out of reach".to_owned();
        let part = |part| NotChecked {
            part,
            why: why.clone(),
        };
        assert!(matches!(outcome(Ok(()), Vec::new()), Outcome::Held));
        for (part, row, line) in [
            (
                part(Some("advisories")),
                "ok, not checked: advisories",
                "not checked: deny (advisories): it is out of reach",
            ),
            (
                part(None),
                "not checked",
                "not checked: deny: it is out of reach",
            ),
        ] {
            let outcome = outcome(Ok(()), vec![part]);
            assert_eq!(outcome.lines("deny"), [line]);
            let ended = [ended("deny", outcome)];
            let shown = ended[0].row();
            assert!(shown.ends_with(&format!(" {row}")), "{shown}");
            assert!(verdict(&ended, false).is_ok());
            let error = verdict(&ended, true).unwrap_err().to_string();
            assert!(error.ends_with("ci --only deny --strict`"), "{error}");
        }
        // Whatever else was not looked at.
        let failed = outcome(Err(anyhow::anyhow!("no")), vec![part(None)]);
        assert!(failed.is_failure(false));
    }

    fn ended(name: &'static str, outcome: Outcome) -> Ended {
        Ended {
            name,
            took: Duration::ZERO,
            outcome,
        }
    }
}
