//! `AWS::Logs::LogGroup`.

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, object, tag_changes, tag_map};

/// Properties that a local stage keeps; the others would be accepted and forgotten.
const KEPT: &[&str] = &[
    "LogGroupName",
    "RetentionInDays",
    "Tags",
    "DeletionProtectionEnabled",
];

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    check(wanted)?;
    let name = match wanted.get("LogGroupName").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => handler.generated_name(512),
    };
    let mut input = object(json!({ "logGroupName": name }));
    let tags = tag_map(wanted.get("Tags"));
    if !tags.is_empty() {
        input.insert("tags".to_owned(), Value::Object(tags));
    }
    if let Some(protected) = wanted.get("DeletionProtectionEnabled") {
        input.insert("deletionProtectionEnabled".to_owned(), protected.clone());
    }
    handler
        .logs("CreateLogGroup", handler.input(&input))
        .await?;
    set_retention(handler, &name, &Properties::new(), wanted)
        .await
        .map_err(|error| error.after_making(&name))?;
    Ok(made(handler, &name))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    check(wanted)?;
    set_retention(handler, name, before, wanted).await?;
    let arn = arn(handler, name);
    let (added, gone) = tag_changes(before, wanted);
    if !gone.is_empty() {
        let input = object(json!({ "resourceArn": arn, "tagKeys": gone }));
        handler.logs("UntagResource", handler.input(&input)).await?;
    }
    if !added.is_empty() {
        let input = object(json!({ "resourceArn": arn, "tags": added }));
        handler.logs("TagResource", handler.input(&input)).await?;
    }
    Ok(made(handler, name))
}

pub(super) async fn delete(handler: &Handler<'_>, name: &str) -> Result<(), HandlerError> {
    let input = object(json!({ "logGroupName": name }));
    handler
        .logs("DeleteLogGroup", handler.input(&input))
        .await
        .map(drop)
}

async fn set_retention(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<(), HandlerError> {
    let mut input = object(json!({ "logGroupName": name }));
    let operation = match (before.get("RetentionInDays"), wanted.get("RetentionInDays")) {
        (old, new) if old == new => return Ok(()),
        (_, Some(days)) => {
            input.insert("retentionInDays".to_owned(), days.clone());
            "PutRetentionPolicy"
        }
        (_, None) => "DeleteRetentionPolicy",
    };
    handler
        .logs(operation, handler.input(&input))
        .await
        .map(drop)
}

fn made(handler: &Handler<'_>, name: &str) -> Made {
    // With `:*`, which stands for the streams, as policies want it.
    let arn = format!("{}:*", arn(handler, name));
    Made::new(name, json!({ "Arn": arn }))
}

fn arn(handler: &Handler<'_>, name: &str) -> String {
    let region = handler.region;
    format!("arn:aws:logs:{region}:{ACCOUNT_ID}:log-group:{name}")
}

fn check(wanted: &Properties) -> Result<(), HandlerError> {
    match wanted.keys().find(|name| !KEPT.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(HandlerError::new(
            "CloudWatchLogs",
            "InvalidParameterException",
            format!("{name} is not supported by the local stage"),
        )),
    }
}
