//! `AWS::Cognito::UserPoolDomain`.

use serde_json::json;

use super::{Handler, HandlerError, Made, Properties, object, text};

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    handler
        .cognito("CreateUserPoolDomain", handler.input(wanted))
        .await?;
    made(handler, text(wanted, "Domain")).await
}

pub(super) async fn update(
    handler: &Handler<'_>,
    domain: &str,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    handler
        .cognito("UpdateUserPoolDomain", handler.input(wanted))
        .await?;
    made(handler, domain).await
}

pub(super) async fn take_up(handler: &Handler<'_>, domain: &str) -> Result<Made, HandlerError> {
    made(handler, domain).await
}

pub(super) async fn delete(
    handler: &Handler<'_>,
    domain: &str,
    properties: &Properties,
) -> Result<(), HandlerError> {
    let pool = text(properties, "UserPoolId");
    let input = object(json!({ "UserPoolId": pool, "Domain": domain }));
    handler
        .cognito("DeleteUserPoolDomain", handler.input(&input))
        .await
        .map(drop)
}

async fn made(handler: &Handler<'_>, domain: &str) -> Result<Made, HandlerError> {
    let input = handler.input(&object(json!({ "Domain": domain })));
    let described = handler.cognito("DescribeUserPoolDomain", input).await?;
    let distribution = &described["DomainDescription"]["CloudFrontDistribution"];
    Ok(Made::new(
        domain,
        json!({ "CloudFrontDistribution": distribution.as_str().unwrap_or_default() }),
    ))
}
