//! The actions of calls to `DynamoDB`, each with the table that it is done to: a transaction needs those of what it does.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

use local_access::ACCOUNT_ID;
use serde_json::{Value, json};

use super::Action;

/// The ARN of a table.
pub(crate) fn arn(region: &str, table: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{table}")
}

/// The actions of a call.
pub(super) fn of(region: &str, operation: &str, input: &Value) -> Vec<Action> {
    let table = |value: &Value| {
        let name = value["TableName"]
            .as_str()
            .or(value["ResourceArn"].as_str())?;
        let table = match name.strip_prefix("arn:") {
            Some(_) => name.to_owned(),
            None => arn(region, name),
        };
        Some(match value["IndexName"].as_str() {
            Some(index) => format!("{table}/index/{index}"),
            None => table,
        })
    };
    let named = |action: &str, value: &Value| Action {
        name: format!("dynamodb:{action}"),
        resources: table(value).into_iter().collect(),
    };
    match operation {
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = input["RequestItems"].as_object().into_iter().flatten();
            tables
                .map(|(table, _)| named(operation, &json!({ "TableName": table })))
                .collect()
        }
        "TransactGetItems" | "TransactWriteItems" => {
            let items = input["TransactItems"].as_array().into_iter().flatten();
            items
                .flat_map(|item| item.as_object().into_iter().flatten())
                .map(|(kind, item)| {
                    let action = match kind.as_str() {
                        "Get" => "GetItem",
                        "Put" => "PutItem",
                        "Update" => "UpdateItem",
                        "Delete" => "DeleteItem",
                        _ => "ConditionCheckItem",
                    };
                    named(action, item)
                })
                .collect()
        }
        _ => vec![named(operation, input)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_needs_the_permissions_of_what_it_does() {
        let action = |name: &str, resource: String| Action {
            name: format!("dynamodb:{name}"),
            resources: vec![resource],
        };
        let items = json!({ "TransactItems": [
            { "Put": { "TableName": "a" } },
            { "ConditionCheck": { "TableName": "b" } },
        ] });
        assert_eq!(
            of("eu-west-1", "TransactWriteItems", &items),
            [
                action("PutItem", arn("eu-west-1", "a")),
                action("ConditionCheckItem", arn("eu-west-1", "b")),
            ]
        );
        let query = json!({ "TableName": "a", "IndexName": "by-name" });
        let index = arn("eu-west-1", "a") + "/index/by-name";
        assert_eq!(of("eu-west-1", "Query", &query), [action("Query", index)]);
    }
}
