//! What somebody who signs people in at a domain of their own has done before they deploy, done on a
//! local stage: the domain has an address, a hosted zone and a certificate.

use infra::StackFile;
use infra::names::{self, AccountFragment};
use infra::stack_file::StageName;
use local_access::{ACCOUNT_ID, Access};
use serde_json::json;

use crate::console;
use crate::failure::{Failure, RolloutCode};

/// An address that is nobody's (RFC 5737).
const ADDRESS: &str = "192.0.2.1";

/// Registers the domain of a stack file; one that is registered already stays as it is.
pub(crate) async fn register(
    access: &Access,
    stack: &StackFile,
    stage: &StageName,
) -> Result<(), Failure> {
    let Some(custom) = &stack.identity.domain.custom else {
        return Ok(());
    };
    let account = AccountFragment::of(ACCOUNT_ID);
    let host = names::custom_domain(stack, custom, stage, &account)
        .map_err(|error| Failure::new(RolloutCode::StackFile, error.to_string()))?;
    let parent = host.parent();
    let zone = json!({
        "id": custom.hosted_zone_id,
        "name": parent,
        "addresses": [{ "name": parent, "address": ADDRESS }],
    });
    let certificate = json!({ "arn": custom.certificate_arn, "names": [host.as_str()] });
    console::post(access, "hosted-zones", &zone).await?;
    console::post(access, "certificates", &certificate).await?;
    Ok(())
}
