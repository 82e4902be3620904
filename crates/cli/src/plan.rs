//! `cargo xtask plan`: what a deployment would change, before anything is touched.

mod comment;
mod markdown;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use infra::stack_file::StageName;
use local_access::program::Start;
use rollout::calls::{CallCounter, Calls};
use rollout::diff::{Part, Plan};
use rollout::guards::Guard;
use rollout::inputs::Inputs;
use rollout::plan::Preview;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::build::Kind;
use crate::failure::Failure;
use crate::security_profile::For;
use crate::{console, deploy, discovery, inputs, local, output, progress, security_profile, stack};

/// What to plan, and how to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Print one JSON object; docs/plan.md describes it
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Print Markdown, for a comment on a pull request
    #[arg(long)]
    markdown: bool,
    /// Put it on the pull request that the workflow runs for, as one comment that is updated; changes
    /// are then no failure
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    comment: bool,
    #[arg(long, value_name = "GUARD", help = allow_help())]
    allow: Vec<Guard>,
    #[command(flatten)]
    files: deploy::Files,
}

/// The help of `--allow`, with every name.
pub(crate) fn allow_help() -> String {
    let names: Vec<_> = Guard::ALL.iter().map(|(guard, _)| guard.name()).collect();
    format!(
        "Lift a guard, see docs/guards.md; may be given several times: {}",
        names.join(", ")
    )
}

/// Exit code of a plan with changes.
const CHANGES: u8 = 2;

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let stack = stack::read(&options.stack)?;
    let name = stack::stage(&stack, options.stage.as_deref())?;
    let counter = output::call_counter();
    let preview = if name.is_local() {
        let (access, own) = if let Some(access) = discovery::running()? {
            (access, None)
        } else {
            output::aside("no local stage is running: planned against an empty one");
            let own = local::start(Start::default(), &stack).await?;
            (own.access.clone(), Some(own))
        };
        let preview = async {
            console::prepare(&access, &stack, &name).await?;
            let inputs = inputs::local_inputs(&options.stack, stack, &name, &access)?;
            let inputs = security_profile::made(inputs, &access).await?;
            preview(&options, inputs, Kind::Local, &counter).await
        };
        let preview = preview.await;
        if let Some(own) = own {
            own.stop().await;
        }
        preview
    } else {
        let inputs = inputs::real_inputs(&options.stack, stack, &name)?;
        let inputs = security_profile::handed_over(inputs, For::Plan, &counter).await?;
        let kind = Kind::Release(inputs.architecture);
        preview(&options, inputs, kind, &counter).await
    };
    let preview = preview.map_err(|failure| failure.after(counter.calls()))?;
    if options.comment {
        comment::put(&name, &markdown::of(&name, &preview)).await?;
    }
    show(&options, &name, &preview, &counter);
    if preview.plan.is_empty() || options.comment {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(CHANGES))
    }
}

async fn preview(
    options: &Options,
    inputs: Inputs,
    kind: Kind,
    counter: &CallCounter,
) -> Result<Preview, Failure> {
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..inputs
    };
    let (took, _) = watch::channel(Duration::ZERO);
    let building = deploy::building(&inputs, &options.files, kind, took);
    let progress = progress::for_stderr();
    Ok(rollout::plan::plan(
        &inputs,
        building,
        counter,
        &*progress,
        deploy::interrupted(),
    )
    .await?)
}

fn show(options: &Options, name: &StageName, preview: &Preview, counter: &CallCounter) {
    let calls = counter.calls();
    if options.json {
        output::line(&document(name, preview, calls).to_string());
        return;
    }
    if options.markdown {
        output::line(&markdown::of(name, preview));
        return;
    }
    for line in text::of(&preview.plan) {
        output::line(&line);
    }
    if let Some(refused) = &preview.refused {
        output::line(&format!(
            "a deployment is {} ({})",
            refused.message(),
            refused.code()
        ));
        for cause in refused.causes() {
            output::line(cause);
        }
        if let Some(hint) = refused.next_step() {
            output::line(&format!("hint: {hint}"));
        }
    }
    let verdict = if preview.plan.is_empty() {
        "nothing to do".to_owned()
    } else {
        text::summary(&preview.plan)
    };
    output::line(&format!(
        "{verdict}: {} reading calls, {} mutating calls",
        calls.reading, calls.mutating
    ));
}

