//! What somebody does in a console before they deploy, done on a local stage.

use infra::StackFile;
use infra::stack_file::StageName;
use local_access::Access;
use serde_json::Value;

use crate::failure::{Code, Failure};
use crate::{existing_pool, own_domain, secret};

/// Makes what a stack file takes to be there: a domain, a user pool, secrets. What is there stays as it is.
pub(crate) async fn prepare(
    access: &Access,
    stack: &StackFile,
    stage: &StageName,
) -> Result<(), Failure> {
    own_domain::register(access, stack, stage).await?;
    existing_pool::register(access, stack).await?;
    secret::register(access, stack, stage).await
}

/// Enters something; whether it was not there yet.
pub(crate) async fn post(access: &Access, what: &str, body: &Value) -> Result<bool, Failure> {
    let failed = |cause: String| {
        Failure::new(Code::LocalStage, format!("the local stage takes no {what}"))
            .because(cause)
            .hint("is it still running? start one with `cargo xtask local`")
    };
    let url = access.urls.device.join(&format!("console/{what}"));
    let url = url.map_err(|error| failed(error.to_string()))?;
    let unreachable = |error: reqwest::Error| failed(rollout::error::chain(&error));
    let client = story::client().map_err(unreachable)?;
    let answer = access.bearer(client.post(url)).json(body).send().await;
    let answer = answer.map_err(unreachable)?;
    let refused = answer.error_for_status_ref().err();
    let said: Value = answer.json().await.map_err(unreachable)?;
    match refused {
        None => Ok(said["created"] == true),
        Some(_) => Err(failed(
            said["error"].as_str().unwrap_or_default().to_owned(),
        )),
    }
}
