//! GitHub's API, for commands that a workflow of GitHub Actions runs.

use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use smapi::HttpClients;
use url::Url;

use crate::environment::{
    GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_TOKEN, Variable,
};
use crate::failure::Failure;

/// The run of a workflow, and what it may do.
pub(crate) struct Run {
    clients: HttpClients,
    api: Url,
    repository: String,
    event: Value,
    token: SecretString,
    /// What to do when something is missing.
    hint: &'static str,
}

impl Run {
    /// As GitHub Actions describes it
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/variables>).
    pub(crate) fn from_environment(hint: &'static str) -> Result<Self, Failure> {
        let api = match std::env::var(GITHUB_API_URL.name) {
            Ok(api) => api,
            Err(_) => GITHUB_API_URL.default.unwrap_or_default().to_owned(),
        };
        let event = std::fs::read(required(&GITHUB_EVENT_PATH, hint)?).ok();
        Ok(Self {
            clients: HttpClients::default(),
            api: format!("{}/", api.trim_end_matches('/'))
                .parse()
                .map_err(|error| unusable(&GITHUB_API_URL, &format!("{error}"), hint))?,
            repository: required(&GITHUB_REPOSITORY, hint)?,
            event: event
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default(),
            token: required(&GITHUB_TOKEN, hint)?.into(),
            hint,
        })
    }

    /// A number in the event that started the workflow: the `member` of the object `kind`.
    pub(crate) fn number(&self, kind: &str, member: &str) -> Result<u64, Failure> {
        self.event[kind][member].as_u64().ok_or_else(|| {
            let kind = kind.replace('_', " ");
            let why = format!("the event has no {kind}");
            unusable(&GITHUB_EVENT_PATH, &why, self.hint)
        })
    }

    /// A request about the repository; `path` is below it.
    pub(crate) fn call(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        let http = self
            .clients
            .for_url(&self.api)
            .map_err(|error| Failure::new("GITHUB", error.to_string()))?;
        let url = self
            .api
            .join(&format!("repos/{}/{path}", self.repository))
            .map_err(|error| unusable(&GITHUB_REPOSITORY, &error.to_string(), self.hint))?;
        Ok(http
            .request(method, url)
            .bearer_auth(self.token.expose_secret())
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28"))
    }
}

/// Sends a request, to which `permission` is needed.
pub(crate) async fn send(request: RequestBuilder, permission: &str) -> Result<Response, Failure> {
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
        format!("GitHub refused the request ({status}): {message}"),
    )
    .hint(format!(
        "the job needs `permissions: {permission}: write`; docs/ci.md has the workflow"
    )))
}

/// GitHub's answer, read.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(answer: Response) -> Result<T, Failure> {
    answer
        .json()
        .await
        .map_err(|error| Failure::new("GITHUB", format!("GitHub's answer: {error}")))
}

fn required(variable: &Variable, hint: &str) -> Result<String, Failure> {
    std::env::var(variable.name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| unusable(variable, "it is not set", hint))
}

fn unusable(variable: &Variable, why: &str, hint: &str) -> Failure {
    Failure::new("GITHUB", format!("{}: {why}", variable.name)).hint(hint.to_owned())
}
