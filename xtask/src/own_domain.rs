//! What somebody who signs people in at a domain of their own has done before they deploy, done on a
//! local stage: the domain has an address, a hosted zone and a certificate.

use infra::StackFile;
use infra::names::{self, AccountFragment};
use infra::stack_file::StageName;
use local_cloud::{ACCOUNT_ID, Urls, story};
use serde_json::{Value, json};
use url::Url;

use crate::failure::Failure;

/// An address that is nobody's (RFC 5737).
const ADDRESS: &str = "192.0.2.1";

/// Registers the domain of a stack file; one that is registered already stays as it is.
pub(crate) async fn register(
    urls: &Urls,
    stack: &StackFile,
    stage: &StageName,
) -> Result<(), Failure> {
    let Some(custom) = &stack.identity.domain.custom else {
        return Ok(());
    };
    let account = AccountFragment::of(ACCOUNT_ID);
    let host = names::custom_domain(stack, custom, stage, &account)
        .map_err(|error| Failure::new("STACK_FILE", error.to_string()))?;
    let parent = host.parent();
    let zone = json!({
        "id": custom.hosted_zone_id,
        "name": parent,
        "addresses": [{ "name": parent, "address": ADDRESS }],
    });
    let certificate = json!({ "arn": custom.certificate_arn, "names": [host.as_str()] });
    post(&urls.device, "hosted-zones", &zone).await?;
    post(&urls.device, "certificates", &certificate).await
}

async fn post(device: &Url, what: &str, body: &Value) -> Result<(), Failure> {
    let failed = |cause: String| {
        Failure::new("LOCAL_STAGE", format!("the local stage takes no {what}"))
            .because(cause)
            .hint("is it still running? start one with `cargo xtask local`")
    };
    let url = device
        .join(&format!("console/{what}"))
        .map_err(|error| failed(error.to_string()))?;
    let unreachable = |error: reqwest::Error| failed(rollout::error::chain(&error));
    let client = story::client().map_err(unreachable)?;
    let answer = client.post(url).json(body).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status);
    answer.map(drop).map_err(unreachable)
}
