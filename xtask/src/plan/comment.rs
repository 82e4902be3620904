//! The plan on a pull request: one comment, which the next run of the workflow updates.

use infra::stack_file::StageName;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use smapi::HttpClients;
use url::Url;

use crate::environment::{
    GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_TOKEN, Variable,
};
use crate::failure::Failure;
use crate::output;

/// Most comments that GitHub lists at a time.
const PAGE: usize = 100;

/// A pull request, and who may write to it.
struct PullRequest {
    api: Url,
    repository: String,
    number: u64,
    token: SecretString,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
}

/// Writes the plan to the pull request that the workflow runs for.
pub(super) async fn put(stage: &StageName, plan: &str) -> Result<(), Failure> {
    let request = PullRequest::from_environment()?;
    let clients = HttpClients::default();
    let http = clients
        .for_url(&request.api)
        .map_err(|error| Failure::new("GITHUB", error.to_string()))?;
    // Not shown by GitHub, and how the comment is found again.
    let mark = format!("<!-- voicelink plan {stage} -->");
    let body = json!({ "body": format!("{mark}\n{plan}") });
    let comments = request.comments();
    let call = |method, path: &str| request.call(http, method, path);
    let (verb, answer) = match request.find(http, &comments, &mark).await? {
        Some(id) => {
            let path = format!("repos/{}/issues/comments/{id}", request.repository);
            ("updated", call(Method::PATCH, &path)?.json(&body))
        }
        None => ("written", call(Method::POST, &comments)?.json(&body)),
    };
    send(answer).await?;
    output::aside(&format!(
        "comment {verb} on pull request {}",
        request.number
    ));
    Ok(())
}

impl PullRequest {
    /// As GitHub Actions describes it
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/variables>).
    fn from_environment() -> Result<Self, Failure> {
        let api = match std::env::var(GITHUB_API_URL.name) {
            Ok(api) => api,
            Err(_) => GITHUB_API_URL.default.unwrap_or_default().to_owned(),
        };
        let event = required(&GITHUB_EVENT_PATH)?;
        let number = std::fs::read(&event)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .and_then(|event| event["pull_request"]["number"].as_u64());
        Ok(Self {
            api: format!("{}/", api.trim_end_matches('/'))
                .parse()
                .map_err(|error| unusable(&GITHUB_API_URL, &format!("{error}")))?,
            repository: required(&GITHUB_REPOSITORY)?,
            number: number
                .ok_or_else(|| unusable(&GITHUB_EVENT_PATH, "the event has no pull request"))?,
            token: required(&GITHUB_TOKEN)?.into(),
        })
    }

    fn comments(&self) -> String {
        format!("repos/{}/issues/{}/comments", self.repository, self.number)
    }

    fn call(
        &self,
        http: &reqwest::Client,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, Failure> {
        let url = self
            .api
            .join(path)
            .map_err(|error| unusable(&GITHUB_REPOSITORY, &error.to_string()))?;
        Ok(http
            .request(method, url)
            .bearer_auth(self.token.expose_secret())
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28"))
    }

    /// The comment of an earlier run.
    async fn find(
        &self,
        http: &reqwest::Client,
        comments: &str,
        mark: &str,
    ) -> Result<Option<u64>, Failure> {
        for page in 1.. {
            let query = [("per_page", PAGE), ("page", page)];
            let answer = self.call(http, Method::GET, comments)?.query(&query);
            let listed: Vec<Comment> = send(answer)
                .await?
                .json()
                .await
                .map_err(|error| Failure::new("GITHUB", format!("GitHub's answer: {error}")))?;
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
}

async fn send(request: RequestBuilder) -> Result<reqwest::Response, Failure> {
    let answer = request.send().await.map_err(|error| {
        let error = error.without_url();
        Failure::new("GITHUB", format!("GitHub cannot be reached: {error}"))
    })?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let said: Value = answer.json().await.unwrap_or_default();
    let message = said["message"].as_str().unwrap_or("without a reason");
    Err(Failure::new(
        "GITHUB",
        format!("GitHub refused the comment ({status}): {message}"),
    )
    .hint("the job needs `permissions: pull-requests: write`; docs/ci.md has the workflow"))
}

fn required(variable: &Variable) -> Result<String, Failure> {
    std::env::var(variable.name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| unusable(variable, "it is not set"))
}

fn unusable(variable: &Variable, why: &str) -> Failure {
    Failure::new("GITHUB", format!("{}: {why}", variable.name))
        .hint("--comment is for a workflow of GitHub Actions that a pull request has started")
}
