//! GitHub's API, for commands that a workflow of GitHub Actions runs.

use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use smapi::HttpClients;
use url::Url;

use crate::environment::{
    GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_TOKEN, Variable,
};
use crate::failure::{Code, Failure};

/// GitHub's API, as somebody or as anybody.
pub(crate) struct Api {
    clients: HttpClients,
    base: Url,
    token: Option<SecretString>,
}

impl Api {
    /// The API that the environment names, with the token that is there.
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let base = match std::env::var(GITHUB_API_URL.name) {
            Ok(base) => base,
            Err(_) => GITHUB_API_URL.default.unwrap_or_default().to_owned(),
        };
        let base = format!("{}/", base.trim_end_matches('/'));
        let token = std::env::var(GITHUB_TOKEN.name).ok();
        Ok(Self {
            clients: HttpClients::default(),
            base: (base.parse()).map_err(|error: url::ParseError| {
                let hint = "unset it, or set it to the base URL of GitHub's API";
                unusable(&GITHUB_API_URL, &error.to_string(), hint)
            })?,
            token: token.filter(|token| !token.is_empty()).map(Into::into),
        })
    }

    /// A request; `path` is below the base URL.
    pub(crate) fn call(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        let failed = |error: String| Failure::new(Code::Github, error);
        let http = self.clients.for_url(&self.base);
        let http = http.map_err(|error| failed(error.to_string()))?;
        let url = self.base.join(path);
        let url = url.map_err(|error| failed(format!("{path}: {error}")))?;
        let request = http
            .request(method, url)
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        })
    }
}

/// The run of a workflow, and what it may do.
pub(crate) struct Run {
    api: Api,
    repository: String,
    event: Value,
    /// What to do when something is missing.
    hint: &'static str,
}

impl Run {
    /// As GitHub Actions describes it
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/variables>).
    pub(crate) fn from_environment(hint: &'static str) -> Result<Self, Failure> {
        let event = std::fs::read(required(&GITHUB_EVENT_PATH, hint)?).ok();
        let repository = required(&GITHUB_REPOSITORY, hint)?;
        required(&GITHUB_TOKEN, hint)?;
        Ok(Self {
            api: Api::from_environment()?,
            repository,
            event: event
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default(),
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
        self.api
            .call(method, &format!("repos/{}/{path}", self.repository))
    }
}

/// Sends a request, to which `permission` is needed.
pub(crate) async fn send(request: RequestBuilder, permission: &str) -> Result<Response, Failure> {
    let answer = request.send().await.map_err(|error| {
        let error = error.without_url();
        Failure::new(Code::Github, format!("GitHub cannot be reached: {error}"))
    })?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let said: Value = answer.json().await.unwrap_or_default();
    let message = said["message"].as_str().unwrap_or("without a reason");
    Err(Failure::new(
        Code::Github,
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
        .map_err(|error| Failure::new(Code::Github, format!("GitHub's answer: {error}")))
}

fn required(variable: &Variable, hint: &str) -> Result<String, Failure> {
    std::env::var(variable.name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| unusable(variable, "it is not set", hint))
}

fn unusable(variable: &Variable, why: &str, hint: &str) -> Failure {
    Failure::new(Code::Github, format!("{}: {why}", variable.name)).hint(hint.to_owned())
}
