//! `AWS::Lambda::Version`.

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let function = text(wanted, "FunctionName");
    let input = handler.input(&object(json!({ "FunctionName": function })));
    let before = handler.lambda("ListVersionsByFunction", input).await?;
    let published = handler
        .lambda("PublishVersion", handler.input(wanted))
        .await?;
    // Publishing what has not changed since the last version answers with that version.
    let number = &published["Version"];
    let known = before["Versions"].as_array().into_iter().flatten();
    if known
        .into_iter()
        .any(|version| version["Version"] == *number)
    {
        return Err(HandlerError::new(
            "Lambda",
            "AlreadyExistsException",
            format!(
                "A version for this Lambda function exists ( {} ). Modify the function to create \
                 a new version.",
                number.as_str().unwrap_or_default()
            ),
        ));
    }
    Ok(made(
        published["FunctionArn"].as_str().unwrap_or_default(),
        number,
    ))
}

/// Nothing that the template says of a version can be changed without publishing another one.
pub(super) fn update(
    _handler: &Handler<'_>,
    arn: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    if let Some(name) = wanted.keys().find(|name| *name == "FunctionScalingConfig") {
        return Err(HandlerError::new(
            "Lambda",
            "InvalidParameterValueException",
            format!("{name} is not supported by the local stage"),
        ));
    }
    Ok(made(arn, &json!(arn.rsplit(':').next())))
}

pub(super) async fn delete(handler: &Handler<'_>, arn: &str) -> Result<(), HandlerError> {
    let (function, version) = arn.rsplit_once(':').unwrap_or((arn, ""));
    let input = object(json!({ "FunctionName": function, "Qualifier": version }));
    handler
        .lambda("DeleteFunction", handler.input(&input))
        .await
        .map(drop)
}

fn made(arn: &str, number: &Value) -> Made {
    Made::new(arn, json!({ "FunctionArn": arn, "Version": number }))
}
