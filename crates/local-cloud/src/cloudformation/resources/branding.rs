//! `AWS::Cognito::ManagedLoginBranding`. Its id is the pool's and its own, joined by `|`.

use serde_json::json;

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let mut input = handler.input(wanted);
    // About reading, not about making.
    input.remove("ReturnMergedResources");
    let created = handler.cognito("CreateManagedLoginBranding", input).await?;
    let id = created["ManagedLoginBranding"]["ManagedLoginBrandingId"]
        .as_str()
        .unwrap_or_default();
    Ok(made(text(wanted, "UserPoolId"), id))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    physical: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let (pool, id) = parts(physical);
    let mut input = handler.input(wanted);
    input.remove("ReturnMergedResources");
    input.remove("ClientId");
    input.insert("ManagedLoginBrandingId".to_owned(), json!(id));
    handler.cognito("UpdateManagedLoginBranding", input).await?;
    Ok(made(pool, id))
}

pub(super) async fn take_up(handler: &Handler<'_>, physical: &str) -> Result<Made, HandlerError> {
    let (pool, id) = parts(physical);
    let input = object(json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id }));
    handler
        .cognito("DescribeManagedLoginBranding", handler.input(&input))
        .await?;
    Ok(made(pool, id))
}

pub(super) async fn delete(handler: &Handler<'_>, physical: &str) -> Result<(), HandlerError> {
    let (pool, id) = parts(physical);
    let input = object(json!({ "UserPoolId": pool, "ManagedLoginBrandingId": id }));
    handler
        .cognito("DeleteManagedLoginBranding", handler.input(&input))
        .await
        .map(drop)
}

fn made(pool: &str, id: &str) -> Made {
    Made::new(
        format!("{pool}|{id}"),
        json!({ "ManagedLoginBrandingId": id }),
    )
}

fn parts(physical: &str) -> (&str, &str) {
    physical.split_once('|').unwrap_or((physical, ""))
}
