//! The plan on a pull request: one comment, which the next run of the workflow updates.

use infra::stack_file::StageName;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::failure::Failure;
use crate::github::{self, Run};
use crate::output;

/// Most comments that GitHub lists at a time.
const PAGE: usize = 100;

/// The permission that it takes.
const PERMISSION: &str = "pull-requests";

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
}

/// Writes the plan to the pull request that the workflow runs for.
pub(super) async fn put(stage: &StageName, plan: &str) -> Result<(), Failure> {
    let run = Run::from_environment(
        "--comment is for a workflow of GitHub Actions that a pull request has started",
    )?;
    let number = run.number("pull_request", "number")?;
    // Not shown by GitHub, and how the comment is found again.
    let mark = format!("<!-- voicelink plan {stage} -->");
    let body = json!({ "body": format!("{mark}\n{plan}") });
    let comments = format!("issues/{number}/comments");
    let (verb, answer) = match find(&run, &comments, &mark).await? {
        Some(id) => {
            let path = format!("issues/comments/{id}");
            ("updated", run.call(Method::PATCH, &path)?.json(&body))
        }
        None => ("written", run.call(Method::POST, &comments)?.json(&body)),
    };
    github::send(answer, PERMISSION).await?;
    output::aside(&format!("comment {verb} on pull request {number}"));
    Ok(())
}

/// The comment of an earlier run.
async fn find(run: &Run, comments: &str, mark: &str) -> Result<Option<u64>, Failure> {
    for page in 1.. {
        let query = [("per_page", PAGE), ("page", page)];
        let request = run.call(Method::GET, comments)?.query(&query);
        let listed: Vec<Comment> = github::read(github::send(request, PERMISSION).await?).await?;
        let own = |comment: &&Comment| {
            let body = comment.body.as_deref().unwrap_or_default();
            body.starts_with(mark)
        };
        if let Some(comment) = listed.iter().find(own) {
            return Ok(Some(comment.id));
        }
        if listed.len() < PAGE {
            break;
        }
    }
    Ok(None)
}
