//! `AWS::Lambda::Function`.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::{Handler, HandlerError, Made, Properties, object, tag_changes, tag_map, text};

const SERVICE: &str = "Lambda";

/// How long to wait before Lambda is asked again.
const BETWEEN_READS: Duration = Duration::from_millis(5);

/// Properties that `UpdateFunctionConfiguration` does not have.
const NOT_CONFIGURATION: &[&str] = &[
    "Architectures",
    "Code",
    "FunctionName",
    "PackageType",
    "Tags",
];

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    check_role(handler, wanted)?;
    check_bucket(handler, wanted)?;
    let mut input = handler.input(wanted);
    if !input.contains_key("FunctionName") {
        input.insert("FunctionName".to_owned(), json!(handler.generated_name(64)));
    }
    let tags = tag_map(input.remove("Tags").as_ref());
    if !tags.is_empty() {
        input.insert("Tags".to_owned(), Value::Object(tags));
    }
    let created = handler.lambda("CreateFunction", input).await?;
    let name = created["FunctionName"].as_str().unwrap_or_default();
    let ready = until_ready(handler, name).await?;
    Ok(made(&ready))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    check_role(handler, wanted)?;
    check_bucket(handler, wanted)?;
    let differs = |property: &str| before.get(property) != wanted.get(property);
    if differs("Code") || differs("Architectures") {
        let mut input = handler.input(&object(wanted.get("Code").cloned().unwrap_or_default()));
        input.insert("FunctionName".to_owned(), json!(name));
        if let Some(architectures) = wanted.get("Architectures") {
            input.insert("Architectures".to_owned(), architectures.clone());
        }
        handler.lambda("UpdateFunctionCode", input).await?;
        until_ready(handler, name).await?;
    }
    let (old, new) = (configuration(before), configuration(wanted));
    if old != new {
        let mut input = handler.input(&new);
        for removed in old.keys().filter(|name| !new.contains_key(*name)) {
            input.insert(removed.clone(), default(removed)?);
        }
        input.insert("FunctionName".to_owned(), json!(name));
        handler.lambda("UpdateFunctionConfiguration", input).await?;
    }
    let read = until_ready(handler, name).await?;
    let arn = &read["FunctionArn"];
    let (added, gone) = tag_changes(before, wanted);
    if !gone.is_empty() {
        let input = object(json!({ "Resource": arn, "TagKeys": gone }));
        handler
            .lambda("UntagResource", handler.input(&input))
            .await?;
    }
    if !added.is_empty() {
        let input = object(json!({ "Resource": arn, "Tags": added }));
        handler.lambda("TagResource", handler.input(&input)).await?;
    }
    Ok(made(&read))
}

pub(super) async fn delete(handler: &Handler<'_>, name: &str) -> Result<(), HandlerError> {
    let input = handler.input(&object(json!({ "FunctionName": name })));
    handler.lambda("DeleteFunction", input).await.map(drop)
}

/// Waits until Lambda is ready, as CloudFormation does before it goes on with what depends on the
/// function; a version cannot be published of one that is not.
async fn until_ready(handler: &Handler<'_>, name: &str) -> Result<Value, HandlerError> {
    loop {
        let input = handler.input(&object(json!({ "FunctionName": name })));
        let read = handler.lambda("GetFunctionConfiguration", input).await?;
        if read["State"] == "Active" && read["LastUpdateStatus"] == "Successful" {
            return Ok(read);
        }
        sleep(BETWEEN_READS).await;
    }
}

fn made(function: &Value) -> Made {
    Made::new(
        function["FunctionName"].as_str().unwrap_or_default(),
        json!({ "Arn": function["FunctionArn"] }),
    )
}

fn configuration(properties: &Properties) -> Map<String, Value> {
    properties
        .iter()
        .filter(|(name, _)| !NOT_CONFIGURATION.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What a property falls back to when the template no longer has it.
fn default(property: &str) -> Result<Value, HandlerError> {
    Ok(match property {
        "Description" => json!(""),
        "Environment" => json!({ "Variables": {} }),
        "EphemeralStorage" => json!({ "Size": 512 }),
        "LoggingConfig" => json!({ "LogFormat": "Text" }),
        "MemorySize" => json!(128),
        "Timeout" => json!(3),
        "TracingConfig" => json!({ "Mode": "PassThrough" }),
        other => {
            return Err(HandlerError::new(
                SERVICE,
                "InvalidParameterValueException",
                format!("{other} cannot be removed"),
            ));
        }
    })
}

fn check_role(handler: &Handler<'_>, wanted: &Properties) -> Result<(), HandlerError> {
    let role = text(wanted, "Role");
    if handler.services.iam.assumable(role, "lambda.amazonaws.com") {
        return Ok(());
    }
    Err(HandlerError::new(
        SERVICE,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ))
}

/// Lambda reads code only from buckets of its own region.
fn check_bucket(handler: &Handler<'_>, wanted: &Properties) -> Result<(), HandlerError> {
    let Some(bucket) = wanted
        .get("Code")
        .and_then(|code| code["S3Bucket"].as_str())
    else {
        return Ok(());
    };
    let (code, message) = match handler.services.s3.bucket_region(bucket) {
        Ok(region) if region == handler.region => return Ok(()),
        Ok(region) => (
            "PermanentRedirect".to_owned(),
            format!(
                "The bucket is in this region: {region}. Please use this region to retry the \
                 request"
            ),
        ),
        Err(error) => (error.code, error.message),
    };
    Err(HandlerError::new(
        SERVICE,
        "InvalidParameterValueException",
        format!(
            "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
        ),
    ))
}
