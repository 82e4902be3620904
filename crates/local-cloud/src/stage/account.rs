//! Every AWS API of the stage behind one listener: the signature's credential scope says which one is meant.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use uuid::Uuid;

use super::permissions;
use super::relay::Relay;
use super::signatures::refuse_by_shape;
use crate::aws::protocol::query::{self, CLOUDFORMATION, Call, IAM, QueryService, STS};
use crate::aws::protocol::scope::Scope;
use crate::aws::protocol::{Received, json, reply};
use crate::aws::{Shared, route53, s3, sts};
use crate::base::error::AwsError;
use crate::base::keys::Principal;
use crate::cloudformation::{CloudFormation, Services};

/// Where an unsigned operation is carried out: the token or client id in it decides, not a region.
const UNSIGNED_REGION: &str = "us-east-1";

/// The account that the stage stands in for. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    shared: Shared,
    services: Services,
    relay: Option<Relay>,
    pub(super) cloudformation: CloudFormation,
}

impl Account {
    /// An account without a stack.
    pub(super) fn new(shared: Shared, services: Services, relay: Option<Relay>) -> Self {
        Self {
            relay,
            cloudformation: CloudFormation::new(shared.clone(), services.clone()),
            shared,
            services,
        }
    }

    /// Its services as the fallback of the routes that the listener has besides.
    pub(super) fn behind(&self, routes: Router) -> Router {
        let services = Router::new().fallback(serve).with_state(self.clone());
        routes.fallback_service(services)
    }
}

/// Answers any request to the listener.
async fn serve(State(account): State<Account>, request: Request) -> Response {
    let id = Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    // The guard has limited and read it.
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        let error = AwsError::new(413, "RequestEntityTooLarge", "The request is too large.");
        return reply::json_error(&error, &id);
    };
    let received = Received::of(&parts, body);
    let principal = parts.extensions.get::<Principal>();
    match (principal, Scope::of(&received.headers, &received.query)) {
        (Some(principal), Ok(scope)) => dispatch(&account, principal, &scope, &received, &id).await,
        // The guard lets in nothing else that is not signed.
        _ => call_json(&account, json::COGNITO, UNSIGNED_REGION, &received, &id).await,
    }
}

async fn dispatch(
    account: &Account,
    principal: &Principal,
    scope: &Scope,
    received: &Received,
    id: &str,
) -> Response {
    let region = scope.region.as_str();
    let secrets = &account.shared.secrets;
    // The stack file's secrets are kept here, others are the project's own resources.
    let is_own = scope.service == "secretsmanager" && secrets.is_asked_for(&received.body);
    if let Some(relay) = &account.relay
        && Relay::takes(principal, &scope.service)
        && !is_own
    {
        return relayed(account, relay, principal, scope, received, id).await;
    }
    match scope.service.as_str() {
        "sts" => match Call::read(STS, &received.query, &received.body) {
            Ok(call) => answer_query(STS, &call.action, sts::call(principal, &call.action), id),
            Err(error) => query::failure(STS, &error, id),
        },
        "iam" => query(account, IAM, region, received, id).await,
        "cloudformation" => query(account, CLOUDFORMATION, region, received, id).await,
        "cognito-idp" => call_json(account, json::COGNITO, region, received, id).await,
        "logs" => call_json(account, json::LOGS, region, received, id).await,
        "acm" => call_json(account, json::ACM, region, received, id).await,
        "ssm" | "secretsmanager" => permitted(account, principal, scope, received, id).await,
        #[cfg(feature = "dynamodb")]
        "dynamodb" if account.relay.is_none() => dynamodb(account, principal, scope, received, id),
        "route53" => route53::rest::serve(&account.shared.route53, received, id),
        "lambda" => account.services.lambda.serve(region, received, id).await,
        "s3" => s3::rest::serve(&account.services.s3, region, received, id),
        unknown => {
            if let Some(relay) = &account.relay {
                return relayed(account, relay, principal, scope, received, id).await;
            }
            let error = AwsError::new(
                404,
                "UnknownServiceException",
                format!(
                    "there is no service '{unknown}' on a local stage without an AWS emulator (`aws-emulator` of \
                     [stages.local], docs/resources.md)"
                ),
            );
            refuse_by_shape(received, &error, id)
        }
    }
}

/// A call that the emulator answers, as far as a function's role allows it.
async fn relayed(
    account: &Account,
    relay: &Relay,
    principal: &Principal,
    scope: &Scope,
    received: &Received,
    id: &str,
) -> Response {
    let checked = permissions::check(&account.services.iam, principal, scope, received);
    let answer = match checked {
        Ok(()) => relay.pass(scope, received).await,
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| refuse_by_shape(received, &error, id))
}

/// A call that a function may make as far as its role allows it.
async fn permitted(
    account: &Account,
    principal: &Principal,
    scope: &Scope,
    received: &Received,
    id: &str,
) -> Response {
    let service = match scope.service.as_str() {
        "ssm" => json::SSM,
        _ => json::SECRETS_MANAGER,
    };
    match permissions::check(&account.services.iam, principal, scope, received) {
        Ok(()) => call_json(account, service, &scope.region, received, id).await,
        Err(error) => reply::json_error(&error, id),
    }
}

#[cfg(feature = "dynamodb")]
fn dynamodb(
    account: &Account,
    principal: &Principal,
    scope: &Scope,
    received: &Received,
    id: &str,
) -> Response {
    let services = &account.services;
    if let Err(error) = permissions::check(&services.iam, principal, scope, received) {
        return reply::json_error(&error, id);
    }
    let target = received.header("x-amz-target").unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default();
    let body = String::from_utf8_lossy(&received.body);
    let (status, document) = services.dynamodb.call(&scope.region, operation, &body);
    reply::json(status, &document, &[("x-amzn-RequestId", id)])
}

async fn query(
    account: &Account,
    service: QueryService,
    region: &str,
    received: &Received,
    id: &str,
) -> Response {
    let call = match Call::read(service, &received.query, &received.body) {
        Ok(call) => call,
        Err(error) => return query::failure(service, &error, id),
    };
    let Call { action, input } = call;
    let answer = if service.version == IAM.version {
        account.services.iam.call(&action, &input)
    } else {
        account.cloudformation.call(region, &action, &input).await
    };
    answer_query(service, &action, answer, id)
}

fn answer_query(
    service: QueryService,
    action: &str,
    answer: Result<Value, AwsError>,
    id: &str,
) -> Response {
    match answer {
        Ok(output) => query::success(service, action, &output, id),
        Err(error) => query::failure(service, &error, id),
    }
}

async fn call_json(
    account: &Account,
    service: &str,
    region: &str,
    received: &Received,
    id: &str,
) -> Response {
    let target = received.header("x-amz-target").unwrap_or_default();
    let answer = async {
        let operation = json::operation(service, target)?;
        let input = json::input(&received.body, region)?;
        match service {
            json::COGNITO => account.services.cognito.call(operation, input).await,
            json::ACM => account.shared.acm.call(operation, &input),
            json::SSM => account.shared.secrets.ssm(operation, &input),
            json::SECRETS_MANAGER => account.shared.secrets.manager(operation, &input),
            _ => account.services.logs.call(operation, input).await,
        }
    };
    match answer.await {
        Ok(output) => reply::json(200, &output, &[("x-amzn-RequestId", id)]),
        Err(error) => reply::json_error(&error, id),
    }
}
