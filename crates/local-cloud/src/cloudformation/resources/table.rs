//! `AWS::DynamoDB::Table`.

use serde_json::{Map, Value, json};

use super::{Handler, HandlerError, Made, Properties, object, tag_changes, tag_map, text};
use crate::aws::actions::table_arn;

/// Properties that the API takes as they are.
const SAME: &[&str] = &[
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
];

/// Properties without an effect that a program could notice on this machine: there are no backups and no keys.
const WITHOUT_EFFECT: &[&str] = &[
    "ContributorInsightsSpecification",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "WarmThroughput",
];

/// Properties that are translated.
const TRANSLATED: &[&str] = &[
    "StreamSpecification",
    "TableName",
    "Tags",
    "TimeToLiveSpecification",
];

pub(super) fn create(handler: &Handler<'_>, wanted: &Properties) -> Result<Made, HandlerError> {
    check(wanted)?;
    let name = match wanted.get("TableName").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => handler.generated_name(255),
    };
    let mut input = Properties::new();
    for (property, value) in wanted
        .iter()
        .filter(|(name, _)| SAME.contains(&name.as_str()))
    {
        input.insert(property.clone(), value.clone());
    }
    input.insert("TableName".to_owned(), json!(name));
    if let Some(stream) = stream(wanted) {
        input.insert("StreamSpecification".to_owned(), stream);
    }
    let tags = tag_map(wanted.get("Tags"));
    if !tags.is_empty() {
        input.insert("Tags".to_owned(), tag_list(&tags));
    }
    handler.dynamodb("CreateTable", &input)?;
    expire(handler, &name, &Properties::new(), wanted)
        .map_err(|error| error.after_making(&name))?;
    made(handler, &name)
}

pub(super) fn update(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    check(wanted)?;
    let changed = |property: &str| before.get(property) != wanted.get(property);
    let mut input = object(json!({ "TableName": name }));
    for property in SAME {
        if changed(property) && *property != "GlobalSecondaryIndexes" {
            let value = wanted.get(*property).cloned();
            input.extend(value.map(|value| ((*property).to_owned(), value)));
        }
    }
    if changed("StreamSpecification") {
        let off = || json!({ "StreamEnabled": false });
        let stream = stream(wanted).unwrap_or_else(off);
        input.insert("StreamSpecification".to_owned(), stream);
    }
    let definitions = wanted.get("AttributeDefinitions").cloned();
    let indexes = index_updates(before, wanted);
    if input.len() > 1 {
        handler.dynamodb("UpdateTable", &input)?;
    }
    // DynamoDB makes or deletes one index at a time, and so does CloudFormation.
    for change in indexes {
        let mut input = object(json!({
            "TableName": name,
            "GlobalSecondaryIndexUpdates": [change],
        }));
        input.extend(
            definitions
                .clone()
                .map(|value| ("AttributeDefinitions".to_owned(), value)),
        );
        handler.dynamodb("UpdateTable", &input)?;
    }
    expire(handler, name, before, wanted)?;
    let arn = table_arn(handler.region, name);
    let (added, gone) = tag_changes(before, wanted);
    if !gone.is_empty() {
        let input = object(json!({ "ResourceArn": arn, "TagKeys": gone }));
        handler.dynamodb("UntagResource", &input)?;
    }
    if !added.is_empty() {
        let input = object(json!({ "ResourceArn": arn, "Tags": tag_list(&added) }));
        handler.dynamodb("TagResource", &input)?;
    }
    made(handler, name)
}

pub(super) fn delete(handler: &Handler<'_>, name: &str) -> Result<(), HandlerError> {
    let input = object(json!({ "TableName": name }));
    handler.dynamodb("DeleteTable", &input).map(drop)
}

/// Refuses what this room would take and forget.
fn check(wanted: &Properties) -> Result<(), HandlerError> {
    let known = [SAME, WITHOUT_EFFECT, TRANSLATED].concat();
    match wanted.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(HandlerError::new(
            "DynamoDb",
            "ValidationException",
            format!("a local stage does not keep {name} of a table"),
        )),
    }
}

fn stream(wanted: &Properties) -> Option<Value> {
    let view = &wanted.get("StreamSpecification")?["StreamViewType"];
    Some(json!({ "StreamEnabled": true, "StreamViewType": view }))
}

/// Global indexes that come and go.
fn index_updates(before: &Properties, wanted: &Properties) -> Vec<Value> {
    let indexes = |properties: &Properties| -> Map<String, Value> {
        let list = properties
            .get("GlobalSecondaryIndexes")
            .and_then(Value::as_array);
        let named = list.into_iter().flatten().map(|index| {
            let name = index["IndexName"].as_str().unwrap_or_default();
            (name.to_owned(), index.clone())
        });
        named.collect()
    };
    let (before, wanted) = (indexes(before), indexes(wanted));
    let gone = before
        .iter()
        .filter(|(name, index)| wanted.get(*name) != Some(index));
    let new = wanted
        .iter()
        .filter(|(name, index)| before.get(*name) != Some(index));
    let delete = gone.map(|(name, _)| json!({ "Delete": { "IndexName": name } }));
    delete
        .chain(new.map(|(_, index)| json!({ "Create": index })))
        .collect()
}

/// Sets the attribute by which items expire.
fn expire(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<(), HandlerError> {
    const PROPERTY: &str = "TimeToLiveSpecification";
    let specification = match (before.get(PROPERTY), wanted.get(PROPERTY)) {
        (old, new) if old == new => return Ok(()),
        (_, Some(new)) => new.clone(),
        (Some(old), None) => json!({ "AttributeName": old["AttributeName"], "Enabled": false }),
        (None, None) => return Ok(()),
    };
    let mut input = object(json!({ "TableName": name }));
    input.insert(PROPERTY.to_owned(), specification);
    handler.dynamodb("UpdateTimeToLive", &input).map(drop)
}

fn tag_list(tags: &Map<String, Value>) -> Value {
    let tags = tags.iter();
    tags.map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

fn made(handler: &Handler<'_>, name: &str) -> Result<Made, HandlerError> {
    let described = handler.dynamodb("DescribeTable", &object(json!({ "TableName": name })))?;
    let mut attributes = object(json!({ "Arn": table_arn(handler.region, name) }));
    let table = object(described["Table"].clone());
    if table.contains_key("LatestStreamArn") {
        attributes.insert(
            "StreamArn".to_owned(),
            json!(text(&table, "LatestStreamArn")),
        );
    }
    Ok(Made::new(name, Value::Object(attributes)))
}
