//! `cargo xtask bootstrap`: the roles with which GitHub Actions deploys a stage, made by a person once.

mod subject;

use std::path::PathBuf;

use infra::stack_file::StageName;
use infra::stacks::Repository;
use infra::stacks::delivery::PLAN_ENVIRONMENT;
use rollout::delivery::{self, Bootstrapped, Inputs};
use rollout::diff::Plan;
use serde_json::{Value, json};

use self::subject::Told;
use crate::failure::Failure;
use crate::{child, inputs, output, plan, progress, question, workspace};

/// What is said below the options.
pub(crate) const HELP: &str = "\
Run it with the rights of a person who may make IAM roles; a pipeline has none. It deploys one more
stack beside the stage's, and prints what the environments of the repository on GitHub need to know.
From then on every deployment of the stage has CloudFormation work with the role of that stack.

Example: cargo xtask bootstrap dev --repository OWNER/NAME --plan-role";

/// Which stage, and for whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// The repository on GitHub whose pipelines deploy, as OWNER/NAME, of which GitHub is asked what its
    /// jobs sign, or as OWNER@ID/NAME@ID; as before, or else the one that git calls origin
    #[arg(long, value_name = "REPOSITORY")]
    repository: Option<Repository>,
    /// Whether pull requests are planned against this stage; as before, or else not
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    plan_role: Option<bool>,
    /// Do not ask before anything is changed
    #[arg(long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let stage = inputs::existing_on_aws(&options.stack, options.stage.as_deref())?;
    let mut inputs = Inputs {
        stack: stage.stack,
        stage: stage.stage,
        home: stage.home,
        endpoints: stage.endpoints,
        repository: options.repository.clone(),
        plans: options.plan_role,
    };
    let counter = output::call_counter();
    if inputs.repository.is_none() {
        let trusted = delivery::trusted_repository(&inputs, &counter).await;
        let trusted = trusted.map_err(|error| Failure::from(error).after(counter.calls()))?;
        inputs.repository = trusted.is_none().then(origin).flatten();
    }
    if let Some(named) = inputs.repository.take() {
        inputs.repository = Some(signed(named, &inputs.stage, options.yes).await?);
    }
    let progress = progress::for_stderr();
    let local = inputs.stage.is_local();
    let approve = |plan: &Plan| {
        plan::tell(&inputs.stage, plan);
        question::confirm("go on?", "nothing was changed", options.yes || local)
    };
    let made = delivery::bootstrap(&inputs, &counter, &*progress, &approve)
        .await
        .map_err(|error| Failure::from(error).after(counter.calls()))?;
    if options.json {
        let mut report = report(&inputs, &made);
        report["calls"] = json!(counter.calls());
        output::line(&report.to_string());
        return Ok(());
    }
    for line in told(&inputs, &made) {
        output::line(&line);
    }
    Ok(())
}

/// The repository as its jobs sign it: what was said with ids, what GitHub says, or what a person does.
/// A local stage has no pipeline, and asks nobody.
async fn signed(named: Repository, stage: &StageName, yes: bool) -> Result<Repository, Failure> {
    if named.has_ids() || stage.is_local() {
        return Ok(named);
    }
    let reasons = match subject::ask(&named).await? {
        Told::Signs(repository) => {
            output::aside(&format!("GitHub says that its jobs sign repo:{repository}"));
            return Ok(repository);
        }
        Told::Nothing(reasons) => reasons,
    };
    output::aside(&format!(
        "not checked: what the jobs of {named} sign: {}",
        reasons.join("; ")
    ));
    if yes || !question::somebody() {
        output::aside(&format!(
            "{named} is taken as it was said; a repository made, renamed or transferred since July 2026 signs \
             its ids too, and cannot take the roles then: run this again with --repository \
             OWNER@ID/NAME@ID, the `sub_claim_prefix` of `gh api \
             repos/{named}/actions/oidc/customization/sub`"
        ));
        return Ok(named);
    }
    loop {
        let question = format!(
            "what its jobs sign, OWNER@ID/NAME@ID if it was made, renamed or transferred since July \
             2026 [{named}]: "
        );
        let answer = question::require(&question, "nothing was changed", "add --repository")?;
        if answer.is_empty() {
            return Ok(named);
        }
        match answer.parse() {
            Ok(repository) => return Ok(repository),
            Err(error) => output::aside(&format!("{error}")),
        }
    }
}

/// The environments of the repository, each with the role that its jobs take.
fn environments<'a>(inputs: &'a Inputs, made: &'a Bootstrapped) -> Vec<(&'a str, &'a str)> {
    let deploy = (inputs.stage.as_str(), made.outputs.deploy_role.as_str());
    let plan = made.outputs.plan_role.as_deref();
    let plan = plan.map(|role| (PLAN_ENVIRONMENT, role));
    [deploy].into_iter().chain(plan).collect()
}

fn told(inputs: &Inputs, made: &Bootstrapped) -> Vec<String> {
    let (stage, repository) = (&inputs.stage, &made.parameters.repository);
    let mut lines = vec![format!(
        "{repository} can deploy stage {stage} once its environments have these variables:"
    )];
    for (environment, role) in environments(inputs, made) {
        lines.push(format!("  {environment}: AWS_ROLE = {role}"));
        let indent = " ".repeat(environment.len());
        lines.push(format!("  {indent}  AWS_REGION = {}", inputs.home));
    }
    lines.push("docs/ci.md tells what else a pipeline needs".to_owned());
    lines
}

fn report(inputs: &Inputs, made: &Bootstrapped) -> Value {
    let variables = |(environment, role): (&str, &str)| {
        let variables = json!({ "AWS_ROLE": role, "AWS_REGION": inputs.home.as_str() });
        (environment.to_owned(), variables)
    };
    let environments: serde_json::Map<_, _> = environments(inputs, made)
        .into_iter()
        .map(variables)
        .collect();
    json!({
        "stage": inputs.stage.as_str(),
        "account": made.account.as_str(),
        "repository": made.parameters.repository.to_string(),
        "changes": !made.plan.is_empty(),
        "environments": environments,
        "serviceRole": made.outputs.service_role,
        "roleBoundary": made.outputs.role_boundary,
        "makesProvider": made.parameters.makes_provider,
    })
}

/// The repository that git calls origin, if it is on GitHub.
fn origin() -> Option<Repository> {
    let said = child::command("git")
        .current_dir(workspace::root())
        .args(["remote", "get-url", "origin"])
        .output()
        .ok()?;
    on_github(String::from_utf8(said.stdout).ok()?.trim())
}

/// The repository of a URL that git can clone from, in either of its two forms.
fn on_github(url: &str) -> Option<Repository> {
    let rest = url
        .strip_prefix("git@github.com:")
        .or_else(|| url.strip_prefix("ssh://git@github.com/"))
        .or_else(|| url.strip_prefix("https://github.com/"))?;
    let rest = rest.trim_end_matches('/');
    rest.strip_suffix(".git").unwrap_or(rest).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_a_repository_on_github_or_nothing() {
        for url in [
            "git@github.com:me/fork.git",
            "ssh://git@github.com/me/fork",
            "https://github.com/me/fork/",
            "https://github.com/me/fork.git",
        ] {
            assert_eq!(on_github(url).unwrap().to_string(), "me/fork", "{url}");
        }
        for url in [
            "https://gitlab.com/me/fork",
            "/srv/git/fork.git",
            "https://github.com/me",
            "https://github.com.example/me/fork",
        ] {
            assert!(on_github(url).is_none(), "{url}");
        }
    }
}
