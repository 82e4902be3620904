//! What somebody does in a console before they deploy, done on a local stage.

use infra::StackFile;
use infra::stack_file::StageName;
use local_access::Access;
use reqwest::Method;
use serde_json::Value;

use crate::device::Device;
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
    let path = format!("console/{what}");
    let answer = Device::of(access)?
        .ask((Method::POST, path, &[], Some(body.clone())))
        .await?;
    let answer = answer.map_err(|refusal| {
        Failure::new(Code::LocalStage, format!("the local stage takes no {what}"))
            .because(refusal.why)
    })?;
    Ok(answer["created"] == true)
}
