//! `AWS::IAM::ManagedPolicy`.

use serde_json::{Value, json};

use super::role::document;
use super::{Handler, HandlerError, Made, Properties, text};

pub(super) fn create(handler: &Handler<'_>, wanted: &Properties) -> Result<Made, HandlerError> {
    let name = match wanted.get("ManagedPolicyName").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => handler.generated_name(128),
    };
    let created = handler.iam(
        "CreatePolicy",
        &json!({
            "PolicyName": name,
            "PolicyDocument": document(&wanted["PolicyDocument"]),
            "Description": text(wanted, "Description"),
        }),
    )?;
    let policy = &created["Policy"];
    let arn = policy["Arn"].as_str().unwrap_or_default();
    Ok(Made::new(
        arn,
        json!({ "PolicyArn": arn, "PolicyId": policy["PolicyId"] }),
    ))
}

/// A new version takes the place of the old one, which goes.
pub(super) fn update(
    handler: &Handler<'_>,
    arn: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    handler.iam(
        "CreatePolicyVersion",
        &json!({
            "PolicyArn": arn,
            "PolicyDocument": document(&wanted["PolicyDocument"]),
            "SetAsDefault": true,
        }),
    )?;
    let input = json!({ "PolicyArn": arn });
    let versions = handler.iam("ListPolicyVersions", &input)?;
    for version in versions["Versions"].as_array().into_iter().flatten() {
        if version["IsDefaultVersion"] == false {
            let input = json!({ "PolicyArn": arn, "VersionId": version["VersionId"] });
            handler.iam("DeletePolicyVersion", &input)?;
        }
    }
    let read = handler.iam("GetPolicy", &input)?;
    let id = &read["Policy"]["PolicyId"];
    Ok(Made::new(arn, json!({ "PolicyArn": arn, "PolicyId": id })))
}

pub(super) fn delete(handler: &Handler<'_>, arn: &str) -> Result<(), HandlerError> {
    let input = json!({ "PolicyArn": arn });
    handler.iam("DeletePolicy", &input).map(drop)
}
