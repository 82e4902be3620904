//! The device listener of a running local stage: the device, the Alexa app beside it, and the consoles.

use local_access::Access;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::discovery;
use crate::failure::{Code, Failure};

/// A client of that listener.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    client: reqwest::Client,
    pub(crate) access: Access,
}

/// The stage's own sentence about a request that it did not do.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) why: String,
}

/// A request: method, path without its first slash, query and body.
pub(crate) type Request<'a> = (Method, String, &'a [(&'a str, &'a str)], Option<Value>);

impl Device {
    /// The listener of the stage that runs.
    pub(crate) fn of_running_stage() -> Result<Self, Failure> {
        let access = discovery::running()?.ok_or_else(|| {
            Failure::new(Code::LocalStage, "no local stage is running").hint(
                "start one with `cargo xtask dev`, or with `cargo xtask local` and deploy to it \
                 with `cargo xtask deploy` in a second terminal",
            )
        })?;
        Self::of(&access)
    }

    /// The listener of a stage.
    pub(crate) fn of(access: &Access) -> Result<Self, Failure> {
        let client =
            story::client().map_err(|error| unreachable(access.urls.device.as_str(), &error))?;
        let access = access.clone();
        Ok(Self { client, access })
    }

    /// Sends a request; the answer has to be JSON.
    pub(crate) async fn ask(
        &self,
        (method, path, query, body): Request<'_>,
    ) -> Result<Result<Value, Refusal>, Failure> {
        let url = format!("{}{path}", self.access.urls.device);
        let failed = |error: reqwest::Error| unreachable(&url, &error);
        let mut request = self.access.bearer(self.client.request(method, &url));
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let said: Value = answer.json().await.map_err(failed)?;
        if status.is_success() {
            return Ok(Ok(said));
        }
        let why = said["error"].as_str().unwrap_or_default().to_owned();
        Ok(Err(Refusal { status, why }))
    }

    /// The same for requests that a stage refuses only when something is wrong with it or with them.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Failure> {
        let answer = self
            .ask((Method::GET, path.to_owned(), query, None))
            .await?;
        answer.map_err(Failure::from)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(Code::LocalStage, refusal.why)
    }
}

fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
    Failure::new(
        Code::LocalStage,
        format!("no answer from the local stage at {url}"),
    )
    .because(rollout::error::chain(error))
    .hint("is it still running? start it again with `cargo xtask local`")
}
