//! `AWS::Cognito::UserPoolClient`.

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let mut input = handler.input(wanted);
    if !input.contains_key("ClientName") {
        input.insert("ClientName".to_owned(), json!(handler.generated_name(128)));
    }
    let created = handler.cognito("CreateUserPoolClient", input).await?;
    Ok(made(&created["UserPoolClient"]))
}

/// A full replacement: what the template no longer says falls back to its default.
pub(super) async fn update(
    handler: &Handler<'_>,
    id: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let mut input = handler.input(wanted);
    // Create-only, and not a member of the update.
    input.remove("GenerateSecret");
    input.insert("ClientId".to_owned(), json!(id));
    let updated = handler.cognito("UpdateUserPoolClient", input).await?;
    Ok(made(&updated["UserPoolClient"]))
}

pub(super) async fn take_up(
    handler: &Handler<'_>,
    id: &str,
    declared: &Properties,
) -> Result<Made, HandlerError> {
    let pool = text(declared, "UserPoolId");
    let input = object(json!({ "UserPoolId": pool, "ClientId": id }));
    let described = handler
        .cognito("DescribeUserPoolClient", handler.input(&input))
        .await?;
    Ok(made(&described["UserPoolClient"]))
}

pub(super) async fn delete(
    handler: &Handler<'_>,
    id: &str,
    properties: &Properties,
) -> Result<(), HandlerError> {
    let pool = text(properties, "UserPoolId");
    let input = object(json!({ "UserPoolId": pool, "ClientId": id }));
    handler
        .cognito("DeleteUserPoolClient", handler.input(&input))
        .await
        .map(drop)
}

fn made(client: &Value) -> Made {
    let id = client["ClientId"].as_str().unwrap_or_default();
    let mut attributes = json!({ "ClientId": id, "Name": client["ClientName"] });
    if let Some(secret) = client["ClientSecret"].as_str() {
        attributes["ClientSecret"] = json!(secret);
    }
    Made::new(id, attributes)
}
