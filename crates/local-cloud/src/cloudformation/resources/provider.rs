//! `AWS::IAM::OIDCProvider`.

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, tag_changes, text};

pub(super) fn create(handler: &Handler<'_>, wanted: &Properties) -> Result<Made, HandlerError> {
    let created = handler.iam(
        "CreateOpenIDConnectProvider",
        &json!({
            "Url": text(wanted, "Url"),
            "ClientIDList": wanted.get("ClientIdList"),
            "Tags": wanted.get("Tags"),
        }),
    )?;
    let arn = created["OpenIDConnectProviderArn"].as_str();
    Ok(made(arn.unwrap_or_default()))
}

/// Tags; its audiences are always the same.
pub(super) fn update(
    handler: &Handler<'_>,
    arn: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    if before.get("ClientIdList") != wanted.get("ClientIdList") {
        return Err(HandlerError::unsupported("a change of ClientIdList"));
    }
    let (added, gone) = tag_changes(before, wanted);
    if !gone.is_empty() {
        let input = json!({ "OpenIDConnectProviderArn": arn, "TagKeys": gone });
        handler.iam("UntagOpenIDConnectProvider", &input)?;
    }
    if !added.is_empty() {
        let tags: Vec<Value> = added
            .into_iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        let input = json!({ "OpenIDConnectProviderArn": arn, "Tags": tags });
        handler.iam("TagOpenIDConnectProvider", &input)?;
    }
    Ok(made(arn))
}

pub(super) fn delete(handler: &Handler<'_>, arn: &str) -> Result<(), HandlerError> {
    let input = json!({ "OpenIDConnectProviderArn": arn });
    handler.iam("DeleteOpenIDConnectProvider", &input).map(drop)
}

fn made(arn: &str) -> Made {
    Made::new(arn, json!({ "Arn": arn }))
}
