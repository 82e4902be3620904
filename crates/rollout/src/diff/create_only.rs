//! Properties that cannot be changed without replacing their resource, from Amazon's own schemas.
//!
//! `facts/create-only.json` is reduced from the `createOnlyProperties` of
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html>;
//! continuous integration compares it with the schemas that cfn-lint ships.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

const TEXT: &str = include_str!("../../facts/create-only.json");

/// Types of our stacks with their create-only properties.
static FACTS: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

/// Create-only properties of types beside those in the facts, as CloudFormation's own registry has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateOnly(BTreeMap<String, Vec<String>>);

impl CreateOnly {
    /// Reads the schemas of some types. What replaces a resource under a condition is taken to do so.
    pub fn of<'a>(schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        let lists = ["createOnlyProperties", "conditionalCreateOnlyProperties"];
        let schemas = schemas.into_iter();
        Self(
            schemas
                .filter_map(|schema| reduce(schema, &lists))
                .collect(),
        )
    }

    /// True if a change of the property replaces the resource. A type that is not known is taken to be replaced by any
    /// change: to say too much is harmless.
    pub fn replaces(&self, kind: &str, property: &str) -> bool {
        let known = self.0.get(kind).or_else(|| FACTS.get(kind));
        known.is_none_or(|properties| properties.iter().any(|name| name == property))
    }
}

/// The types whose facts are not what these schemas say.
pub fn stale<'a>(schemas: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let said: BTreeMap<String, Vec<String>> = (schemas.into_iter())
        .filter_map(|schema| reduce(schema, &["createOnlyProperties"]))
        .collect();
    let types = said.keys().chain(FACTS.keys());
    let mut stale: Vec<String> = types
        .filter(|kind| said.get(*kind) != FACTS.get(*kind))
        .cloned()
        .collect();
    stale.sort();
    stale.dedup();
    stale
}

fn reduce(schema: &Value, lists: &[&str]) -> Option<(String, Vec<String>)> {
    let kind = schema["typeName"].as_str()?.to_owned();
    let pointers = lists.iter().filter_map(|list| schema[list].as_array());
    let mut names: Vec<String> = pointers
        .flatten()
        .filter_map(|pointer| pointer.as_str()?.split('/').nth(2))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Some((kind, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_domain_of_a_pool_is_create_only_and_its_version_is_not() {
        let facts = CreateOnly::default();
        assert!(facts.replaces("AWS::Cognito::UserPoolDomain", "Domain"));
        assert!(!facts.replaces("AWS::Cognito::UserPoolDomain", "ManagedLoginVersion"));
        assert!(facts.replaces("AWS::Unknown::Type", "Anything"));
        let schema = json!({
            "typeName": "AWS::Unknown::Type",
            "createOnlyProperties": ["/properties/Name"],
        });
        let told = CreateOnly::of([&schema]);
        assert!(told.replaces("AWS::Unknown::Type", "Name"));
        assert!(!told.replaces("AWS::Unknown::Type", "Anything"));
    }

    #[test]
    fn a_schema_that_says_something_else_is_named() {
        let schema = json!({
            "typeName": "AWS::Cognito::UserPool",
            "createOnlyProperties": ["/properties/UserPoolName"],
        });
        assert!(stale([&schema]).contains(&"AWS::Cognito::UserPool".to_owned()));
    }
}
