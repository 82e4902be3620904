//! `AWS::Lambda::Permission`.

use serde_json::json;

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let id = handler.generated_name(100);
    let mut input = handler.input(wanted);
    input.insert("StatementId".to_owned(), json!(id));
    handler.lambda("AddPermission", input).await?;
    Ok(Made::new(id.clone(), json!({ "Id": id })))
}

pub(super) async fn delete(
    handler: &Handler<'_>,
    id: &str,
    properties: &Properties,
) -> Result<(), HandlerError> {
    let input = object(json!({
        "FunctionName": text(properties, "FunctionName"),
        "StatementId": id,
    }));
    handler
        .lambda("RemovePermission", handler.input(&input))
        .await
        .map(drop)
}
