//! `AWS::Cognito::UserPoolResourceServer`. Its id is the pool's and its identifier, joined by `|`.

use serde_json::json;

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let input = handler.input(wanted);
    handler.cognito("CreateResourceServer", input).await?;
    let (pool, identifier) = (text(wanted, "UserPoolId"), text(wanted, "Identifier"));
    Ok(Made::new(format!("{pool}|{identifier}"), json!({})))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    physical: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let input = handler.input(wanted);
    handler.cognito("UpdateResourceServer", input).await?;
    Ok(Made::new(physical, json!({})))
}

pub(super) async fn take_up(handler: &Handler<'_>, physical: &str) -> Result<Made, HandlerError> {
    let input = handler.input(&which(physical));
    handler.cognito("DescribeResourceServer", input).await?;
    Ok(Made::new(physical, json!({})))
}

pub(super) async fn delete(handler: &Handler<'_>, physical: &str) -> Result<(), HandlerError> {
    let input = handler.input(&which(physical));
    handler
        .cognito("DeleteResourceServer", input)
        .await
        .map(drop)
}

/// The pool and the identifier of a physical id.
pub(super) fn which(physical: &str) -> Properties {
    let (pool, identifier) = physical.split_once('|').unwrap_or((physical, ""));
    object(json!({ "UserPoolId": pool, "Identifier": identifier }))
}
