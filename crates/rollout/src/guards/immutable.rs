//! What a user pool cannot change once it exists.

use serde_json::Value;

use super::{Finding, Guard};
use crate::aws::identity::LivePool;
use crate::plan::change::Change;

/// Cognito refuses to change these, and CloudFormation finds out only while it does.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>
pub(super) fn immutable(change: &Change, pool: &LivePool) -> Vec<Finding> {
    let Some(after) = &change.after else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut differs = |what: &str, live: String, desired: String| {
        if live != desired {
            found.push(Finding {
                guard: Guard::SignInAttributes,
                what: format!("{what} would be {desired}, and the pool was created with {live}"),
            });
        }
    };
    let names = |property: &str| {
        let items = after.get(property).and_then(Value::as_array);
        let mut names: Vec<String> = items
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    let told = |names: &[String]| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    differs(
        "UsernameAttributes",
        told(&pool.username_attributes),
        told(&names("UsernameAttributes")),
    );
    differs(
        "AliasAttributes",
        told(&pool.alias_attributes),
        told(&names("AliasAttributes")),
    );
    let case_sensitive = after
        .get("UsernameConfiguration")
        .and_then(|configuration| configuration.get("CaseSensitive"))
        .and_then(Value::as_bool);
    if let Some(desired) = case_sensitive {
        differs(
            "case-sensitivity of user names",
            pool.case_sensitive.to_string(),
            desired.to_string(),
        );
    }
    let schema = after.get("Schema").and_then(Value::as_array);
    for attribute in schema.into_iter().flatten() {
        let Some(name) = attribute["Name"].as_str() else {
            continue;
        };
        // Cognito adds what is new, and changes nothing.
        if let Some(live) = pool.custom.get(name) {
            let desired = attribute["AttributeDataType"].as_str().unwrap_or_default();
            let what = format!("the type of the custom attribute {name}");
            differs(&what, live.clone(), desired.to_owned());
            continue;
        }
        let required = attribute["Required"].as_bool().unwrap_or_default();
        let live = pool.required.contains(name);
        differs(
            &format!("whether attribute {name} is required"),
            live.to_string(),
            required.to_string(),
        );
    }
    let listed = |name: &str| {
        let items = schema.into_iter().flatten();
        items.into_iter().any(|attribute| attribute["Name"] == name)
    };
    let before = change
        .before
        .as_ref()
        .and_then(|before| before.get("Schema"));
    let before = before.and_then(Value::as_array).into_iter().flatten();
    for name in before.filter_map(|attribute| attribute["Name"].as_str()) {
        if pool.custom.contains_key(name) && !listed(name) {
            differs(
                &format!("whether there is a custom attribute {name}"),
                "true".to_owned(),
                "false".to_owned(),
            );
        }
    }
    for name in pool.required.iter().filter(|name| !listed(name)) {
        // `sub` is required in every pool, and so may be what people sign in with.
        if name != "sub" && !pool.username_attributes.contains(name) {
            differs(
                &format!("whether attribute {name} is required"),
                "true".to_owned(),
                "false".to_owned(),
            );
        }
    }
    found
}
