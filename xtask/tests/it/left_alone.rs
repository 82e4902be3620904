//! What a pool looks like to whoever has to leave it as it is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::console::Console;

/// Everything of a pool that could be changed: the pool itself with its domain, its factors and tags,
/// and the app clients of others.
///
/// Of groups, identity providers and log delivery the local stage knows nothing. A
/// call that makes one is refused there, and [`changes`] would tell of it.
pub(crate) fn described(console: &Console<'_>, pool: &str) -> Value {
    let id = json!({ "UserPoolId": pool });
    let mut described = console.cognito("DescribeUserPool", &id)["UserPool"].clone();
    // How many people it has, and the domain that was asked for.
    for name in ["EstimatedNumberOfUsers", "CustomDomain"] {
        described.as_object_mut().unwrap().remove(name);
    }
    let factors = console.cognito("GetUserPoolMfaConfig", &id);
    let tags = json!({ "ResourceArn": described["Arn"] });
    let tags = console.cognito("ListTagsForResource", &tags);
    let servers = console.cognito("ListResourceServers", &id);
    json!([
        described,
        factors,
        tags,
        servers,
        clients_of_others(console, pool)
    ])
}

/// The app clients that the second skill has not made, with their secrets and styles.
fn clients_of_others(console: &Console<'_>, pool: &str) -> Vec<Value> {
    let all = json!({ "UserPoolId": pool, "MaxResults": 60 });
    let listed = console.cognito("ListUserPoolClients", &all);
    let listed = listed["UserPoolClients"].as_array().unwrap().iter();
    let others = listed.filter(|client| {
        let name = client["ClientName"].as_str().unwrap();
        !name.starts_with("second-local-")
    });
    let others = others.map(|client| {
        let id = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let operations = [
            "DescribeUserPoolClient",
            "DescribeManagedLoginBrandingByClient",
        ];
        json!(operations.map(|operation| console.cognito(operation, &id)))
    });
    others.collect()
}

/// The calls to Cognito since faults were last set that are no mere look.
pub(crate) fn changes(console: &Console<'_>) -> BTreeSet<String> {
    let mut calls = console.calls();
    let looks = ["Describe", "List", "Get"];
    calls.retain(|call| {
        let operation = call.strip_prefix("cognito-idp ");
        operation.is_some_and(|operation| !looks.iter().any(|look| operation.starts_with(look)))
    });
    calls
}

pub(crate) fn people(console: &Console<'_>, pool: &str) -> Vec<Value> {
    let users = console.cognito("ListUsers", &json!({ "UserPoolId": pool }));
    users["Users"].as_array().unwrap().clone()
}
