//! The roles that a pipeline deploys a stage with, looked up.

use std::collections::BTreeMap;

use infra::stack_file::{Region, StageName};
use infra::stacks::DeliveryOutputs;
use infra::{StackFile, names};

use crate::aws::Aws;
use crate::aws::stack::{Desired, StackClient};
use crate::error::{Code, Error};

/// The roles of a stage, if it was bootstrapped.
pub(crate) async fn find(
    aws: &Aws,
    stack: &StackFile,
    stage: &StageName,
    home: &Region,
) -> Result<Option<DeliveryOutputs>, Error> {
    let name = names::delivery_stack(&stack.name, stage);
    let client = StackClient::new(aws, Desired::reader(name.clone(), home.clone()));
    let Some((status, outputs)) = client.outputs().await? else {
        return Ok(None);
    };
    if !usable(&name, &status, &outputs)? {
        return Ok(None);
    }
    let pairs = outputs.iter();
    let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_str()));
    read(&name, pairs).map(Some)
}

/// Whether there are roles. To go on without those that are half made, or half gone, would take the
/// boundary off roles that have it.
fn usable(stack: &str, status: &str, outputs: &BTreeMap<String, String>) -> Result<bool, Error> {
    if status == "REVIEW_IN_PROGRESS" {
        return Ok(false);
    }
    if !outputs.is_empty() && !status.starts_with("DELETE_") {
        return Ok(true);
    }
    Err(Error::new(
        Code::Stack,
        format!("stack {stack}, whose roles deploy this stage, is {status}"),
    )
    .hint("run `cargo xtask bootstrap` for this stage again, or delete that stack"))
}

/// The outputs of the stack with the roles.
pub(crate) fn read<'a>(
    stack: &str,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<DeliveryOutputs, Error> {
    DeliveryOutputs::from_pairs(pairs).map_err(|error| {
        Error::new(
            Code::Stack,
            format!("stack {stack} has unexpected outputs: {error}"),
        )
        .hint("was it made by another version? run `cargo xtask bootstrap` for this stage again")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_made_roles_are_no_reason_to_deploy_without() {
        let outputs: BTreeMap<_, _> = [("DeployRole".to_owned(), "arn".to_owned())].into();
        let of = |status: &str, outputs: &BTreeMap<String, String>| {
            usable("guide-dev-delivery", status, outputs)
                .map_err(|error| error.message().to_owned())
        };
        let none = BTreeMap::new();
        assert_eq!(of("REVIEW_IN_PROGRESS", &none), Ok(false));
        for status in [
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE",
        ] {
            assert_eq!(of(status, &outputs), Ok(true), "{status}");
        }
        for (status, outputs) in [
            ("CREATE_IN_PROGRESS", &none),
            ("ROLLBACK_COMPLETE", &none),
            ("DELETE_FAILED", &outputs),
        ] {
            assert!(of(status, outputs).unwrap_err().ends_with(status));
        }
    }
}