/// What `--json` prints; `docs/plan.md` describes it.
fn document(name: &StageName, preview: &Preview, calls: Calls) -> Value {
    let refused = preview.refused.as_ref().map(|error| {
        json!({
            "code": error.code(),
            "message": error.message(),
            "hint": error.next_step(),
        })
    });
    json!({
        "stage": name.as_str(),
        "changes": !preview.plan.is_empty(),
        "refused": refused,
        "parts": preview.plan.parts,
        "calls": calls,
    })
}

/// Parts of a plan as lines for people.
pub(crate) fn lines(parts: &[Part]) -> Vec<String> {
    parts.iter().flat_map(text::part).collect()
}

/// Tells a plan that is about to be carried out.
pub(crate) fn tell(stage: &StageName, plan: &Plan) {
    output::aside(&format!("to do on {stage}: {}", text::summary(plan)));
    for line in text::of(plan) {
        // Indented, so that it is not taken for the progress of the step.
        output::aside(&format!("  {line}"));
    }
}

#[cfg(test)]
mod tests {
    use rollout::diff::LiveUsers;
    use rollout::diff::change::{Change, Field, Kind, Replacement};
    use rollout::error::{Code, Error};
    use rollout::progress::Step;

    use super::*;

    /// Programs read it: a member that is renamed or goes is a breaking change.
    #[test]
    fn the_shape_for_programs_is_what_the_documentation_says() {
        let path = vec!["CallbackURLs".to_owned()];
        let changed = Change {
            resource_type: Some("AWS::Cognito::UserPoolClient".to_owned()),
            replacement: Replacement::Perhaps,
            ..Change::new(
                Kind::Changed,
                "UserPoolClient",
                vec![Field::new(path, Some(json!(["a"])), Some(json!(["b"])))],
            )
        };
        let plan = Plan {
            parts: vec![
                Part {
                    action: Some("update template".to_owned()),
                    live_users: Some(LiveUsers::AtOnce),
                    complete: false,
                    changes: vec![
                        changed,
                        Change::new(Kind::Added, "Branding", Vec::new()),
                        Change::new(Kind::Imported, "UserPool", Vec::new()),
                        Change::new(Kind::Removed, "Role", Vec::new()),
                    ],
                    unchanged: 2,
                    ..Part::nothing(Step::Identity)
                },
                Part::nothing(Step::Package),
            ],
        };
        let preview = Preview {
            plan,
            refused: Some(Error::new(Code::GuardLive, "refused: no").hint("undo it")),
        };
        let calls = Calls {
            reading: 20,
            mutating: 0,
        };
        let name = "dev".parse().unwrap();
        let document = document(&name, &preview, calls);
        assert_eq!(
            document,
            json!({
                "stage": "dev",
                "changes": true,
                "refused": { "code": "GUARD_LIVE", "message": "refused: no", "hint": "undo it" },
                "parts": [
                    {
                        "step": "identity stack",
                        "action": "update template",
                        "liveUsers": "at-once",
                        "complete": false,
                        "changes": [
                            {
                                "kind": "changed",
                                "subject": "UserPoolClient",
                                "resourceType": "AWS::Cognito::UserPoolClient",
                                "replacement": "perhaps",
                                "fields": [{
                                    "kind": "changed",
                                    "path": ["CallbackURLs"],
                                    "before": ["a"],
                                    "after": ["b"],
                                }],
                            },
                            { "kind": "added", "subject": "Branding" },
                            { "kind": "imported", "subject": "UserPool" },
                            { "kind": "removed", "subject": "Role" },
                        ],
                        "unchanged": 2,
                    },
                    {
                        "step": "skill package",
                        "action": null,
                        "complete": true,
                        "changes": [],
                        "unchanged": 0,
                    },
                ],
                "calls": { "reading": 20, "mutating": 0 },
            })
        );
        let page = include_str!("../../../docs/plan.md");
        let mut members = vec![&document];
        while let Some(value) = members.pop() {
            if let Value::Object(object) = value {
                for (member, value) in object {
                    assert!(page.contains(member), "docs/plan.md lacks {member}");
                    members.push(value);
                }
            }
            members.extend(value.as_array().into_iter().flatten());
        }
    }
}
