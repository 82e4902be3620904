//! `AWS::Lambda::Alias`.

use serde_json::{Map, Value, json};

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let created = handler
        .lambda("CreateAlias", input(handler, wanted))
        .await?;
    Ok(made(&created))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let mut input = input(handler, wanted);
    // What is left out of an update stays; what is left out of a template goes.
    input.entry("Description").or_insert_with(|| json!(""));
    let updated = handler.lambda("UpdateAlias", input).await?;
    Ok(made(&updated))
}

pub(super) async fn delete(
    handler: &Handler<'_>,
    properties: &Properties,
) -> Result<(), HandlerError> {
    let input = object(json!({
        "FunctionName": text(properties, "FunctionName"),
        "Name": text(properties, "Name"),
    }));
    handler
        .lambda("DeleteAlias", handler.input(&input))
        .await
        .map(drop)
}

fn made(alias: &Value) -> Made {
    let arn = alias["AliasArn"].as_str().unwrap_or_default();
    Made::new(arn, json!({ "AliasArn": arn }))
}

/// CloudFormation lists the weights that the API maps.
fn input(handler: &Handler<'_>, wanted: &Properties) -> Properties {
    let mut input = handler.input(wanted);
    if let Some(routing) = input.get_mut("RoutingConfig") {
        let weights: Map<String, Value> = routing["AdditionalVersionWeights"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|weight| {
                let version = weight["FunctionVersion"].as_str()?.to_owned();
                Some((version, weight["FunctionWeight"].clone()))
            })
            .collect();
        *routing = json!({ "AdditionalVersionWeights": weights });
    }
    input
}
